"""Integrated gradients: each pixel's share in the difference between the picture and plain air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor, nn

STEPS = 24  # midpoints on the way from air to the picture


def pixel_shares(network: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    """Attribution of each pixel, shape (N, H, W): over a picture they sum to its logit less that of air.

    Air is the picture's own darkest value everywhere: a black picture that is a film, too.
    """
    import torch

    air = inputs.amin(dim=(2, 3), keepdim=True).expand_as(inputs)
    gradients = torch.zeros_like(inputs, dtype=torch.float32)
    for step in range(STEPS):
        between = (air + (step + 0.5) / STEPS * (inputs - air)).detach().requires_grad_()
        with torch.enable_grad():
            logits = network(between).gather(1, labels[:, None])
            (gradient,) = torch.autograd.grad(logits.sum(), between)
        gradients += gradient.float()
    return ((inputs - air) * gradients / STEPS).sum(1)


CAM_METHODS.add(
    CamMethod(
        name="integrated_gradients",
        label="Integrated gradients",
        input_map=pixel_shares,
        source="Sundararajan et al. 2017, Axiomatic attribution for deep networks, equation 3, midpoint rule",
    )
)
