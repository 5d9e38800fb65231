"""What a class activation map (CAM) method is, and the table of all of them. Loads no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class CamMethod:
    """A way to draw where a layer saw the evidence; exactly one of the two functions is given.

    ``channel_weights(activations, gradients)``, both (N, C, h, w), weighs the channels by their importance for one
    class: (N, C, 1, 1) or (N, C, h, w). The map is the positive part of the weighted sum.
    ``activation_map(activations)`` draws (N, h, w) without gradients, and so without a class.
    """

    name: str
    label: str
    source: str
    channel_weights: Callable[[Tensor, Tensor], Tensor] | None = None
    activation_map: Callable[[Tensor], Tensor] | None = None

    def __post_init__(self) -> None:
        if (self.channel_weights is None) == (self.activation_map is None):
            raise ValueError(f"CAM method {self.name!r} needs channel_weights or activation_map, and not both")

    @property
    def is_class_specific(self) -> bool:
        """Whether the map is evidence for one class, rather than what stands out to the network at all."""
        return self.channel_weights is not None


CAM_METHODS: Registry[CamMethod] = Registry("CAM method")
