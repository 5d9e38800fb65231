"""HiResCAM: every place counts as much as its own gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor


def own_gradient(_activations: Tensor, gradients: Tensor) -> Tensor:
    """Gradients (N, C, h, w) as they are; true to the network where one linear layer follows."""
    return gradients


CAM_METHODS.add(
    CamMethod(
        name="hires_cam",
        label="HiResCAM",
        channel_weights=own_gradient,
        source="Draelos and Carin 2020, Use HiResCAM instead of Grad-CAM for faithful explanations",
    )
)
