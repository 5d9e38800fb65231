"""LayerCAM: every place counts as much as its own gradient, if that is positive; also good for early layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor


def own_positive_gradient(_activations: Tensor, gradients: Tensor) -> Tensor:
    """Positive part of the gradients (N, C, h, w)."""
    return gradients.clamp_min(0)


CAM_METHODS.add(
    CamMethod(
        name="layer_cam",
        label="LayerCAM",
        channel_weights=own_positive_gradient,
        source="Jiang et al. 2021, LayerCAM: exploring hierarchical class activation maps, equations 6 and 7",
    )
)
