"""Grad-CAM++: positive gradients count, each place weighed so that small and repeated evidence is not drowned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor


def weighted_positive_gradient(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weights (N, C, 1, 1), the class score taken as the exponential of the logit, whose higher derivatives are powers.

    Source:
        Chattopadhay et al. 2018, Grad-CAM++, equations 5 and 19, numerator and denominator of alpha divided by the
        squared gradient, so that small gradients keep their precision. The paper's activations are never negative;
        where a layer's are (ConvNeXt), a channel with a negative sum counts as one without activation.
    """
    positive = gradients.clamp_min(0)
    sums = activations.sum(dim=(2, 3), keepdim=True).clamp_min(0)
    alpha = 1 / (2 + sums * positive)
    return (alpha * positive).sum(dim=(2, 3), keepdim=True)


CAM_METHODS.add(
    CamMethod(
        name="grad_cam_pp",
        label="Grad-CAM++",
        channel_weights=weighted_positive_gradient,
        source="Chattopadhay et al. 2018, Grad-CAM++: improved visual explanations",
    )
)
