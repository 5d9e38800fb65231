"""Eigen-CAM: what stands out to a layer, whatever the class; computed by the grad-cam package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor


def first_component(activations: Tensor) -> Tensor:
    """Projection (N, h, w) of the activations (N, C, h, w) on their first principal component.

    Of the package only this function of arrays is used: its classes hook into the model that other threads share.
    The sign, which a decomposition leaves open, is such that the strongest place is positive.
    """
    import torch
    from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection_with_sign_correction

    projection = get_2d_projection_with_sign_correction(activations.float().cpu().numpy())
    return torch.from_numpy(projection).to(activations.device)


CAM_METHODS.add(
    CamMethod(
        name="eigen_cam",
        label="Eigen-CAM (no class)",
        activation_map=first_component,
        source="Muhammad and Yeasin 2020, Eigen-CAM; sign as in Seg-Eigen-CAM 2025; grad-cam 1.5.7",
    )
)
