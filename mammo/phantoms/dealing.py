"""Dealing properties out to women in fixed proportions, by random numbers that do not depend on each other's order."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

KeyT = TypeVar("KeyT", bound=Hashable)


def generator(seed: int, woman: int = -1, view: int = -1) -> np.random.Generator:
    """Random numbers of the whole set, of one woman, or of one of her views; none depends on what others drew."""
    return np.random.default_rng([seed, woman + 1, view + 1])


def deal(shares: Mapping[KeyT, float], count: int, rng: np.random.Generator) -> list[KeyT]:
    """``count`` keys in random order, each as often as its share says, up to rounding (largest remainder)."""
    keys, weights = list(shares), np.array(list(shares.values()), dtype=float)
    exact = weights / weights.sum() * count
    numbers = np.floor(exact).astype(int)
    rest = np.argsort(numbers - exact, kind="stable")[: count - int(numbers.sum())]
    numbers[rest] += 1
    dealt = [key for key, number in zip(keys, numbers, strict=True) for _ in range(number)]
    return [dealt[place] for place in rng.permutation(count)]


def choose(items: Sequence[int], share: float, rng: np.random.Generator) -> frozenset[int]:
    """That share of the items, one at least if the share is not 0: even the smallest set shows each finding."""
    count = max(math.ceil(share), round(share * len(items)))
    return frozenset(rng.permutation(items)[:count].tolist())


def places(values: Sequence[str], value: str) -> list[int]:
    """Where in ``values`` this value stands."""
    return [place for place, other in enumerate(values) if other == value]
