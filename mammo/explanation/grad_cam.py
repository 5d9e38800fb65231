"""Grad-CAM: a channel counts as much as its mean gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor


def mean_gradient(_activations: Tensor, gradients: Tensor) -> Tensor:
    """Gradients (N, C, h, w) averaged over the picture: (N, C, 1, 1)."""
    return gradients.mean(dim=(2, 3), keepdim=True)


CAM_METHODS.add(
    CamMethod(
        name="grad_cam",
        label="Grad-CAM",
        channel_weights=mean_gradient,
        source="Selvaraju et al. 2017, Grad-CAM, equations 1 and 2",
    )
)
