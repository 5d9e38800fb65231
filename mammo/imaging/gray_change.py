"""What an enhancement did to the gray levels of one picture, measured from its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.histogram import histogram

BINS = 64  # of a histogram: more would show the gaps that a stretch leaves in 8-bit pictures
_POINTS = 256  # of a curve, at most
_LEVELS = 65536  # no stored picture has more
_SAME = 1e-4  # outputs of one input level that differ by less are one output: a fortieth of a displayed gray level

Curve = tuple[tuple[float, float], ...]  # (gray level before, gray level after), rising in the first
Counts = npt.NDArray[np.int64]  # pixels at each of BINS gray levels from 0 to 1, shape (BINS,)


@dataclass(frozen=True)
class GrayChange:
    """Histograms of the breast before and after, the curve between them, and what was lost at the ends."""

    before: Counts
    after: Counts
    curve: Curve | None  # None: neighbors count too, so one level before has many levels after
    black: float  # share of the breast's pixels at 0 after, in [0, 1]
    white: float  # share of the breast's pixels at 1 after, in [0, 1]
    black_before: float
    white_before: float


def gray_change(before: GrayImage, after: GrayImage, breast: Mask) -> GrayChange:
    """Compare a picture with its enhanced self inside the breast.

    Args:
        before: The picture, values in [0, 1].
        after: Its enhanced self, same shape.
        breast: Where to look, same shape; at least one pixel.

    Returns:
        Counts, shares and, where every pixel of one gray level got the same gray level, the transfer curve.
    """
    old, new = before[breast], after[breast]
    return GrayChange(
        before=histogram(before, breast, BINS),
        after=histogram(after, breast, BINS),
        curve=_curve(old, new),
        black=float(np.mean(new <= 0)),
        white=float(np.mean(new >= 1)),
        black_before=float(np.mean(old <= 0)),
        white_before=float(np.mean(old >= 1)),
    )


def _curve(old: npt.NDArray[np.float32], new: npt.NDArray[np.float32]) -> Curve | None:
    """One output for each input level that occurs, thinned to _POINTS."""
    levels = np.rint(old * (_LEVELS - 1)).astype(np.int64)
    output = np.full(_LEVELS, np.nan, np.float32)
    output[levels] = new  # any one of the level's pixels stands for it, if they agree
    if np.abs(output[levels] - new).max() > _SAME:
        return None
    present = np.flatnonzero(~np.isnan(output))
    kept = present[np.unique(np.linspace(0, len(present) - 1, _POINTS).astype(np.int64))]
    return tuple((float(level / (_LEVELS - 1)), float(output[level])) for level in kept)
