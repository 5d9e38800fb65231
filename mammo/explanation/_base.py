"""What a class activation map (CAM) method is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from mammo.registry import Registry


@dataclass(frozen=True)
class CamMethod:
    """A way to weigh the channels of a layer by their importance for one class.

    ``channel_weights(activations, gradients)``, both (N, C, h, w), gives (N, C, 1, 1) or (N, C, h, w).
    """

    name: str
    label: str
    channel_weights: Callable[[Tensor, Tensor], Tensor]
    source: str


CAM_METHODS: Registry[CamMethod] = Registry("CAM method")
