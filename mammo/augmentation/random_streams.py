"""Many of numpy's random generators at once, number for number: one by one they take longer than a GPU's step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Reals = npt.NDArray[np.float64]

_ENTROPY_WORDS = 4  # of 32 bits: what a digest of 16 bytes gives, and the size of the pool
_LOW = np.uint64(0xFFFFFFFF)
_MULTIPLIER = (np.uint64(2549297995355413924), np.uint64(4865540595714422341))  # of PCG64, its high and low half


class RandomStreams:
    """N independent generators; each draws what ``Generator(PCG64(seed))`` of its own seed would.

    Source:
        numpy.random, SeedSequence and PCG64; O'Neill 2014, PCG: A Family of Simple Fast Space-Efficient Statistically
        Good Algorithms for Random Number Generation (XSL-RR 128/64).
    """

    def __init__(self, digests: Sequence[bytes]) -> None:
        """Seeds are digests of 16 bytes each, read as little-endian whole numbers."""
        entropy = np.frombuffer(b"".join(digests), "<u4").reshape(-1, _ENTROPY_WORDS)
        words = _seed_words(entropy.T.astype(np.uint64))
        state_high, state_low, stream_high, stream_low = words
        one = np.uint64(1)
        self._increment = (stream_high << one) | (stream_low >> np.uint64(63)), (stream_low << one) | one
        self._state = _sum(self._increment, (state_high, state_low))  # the first step, from zero, and the seed
        self._advance()

    def random(self) -> Reals:
        """The next number of each generator, shape (N,), in [0, 1)."""
        self._advance()
        high, low = self._state
        mixed, turn = high ^ low, high >> np.uint64(58)
        output = (mixed >> turn) | (mixed << ((np.uint64(64) - turn) & np.uint64(63)))
        return (output >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def uniform(self, low: float, high: float) -> Reals:
        """The next number of each generator, shape (N,), in [low, high)."""
        return low + (high - low) * self.random()

    def _advance(self) -> None:
        self._state = _sum(_product(self._state, _MULTIPLIER), self._increment)


def _seed_words(pool: Words) -> list[Words]:
    """Four words of 64 bits for each generator from its entropy, shape (4, N), of 32 bits each: SeedSequence's own."""
    hashed = _Hash(0x43B0D7E5, 0x931E8875)
    mixed = [hashed(word) for word in pool]
    for source in range(_ENTROPY_WORDS):
        for target in range(_ENTROPY_WORDS):
            if source != target:
                mixed[target] = _mix(mixed[target], hashed(mixed[source]))
    hashed = _Hash(0x8B51F9DD, 0x58F38DED)
    halves = [hashed(word) for word, _ in zip(cycle(mixed), range(8), strict=False)]
    return [low | (high << np.uint64(32)) for low, high in zip(halves[::2], halves[1::2], strict=True)]


class _Hash:
    """SeedSequence's hash of 32-bit words; its constant changes from call to call, not with the data."""

    def __init__(self, start: int, multiplier: int) -> None:
        self._constant, self._multiplier = start, multiplier

    def __call__(self, words: Words) -> Words:
        words = words ^ np.uint64(self._constant)
        self._constant = self._constant * self._multiplier & 0xFFFFFFFF
        words = (words * np.uint64(self._constant)) & _LOW
        return words ^ (words >> np.uint64(16))


def _mix(left: Words, right: Words) -> Words:
    mixed = (np.uint64(0xCA01F9DD) * left - np.uint64(0x4973F715) * right) & _LOW
    return mixed ^ (mixed >> np.uint64(16))


def _sum(left: tuple[Words, Words], right: tuple[Words, Words]) -> tuple[Words, Words]:
    """Of 128-bit numbers as (high, low)."""
    low = left[1] + right[1]
    return left[0] + right[0] + (low < right[1]), low


def _product(left: tuple[Words, Words], right: tuple[np.uint64, np.uint64]) -> tuple[Words, Words]:
    """The lower 128 bits of a product of 128-bit numbers as (high, low)."""
    half = np.uint64(32)
    a, b, c, d = left[1] >> half, left[1] & _LOW, right[1] >> half, right[1] & _LOW
    middle = (b * d >> half) + (a * d & _LOW) + (b * c & _LOW)
    carried = a * c + (a * d >> half) + (b * c >> half) + (middle >> half)
    return carried + left[0] * right[1] + left[1] * right[0], left[1] * right[1]
