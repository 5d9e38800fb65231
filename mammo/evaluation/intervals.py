"""A score with its 95 % interval, from counts (Wilson) or from resampled values (percentiles)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError

Values = npt.NDArray[np.float64]

LEVEL = 0.95
MAX_DROPPED_SHARE = 0.1  # of the resamples; above it the rest would be a picked sample
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Interval:
    """One score as people read it: ``0.57 (0.49 to 0.66)``. None where it is undefined, and ``reason`` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None  # why value or interval is missing; a part of a sentence
    dropped: int = 0  # resamples that left the score undefined

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        if self.value is None:
            return f"n/a{why}"
        if self.low is None or self.high is None:
            return f"{_decimals(self.value)} (no interval{why})"
        return f"{_decimals(self.value)} ({_decimals(self.low)} to {_decimals(self.high)})"

    @property
    def has_no_width(self) -> bool:
        """Both bounds are the same: no resample held an exception."""
        return self.low is not None and self.low == self.high

    @property
    def is_above_zero(self) -> bool:
        """All of the interval is: the score is surely positive."""
        return self.low is not None and self.low > 0

    def to_json(self) -> dict[str, Any]:
        """``value``, ``low`` and ``high``, each a number or None; ``reason`` and ``dropped`` where there is any."""
        facts: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high}
        if self.reason is not None:
            facts["reason"] = self.reason
        if self.dropped:
            facts["dropped"] = self.dropped
        return facts

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Interval:
        return cls(**facts)


def wilson(k: int, n: int) -> Interval:
    """The share k / n of independent cases with its Wilson score interval; undefined for n = 0.

    Several images of one woman are not independent: for them the interval is too narrow.

    Raises:
        ParameterError: If ``k`` is not within 0 to ``n``.

    Source:
        Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    if not 0 <= k <= n:
        raise ParameterError(f"A share needs 0 <= k <= n, not k = {k} and n = {n}.")
    if n == 0:
        return Interval(None, reason="there is no image")
    return wilson_of_share(k / n, n)


def wilson_of_share(share: float, n: float) -> Interval:
    """The Wilson score interval of a share in [0, 1] that is worth ``n`` independent cases, more than 0."""
    shrink = 1 + _Z**2 / n
    center = (share + _Z**2 / (2 * n)) / shrink
    half = _Z / shrink * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    # At a share of 0 or 1 the bound is the share itself; rounding would miss it by 1e-17.
    return Interval(share, low=0.0 if share == 0 else center - half, high=1.0 if share == 1 else center + half)


def percentile_interval(value: float, resampled: Values) -> Interval:
    """The interval that holds the middle 95 % of a defined score's resampled values.

    Args:
        value: The score on the data as they are.
        resampled: The score on each resample, shape (R,); NaN where it is undefined. Those are dropped and counted.

    Returns:
        An interval without bounds where more than a tenth of the resamples are undefined.
    """
    defined = resampled[~np.isnan(resampled)]
    dropped = len(resampled) - len(defined)
    if dropped > MAX_DROPPED_SHARE * len(resampled):
        share = f"{dropped / len(resampled):.0%}".replace("%", "\N{NO-BREAK SPACE}%")
        return Interval(value, reason=f"undefined in {share} of the resamples, too few women", dropped=dropped)
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high), dropped=dropped)


def percentile_limits(resampled: Values) -> tuple[Values, Values]:
    """Where the middle 95 % of many figures' resampled values lie, each figure for itself.

    Args:
        resampled: Shape (R, P); NaN where a figure is undefined.

    Returns:
        Lower and upper limits, shape (P,); NaN for a figure that more than a tenth of the resamples leave undefined.
    """
    limits = np.full((2, resampled.shape[1]), np.nan)
    is_known = np.isnan(resampled).mean(axis=0) <= MAX_DROPPED_SHARE
    if is_known.any():
        limits[:, is_known] = np.nanquantile(resampled[:, is_known], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    low, high = limits
    return low, high


def _decimals(number: float) -> str:
    """Two decimals; what rounds to zero has no sign."""
    return f"{round(number, 2) + 0.0:.2f}"
