"""What an enhancement method is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mammo.enhancement._tones import GrayLevels
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Parameter, checked
from mammo.registry import Registry


@dataclass(frozen=True)
class Enhancement:
    """A gray-level transform of one image, with the parameters that a person may tune.

    ``apply(image, *, <parameters>)`` keeps shape, dtype float32 and range [0, 1], leaves its input alone,
    and returns a constant image unchanged.
    """

    name: str
    label: str
    apply: Callable[..., GrayImage]
    source: str  # paper, standard, or tool it must agree with
    parameters: tuple[Parameter, ...] = ()
    #: ``tones(levels, *, <parameters>)`` gives the new levels of a scale, (1, N); None: neighbours count, too.
    tones: Callable[..., GrayImage] | None = None

    def __call__(self, image: GrayImage, values: Mapping[str, object] | None = None) -> GrayImage:
        """Apply with ``values`` put over the defaults; ParameterError if one does not fit."""
        return self.apply(image, **checked(self.parameters, values or {}))

    def tones_of(self, levels: GrayLevels, values: Mapping[str, object]) -> GrayImage | None:
        """What becomes of each level of the scale, (1, N); None where only the whole film tells. Errors as a call."""
        if self.tones is None or levels.least == levels.most:
            return None
        return self.tones(levels, **checked(self.parameters, values))


ENHANCEMENTS: Registry[Enhancement] = Registry("enhancement method")
