"""What ``augmentation.warp`` and ``to_input`` do, on any device and for a whole batch at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from mammo.models import ModelSpec


def stored_tensor(stored: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> Tensor:
    """Stored pixels as a tensor of the same bits: uint8, or int16 in place of uint16, of which torch knows little."""
    return torch.from_numpy(stored.view(np.int16) if stored.dtype == np.uint16 else stored)


def sampling_maps(matrices: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float32]:
    """Where each new pixel comes from, shape (N, 2, 3), in coordinates that run from -1 to 1 over the picture.

    Args:
        matrices: Shape (N, 3, 3): each carries points, in pixels from the picture's centre, to their new places.
        size: Side of the picture in pixels.
    """
    maps = np.linalg.inv(matrices)[:, :2].copy()
    maps[:, :, 2] *= 2 / size
    return maps.astype(np.float32)


class DeviceInput:
    """From stored pixels on a device to the model's input there."""

    def __init__(self, dtype: np.dtype[np.generic], spec: ModelSpec, device: torch.device) -> None:
        top = float(np.iinfo(dtype).max)  # type: ignore[type-var] # uint8 or uint16
        self._scale = (1 / (top * torch.tensor(spec.std))).to(device)
        self._shift = (-torch.tensor(spec.mean) / torch.tensor(spec.std)).to(device)

    def __call__(self, stored: Tensor, maps: Tensor | None = None) -> Tensor:
        """The model's input, float32 (N, 3, S, S), channels last.

        Args:
            stored: Of ``stored_tensor``, shape (N, S, S).
            maps: Of ``sampling_maps``, shape (N, 2, 3); None leaves every pixel at its place.
        """
        gray = gray_levels(stored)
        if maps is not None:
            gray = warped(gray, maps)
        return torch.addcmul(self._shift, gray.unsqueeze(-1), self._scale).permute(0, 3, 1, 2)


def gray_levels(stored: Tensor) -> Tensor:
    """Stored pixels as float32, of the same shape."""
    return (stored.to(torch.int32) & 0xFFFF).float() if stored.dtype == torch.int16 else stored.float()


def warped(gray: Tensor, maps: Tensor) -> Tensor:
    """Pixels moved by ``sampling_maps``, bilinear between them, 0 where nothing was; shape (N, S, S)."""
    size = gray.shape[-1]
    line = (torch.arange(size, device=gray.device) * 2 + 1) / size - 1  # centres of the pixels
    across, down, shift = (maps[:, :, column, None, None] for column in range(3))
    grid = (across * line + (down * line[:, None] + shift)).movedim(1, -1)  # no matrix product, which may be rounded
    return functional.grid_sample(gray[:, None], grid, align_corners=False)[:, 0]
