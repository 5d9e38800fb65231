"""Reading a weights file that may be damaged or malicious: numbers come out, or a sentence."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from mammo.errors import CheckpointError

_MOST_INFLATION = 4  # torch stores its archives unpacked (1); a packed one of zeros grows a thousandfold


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors by key from a .safetensors file or from one that torch saved; no program in it is carried out.

    Raises:
        CheckpointError: If the file is damaged, cut, packed beyond reason, or holds anything but named tensors.
    """
    try:
        weights = load_file(path) if path.suffix == ".safetensors" else _read_saved(path)
    except CheckpointError:
        raise
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path.name} is refused: it is no plain weights file, or holds objects that could carry a program.",
            code="unsafe_weights",
        ) from error
    except SafetensorError as error:
        raise CheckpointError(f"{path.name} is no whole .safetensors file ({error}). Fetch it again.") from error
    except Exception as error:  # damaged bytes make the reader fail in any way that there is
        raise CheckpointError(f"{path.name} is damaged or no weights file. Fetch it again.") from error
    if not isinstance(weights, dict) or not all(
        isinstance(key, str) and isinstance(tensor, Tensor) for key, tensor in weights.items()
    ):
        raise CheckpointError(f"{path.name} holds something else than named weights (a state dict).")
    return dict(weights)


def _read_saved(path: Path) -> object:
    if zipfile.is_zipfile(path):
        _check_archive(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _check_archive(path: Path) -> None:
    """Look at sizes and checksums, as torch does not."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MOST_INFLATION * path.stat().st_size:
            raise CheckpointError(
                f"{path.name} would unpack to {unpacked / path.stat().st_size:.0f} times its size; it is refused.",
                code="unsafe_weights",
            )
        if archive.testzip() is not None:
            raise CheckpointError(f"{path.name} is damaged: a checksum in it is wrong. Fetch it again.")
