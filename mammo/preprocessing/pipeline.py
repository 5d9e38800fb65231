"""The one way from a picture to a model's input: training, evaluation, prediction and previews share it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import ImageError, ParameterError
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import ParameterValue, checked
from mammo.preprocessing._base import GEOMETRY_STEPS, GeometryStep, Picture

#: Raised whenever the same steps would give other pixels; part of the hash, so that a model refuses another version.
PIPELINE_VERSION = 1


@dataclass(frozen=True)
class Step:
    """One geometry step or enhancement with its values; every value is there, defaults too."""

    name: str
    values: tuple[tuple[str, ParameterValue], ...]  # sorted by name

    @classmethod
    def of(cls, name: str, values: Mapping[str, object] | None = None) -> Step:
        """A step with ``values`` put over the defaults.

        Raises:
            UnknownNameError: If neither registry holds ``name``.
            ParameterError: If a value is outside its limits.
        """
        parameters = (GEOMETRY_STEPS[name] if name in GEOMETRY_STEPS else ENHANCEMENTS[name]).parameters
        return cls(name, tuple(sorted(checked(parameters, values or {}).items())))

    def apply(self, picture: Picture) -> Picture:
        """The picture after this step."""
        if self.name in GEOMETRY_STEPS:
            step: GeometryStep = GEOMETRY_STEPS[self.name]
            return step.apply(picture, **dict(self.values))
        if picture.pixels.min() == picture.pixels.max():
            return picture.warned("constant image")
        return replace(picture, pixels=ENHANCEMENTS[self.name].apply(picture.pixels, **dict(self.values)))


@dataclass(frozen=True)
class Pipeline:
    """Steps in order, then normalization; serialised with the model, hashed, compared before every prediction."""

    steps: tuple[Step, ...]
    mean: tuple[float, float, float]  # of the three equal channels, in units of [0, 1]
    std: tuple[float, float, float]
    version: int = PIPELINE_VERSION

    @property
    def image_size(self) -> int:
        """Side in pixels of what the pipeline yields."""
        return next(int(dict(step.values)["size"]) for step in self.steps if step.name == "resize")

    @property
    def hash(self) -> str:
        """Names the prepared pixels: SHA-256 over version and steps, 16 digits; normalization happens later."""
        content = {"version": self.version, "steps": self.to_dict()["steps"]}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def prepare(self, image: GrayImage, picture: Picture | None = None) -> Picture:
        """Apply all steps.

        Args:
            image: Gray image as read, shape (height, width), values in [0, 1].
            picture: Where ``image`` was cut from a larger source: the cut with its matrix.

        Returns:
            Pixels of shape (image_size, image_size) in [0, 1], the map from source to result, and warnings.

        Raises:
            ImageError: If a pixel is not a number.
        """
        if not np.isfinite(image).all():
            raise ImageError("The image holds pixels that are not numbers.", code="non_finite_pixels")
        prepared = picture or Picture(image)
        for step in self.steps:
            prepared = step.apply(prepared)
        return prepared

    def stages(self, image: GrayImage) -> list[tuple[str, GrayImage]]:
        """The picture after each step, with the step's label: what a person is shown of the preparation."""
        picture, shown = Picture(image), [("As read", image)]
        for step in self.steps:
            picture = step.apply(picture)
            registry = GEOMETRY_STEPS if step.name in GEOMETRY_STEPS else ENHANCEMENTS
            shown.append((registry[step.name].label, picture.pixels))
        return shown

    def to_dict(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "steps": [{"name": step.name, "values": dict(step.values)} for step in self.steps],
            "mean": list(self.mean),
            "std": list(self.std),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The pipeline that ``to_dict`` wrote.

        Raises:
            ParameterError: If it was written by another version, whose pixels differ.
        """
        if content["version"] != PIPELINE_VERSION:
            raise ParameterError(
                f"This model was trained with version {content['version']} of the preparation; this program has "
                f"version {PIPELINE_VERSION}, which gives other pixels. Train it again."
            )
        steps = tuple(Step.of(step["name"], step["values"]) for step in content["steps"])
        return cls(steps=steps, mean=tuple(content["mean"]), std=tuple(content["std"]))
