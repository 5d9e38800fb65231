"""Networks with their first weights: random, ImageNet's, or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mammo.errors import CheckpointError, SettingsError
from mammo.models._base import HeadOptions, ModelSpec, PretrainedWeights, WeightsRecord
from mammo.models._download import download

if TYPE_CHECKING:
    from torch import Tensor, nn

_HARMLESS = ".safetensors"  # holds numbers only; other formats can carry programs
_DIFFERENCES_SHOWN = 3


def create_model(
    spec: ModelSpec, class_count: int, head: HeadOptions, source: str, weights_dir: Path
) -> tuple[nn.Module, WeightsRecord]:
    """A network of ``spec`` with a new head for ``class_count`` classes and, behind it, the weights of ``source``.

    Args:
        spec: The family.
        class_count: Classes to tell apart.
        head: How the new layer starts.
        source: As in ``load_pretrained``.
        weights_dir: As in ``load_pretrained``.

    Raises:
        SettingsError: If the weights are nowhere to be had.
        CheckpointError: If a weights file is damaged, unsafe or of another network.
    """
    model = spec.build(class_count, head)
    return model, load_pretrained(spec, model, source, weights_dir)


def check_weights(spec: ModelSpec, source: str, weights_dir: Path) -> None:
    """Refuse early what ``load_pretrained`` would refuse at once; nothing is read or downloaded.

    Raises:
        SettingsError: If the family has no ImageNet weights, or the named file is not there or of a forbidden kind.
    """
    if source == "imagenet":
        _published(spec)
    elif source != "none":
        _own_file(source, weights_dir)


def fetch_weights(spec: ModelSpec, source: str, weights_dir: Path) -> None:
    """Have the file there that ``load_pretrained`` will read, downloaded if need be; errors as there."""
    if source == "imagenet":
        _imagenet_file(spec, weights_dir)
    else:
        check_weights(spec, source, weights_dir)


def load_pretrained(spec: ModelSpec, model: nn.Module, source: str, weights_dir: Path) -> WeightsRecord:
    """Put weights into all of ``model`` but its head.

    Args:
        spec: The family of ``model``.
        model: Changed in place, and only once the whole file has been found right.
        source: "none" (left random), "imagenet", or a file: a name in ``weights_dir``, or the path of a
            .safetensors file anywhere.
        weights_dir: Where weights files lie and downloads go.

    Raises:
        SettingsError: If there is no such file and, for "imagenet", none can be downloaded.
        CheckpointError: If the file is damaged, unsafe, holds NaN or is of another network.
    """
    from mammo.files import sha256_of
    from mammo.models._weights_file import read_weights

    if source == "none":
        return WeightsRecord("random", "")
    path = _imagenet_file(spec, weights_dir) if source == "imagenet" else _own_file(source, weights_dir)
    renamed = spec.weights.renamed if spec.weights else str
    weights = {renamed(key): tensor for key, tensor in read_weights(path).items()}
    _load_backbone(spec, model, weights, path.name)
    digest = sha256_of(path)
    return WeightsRecord(_description(spec, source, path.name, digest), digest)


def _is_head(spec: ModelSpec, key: str) -> bool:
    return key.startswith(f"{spec.head}.")


def _imagenet_file(spec: ModelSpec, weights_dir: Path) -> Path:
    """Our name for it first, then torchvision's own, then the download."""
    weights = _published(spec)
    for name in (weights.file, weights.original_file):
        if (weights_dir / name).is_file():
            return weights_dir / name
    try:
        return download(weights.url, weights_dir / weights.file, weights.sha256_prefix)
    except OSError as error:
        raise SettingsError(
            f"The ImageNet weights of {spec.label} are not here and could not be downloaded ({error}). Put the file "
            f"{weights.original_file} into the folder that MAMMO_WEIGHTS_DIR names, also under the name "
            f"{weights.file} if you like, or connect this server to {weights.url}.",
            code="weights_missing",
        ) from error


def _published(spec: ModelSpec) -> PretrainedWeights:
    if spec.weights is None:
        raise SettingsError(f'{spec.label} has no ImageNet weights. Choose weights "none", or another model.')
    return spec.weights


def _own_file(source: str, weights_dir: Path) -> Path:
    inside = weights_dir / Path(source).name
    path = inside if inside.is_file() and Path(source).parent in {Path(), weights_dir} else Path(source)
    if not path.is_file():
        raise SettingsError(f"There is no weights file {source}. Put it into the folder that MAMMO_WEIGHTS_DIR names.")
    if path != inside and path.suffix != _HARMLESS:
        raise SettingsError(
            f"{path.name} is of a kind that can carry a program, so it is read only from the folder that "
            "MAMMO_WEIGHTS_DIR names. Put it there, or convert it to .safetensors."
        )
    return path


def _load_backbone(spec: ModelSpec, model: nn.Module, weights: dict[str, Tensor], file: str) -> None:
    import torch

    expected = model.state_dict()
    differences = _differences(spec, expected, weights)
    if differences:
        shown = "; ".join(differences[:_DIFFERENCES_SHOWN])
        raise CheckpointError(f"{file} does not fit {spec.label}: {shown} ({len(differences)} differences in all).")
    kept = {key: tensor for key, tensor in weights.items() if not _is_head(spec, key)}
    for key, tensor in kept.items():
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{file} holds values that are not numbers in {key}. Fetch the file again.")
    model.load_state_dict(expected | kept)  # float16 becomes the network's float32 as it is copied


def _differences(spec: ModelSpec, expected: dict[str, Tensor], weights: dict[str, Tensor]) -> list[str]:
    """What is missing, left over or of another shape, in the network's order."""
    found = []
    for key in [*expected, *(key for key in weights if key not in expected)]:
        # Files older than the count of batches don't have it, and a network in use does not read it.
        if _is_head(spec, key) or (key.endswith(".num_batches_tracked") and key not in weights):
            continue
        if key not in weights:
            found.append(f"{key} is missing")
        elif key not in expected:
            found.append(f"{key} is left over")
        elif weights[key].shape != expected[key].shape:
            found.append(f"{key} is {_size(weights[key])} instead of {_size(expected[key])}")
    return found


def _size(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "one number"


def _description(spec: ModelSpec, source: str, file: str, digest: str) -> str:
    if source != "imagenet" or spec.weights is None:
        return f"file {file}"
    if digest.startswith(spec.weights.sha256_prefix):
        return f"ImageNet: {spec.weights.source}"
    return f"ImageNet: {file}, not torchvision's original file"
