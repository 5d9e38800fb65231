"""What a heat-map method is, and the table of all of them. Loads no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class CamMethod:
    """A way to draw where a network saw the evidence; exactly one of the three functions is given.

    ``channel_weights(activations, gradients)``, both (N, C, h, w), weighs the channels by their importance for one
    class: (N, C, 1, 1) or (N, C, h, w). The map is the positive part of the weighted sum.
    ``activation_map(activations)`` draws (N, h, w) without gradients, and so without a class.
    ``input_map(network, inputs, labels)`` asks the whole network about changed inputs (N, 3, H, W), for the class
    ``labels`` (N,) of each, and draws (N, H, W); it is no CAM and knows no layer.
    """

    name: str
    label: str
    source: str
    channel_weights: Callable[[Tensor, Tensor], Tensor] | None = None
    activation_map: Callable[[Tensor], Tensor] | None = None
    input_map: Callable[[nn.Module, Tensor, Tensor], Tensor] | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.channel_weights, self.activation_map, self.input_map) if one is not None]
        if len(given) != 1:
            raise ValueError(f"CAM method {self.name!r} needs one function, not {len(given)}")

    @property
    def is_class_specific(self) -> bool:
        """Whether the map is evidence for one class, rather than what stands out to the network at all."""
        return self.activation_map is None

    @property
    def has_layers(self) -> bool:
        """Whether it looks at one layer of the network, which can be chosen."""
        return self.input_map is None


CAM_METHODS: Registry[CamMethod] = Registry("CAM method")
