"""Policies: ordered lists of augmentations, and the draw of one change for one sample in one epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from mammo.augmentation import (  # the four are named in the policies below
    reflection,  # noqa: F401
    rotation,  # noqa: F401
    scaling,  # noqa: F401
    translation,  # noqa: F401
)
from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix
from mammo.augmentation.random_streams import RandomStreams
from mammo.errors import ParameterError
from mammo.parameters import ParameterValue, checked
from mammo.registry import Registry


@dataclass(frozen=True)
class AugmentationStep:
    """One augmentation with all its values."""

    name: str
    values: tuple[tuple[str, ParameterValue], ...]  # sorted by name

    @classmethod
    def of(cls, name: str, values: Mapping[str, object] | None = None) -> Self:
        """A step with ``values`` put over the defaults, tried once.

        Raises:
            UnknownNameError: If there is no such augmentation.
            ParameterError: If a value does not fit.
        """
        augmentation = AUGMENTATIONS[name]
        complete = checked(augmentation.parameters, values or {})
        augmentation.sample(np.random.default_rng(0), 227, **complete)
        return cls(name, tuple(sorted(complete.items())))


@dataclass(frozen=True)
class Policy:
    """Augmentations in the order in which they act on a picture."""

    name: str
    label: str
    steps: tuple[AugmentationStep, ...]

    @classmethod
    def of(cls, value: str | Mapping[str, Any]) -> Policy:
        """A registered policy by its name, or one of ``to_dict``'s form.

        Raises:
            UnknownNameError: If a name is not known.
            ParameterError: If a value does not fit.
        """
        if isinstance(value, str):
            return POLICIES[value]
        given = value.get("steps")
        if not isinstance(given, list | tuple) or not all(map(_is_step, given)):
            raise ParameterError('An augmentation policy of one\'s own has the form {"steps": [{"name", "values"}]}.')
        steps = tuple(AugmentationStep.of(step["name"], step.get("values")) for step in given)
        return cls(str(value.get("name", "custom")), str(value.get("label", "Custom")), steps)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON holds and ``of`` takes back."""
        steps = [{"name": step.name, "values": dict(step.values)} for step in self.steps]
        return {"name": self.name, "label": self.label, "steps": steps}


def _is_step(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("name"), str)
        and isinstance(value.get("values"), Mapping | None)
    )


@dataclass(frozen=True)
class Draw:
    """What happens to one sample in one epoch."""

    matrix: AffineMatrix
    words: str  # for the person: "+137°, mirrored"


def draw(policy: Policy, *, seed: int, epoch: int, sample_id: str, size: int) -> Draw:
    """The change of one sample in one epoch, whatever was drawn before or in which process.

    Args:
        policy: What may happen.
        seed: Of the training.
        epoch: From 0.
        sample_id: Names the sample.
        size: Side of the picture in pixels.
    """
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(_digest(seed, epoch, sample_id), "little")))
    matrix, words = np.eye(3), []
    for step in policy.steps:
        share, said = AUGMENTATIONS[step.name].sample(rng, size, **dict(step.values))
        matrix = share @ matrix
        words.append(said)
    return Draw(matrix, ", ".join(word for word in words if word))


def draw_matrices(policy: Policy, *, seed: int, epoch: int, sample_ids: Sequence[str], size: int) -> AffineMatrix:
    """The matrices of ``draw`` for many samples, shape (N, 3, 3), bit for bit; ten and more times as fast."""
    ways = [AUGMENTATIONS[step.name].sample_many for step in policy.steps]
    if None in ways:
        draws = [draw(policy, seed=seed, epoch=epoch, sample_id=one, size=size).matrix for one in sample_ids]
        return np.array(draws).reshape(-1, 3, 3)
    matrices = np.tile(np.eye(3), (len(sample_ids), 1, 1))
    streams = RandomStreams([_digest(seed, epoch, one) for one in sample_ids])
    for step, way in zip(policy.steps, ways, strict=True):
        matrices = way(streams, size, **dict(step.values)) @ matrices  # type: ignore[misc] # none is None
    return matrices


def _digest(seed: int, epoch: int, sample_id: str) -> bytes:
    """What the random numbers of one sample in one epoch start from."""
    return hashlib.blake2b(f"{seed}:{epoch}:{sample_id}".encode(), digest_size=16).digest()


POLICIES: Registry[Policy] = Registry("augmentation policy")

POLICIES.add(Policy("none", "None", ()))
POLICIES.add(
    Policy(
        "paper",
        "Paper: any rotation, reflection, ±30 px",
        tuple(AugmentationStep.of(name) for name in ("reflection", "rotation", "translation")),
    )
)
POLICIES.add(
    Policy(
        "gentle",
        "Gentle: ±15°, reflection, ±11 px, scale 0.9 to 1.1",
        (
            AugmentationStep.of("reflection"),
            AugmentationStep.of("rotation", {"low": -15, "high": 15}),
            AugmentationStep.of("scaling", {"low": 0.9, "high": 1.1}),
            AugmentationStep.of("translation", {"shift": 11}),
        ),
    )
)
POLICIES.add(
    Policy(
        "any-direction",
        "Any rotation, both reflections, ±11 px, scale 0.8 to 1.25",
        (
            AugmentationStep.of("reflection", {"y_probability": 0.5}),
            AugmentationStep.of("rotation"),
            AugmentationStep.of("scaling", {"low": 0.8, "high": 1.25}),
            AugmentationStep.of("translation", {"shift": 11}),
        ),
    )
)
