"""Is a picture a mammogram at all? A model answers whatever it is shown; this looks before it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from mammo.imaging.breast import breast_mask, chest_wall_side
from mammo.imaging.gray_image import GrayImage, Mask

Measures = Mapping[str, float]
Outcome = Literal["passed", "doubtful", "failed"]

ODD = 1.0  # of one measure or of several together, from which on a picture is doubted
STRANGE = 2.0  # from which on no answer is given; none of 224 mini-MIAS films has more than 1.7
#: What DICOM files of mammograms say they are, new ones and digitized films; of other pictures no answer is given.
_FILMS = frozenset({"MG", "CR", "DX", "RG", "DG", "OT", "SC", "unknown"})
_WORKING_SIDE = 256  # pixels of the longer side; nothing finer is asked for
_SIGMAS = (1.0, 2.0, 4.0, 8.0)  # pixels, of the blurs between which texture is measured
_EDGE = np.ones((9, 9), np.uint8)  # the rim between breast and air is neither
_FEWEST = 50  # pixels that say something about texture
_TINY = 1e-4  # keeps logarithms finite; far below one gray level of 8 bits


@dataclass(frozen=True)
class Usual:
    """What mammograms have of a measure, and how the rest differs."""

    low: float
    high: float
    below: str  # said of a picture that has less
    above: str
    unit: float = 0.0  # at least so much is one unit of oddity; 0: the width of the usual range

    def oddity(self, value: float) -> float:
        """0 inside the usual range, 1 and no more at its width outside."""
        outside = max(self.low - value, value - self.high, 0.0)
        return min(1.0, outside / max(self.high - self.low, self.unit))


#: From the 1st to the 99th percentile of 224 mini-MIAS films of 112 women and of 160 phantoms of both kinds, the wider
#: of the two; ``python -m benchmarks guard`` measures them again and tells how many of what is passed and stopped.
USUAL: dict[str, Usual] = {
    "area": Usual(0.178, 0.626, "the bright region is too small for a breast", "no dark air lies around the breast"),
    "air": Usual(0.0, 0.038, "", "the background is not dark", unit=0.1),
    "air texture": Usual(-7.186, -2.845, "the background holds nothing at all", "the background is full of detail"),
    "far side": Usual(0.0, 0.0, "", "the bright region reaches from side to side", unit=0.1),
    "solidity": Usual(0.847, 0.994, "the outline is ragged", "the outline is drawn with a ruler"),
    "outline": Usual(0.813, 2.037, "the outline is straight", "the outline goes in and out"),
    "brightness": Usual(0.446, 0.896, "most of the bright region is dim", "most of the bright region is white"),
    "detail": Usual(-4.882, -3.225, "the bright region is smooth", "the bright region is full of fine detail"),
    "texture 1": Usual(-0.764, 0.563, "its texture is finer than tissue", "it has no fine texture"),
    "texture 2": Usual(0.018, 0.94, "its texture is finer than tissue", "it has no fine texture"),
    "texture 3": Usual(-0.045, 0.646, "its texture is finer than tissue", "it has no fine texture"),
    "edges": Usual(1.19, 4.292, "its texture is that of noise", "sharp edges cross it"),
}


@dataclass(frozen=True)
class GuardVerdict:
    """How a picture differs from mammograms."""

    oddity: float  # sum over the measures, each 0 to 1; mammograms have 0, or a little
    reasons: tuple[str, ...]  # in words, the gravest first
    is_negative: bool  # with its grays inverted it would pass
    other_modality: str | None = None  # that its header names, one that holds no mammograms

    @property
    def is_mammogram(self) -> bool:
        """Whether nothing speaks against it."""
        return self.oddity <= ODD and self.other_modality is None

    @property
    def outcome(self) -> Outcome:
        """Failed: whatever a model said would be worth nothing. Doubtful: it may be, and a person has to know."""
        if self.is_mammogram:
            return "passed"
        is_none = self.is_negative or self.oddity > STRANGE or self.other_modality is not None
        return "failed" if is_none else "doubtful"

    @property
    def finding(self) -> str:
        """What speaks against the picture, as a sentence; empty if nothing does."""
        if self.is_mammogram:
            return ""
        if self.other_modality is not None:
            return f"This is no mammogram: its header says {self.other_modality}."
        if self.is_negative:
            return (
                "This looks like a mammogram only with its grays inverted: tissue should be bright, and air dark. "
                "Invert them if it is one."
            )
        looks = "does not look" if self.outcome == "failed" else "hardly looks"
        return f"This {looks} like a mammogram: {'; '.join(self.reasons[:3])}."

    @property
    def sentence(self) -> str:
        """What to tell a person who has an answer all the same; empty if nothing speaks against the picture."""
        if self.is_mammogram:
            return ""
        return f"{self.finding} The answer {'is' if self.outcome == 'failed' else 'may be'} worth nothing."


def guard(image: GrayImage, modality: str | None = None) -> GuardVerdict:
    """Look whether a picture is a mammogram, by its outline, its air and its texture.

    Args:
        image: Shape (height, width), values in [0, 1].
        modality: What a DICOM header says that it is.
    """
    verdict = _verdict(measures(image))
    if not verdict.is_mammogram:
        verdict = replace(verdict, is_negative=_verdict(measures(1 - image)).is_mammogram)
    return replace(verdict, other_modality=None if modality is None or modality in _FILMS else modality)


def measures(image: GrayImage) -> dict[str, float]:
    """What is looked at, by the names in USUAL; finite for every picture.

    Source:
        Burgess 1999 for the power spectrum of mammographic texture, which the steps between blurs follow; Otsu 1979 by
        way of ``breast_mask``.
    """
    small = _normalized(image)
    mask = breast_mask(small)
    if chest_wall_side(small) == "right":
        small, mask = small[:, ::-1], mask[:, ::-1]
    air = ~mask
    inside = cv2.erode(mask.astype(np.uint8), _EDGE) > 0
    outside = cv2.dilate(mask.astype(np.uint8), _EDGE) == 0
    bands = _bands(small)
    strengths = [np.log(_strength(band, inside) + _TINY) for band in bands]
    widths = mask.sum(axis=1) / mask.shape[1]
    return {
        "area": float(mask.mean()),
        "air": float(np.median(small[air])) if air.any() else 1.0,
        "air texture": float(np.log(_strength(bands[1], outside) + _TINY)),
        "far side": float(mask[:, -max(1, mask.shape[1] // 20) :].mean()),
        "solidity": _solidity(mask),
        "outline": float(np.abs(np.diff(widths)).sum() / max(float(widths.max()), 1e-3)),
        "brightness": float(np.median(small[mask])) if mask.any() else 0.0,
        "detail": float(strengths[0]),
        **{f"texture {step}": float(strengths[step] - strengths[step - 1]) for step in (1, 2, 3)},
        "edges": _peakedness(bands[1], inside),
    }


def _verdict(found: Measures) -> GuardVerdict:
    odd = {name: usual.oddity(found[name]) for name, usual in USUAL.items()}
    words: dict[str, float] = {}
    for name, value in odd.items():
        if value > 0:
            usual = USUAL[name]
            said = usual.below if found[name] < usual.low else usual.above
            words[said] = max(value, words.get(said, 0.0))
    return GuardVerdict(sum(odd.values()), tuple(sorted(words, key=lambda one: -words[one])), is_negative=False)


def _normalized(image: GrayImage) -> GrayImage:
    """Reduced, and stretched from its 0.5th to its 99.5th percentile."""
    factor = min(1.0, _WORKING_SIDE / max(image.shape))
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else image
    low, high = np.percentile(small, [0.5, 99.5])
    return np.asarray(np.clip((small - low) / max(float(high - low), 1e-6), 0, 1), np.float32)


def _bands(small: GrayImage) -> list[GrayImage]:
    """What lies between one blur and the next."""
    blurred = [small, *(cv2.GaussianBlur(small, (0, 0), sigma) for sigma in _SIGMAS)]
    return [np.asarray(fine - coarse, np.float32) for fine, coarse in pairwise(blurred)]


def _strength(band: GrayImage, where: Mask) -> float:
    """Root mean square; 1 where there is too little to tell."""
    return float(np.sqrt((band[where] ** 2).mean())) if where.sum() > _FEWEST else 1.0


def _peakedness(band: GrayImage, where: Mask) -> float:
    """Logarithm of the kurtosis: 1.1 for noise, more for edges among smooth parts."""
    values = band[where].astype(np.float64)
    if values.size <= _FEWEST:
        return float(np.log(99.0))
    return float(np.log(max((values**4).mean(), 1e-24) / max((values**2).mean() ** 2, 1e-12)))


def _solidity(mask: Mask) -> float:
    """Share of its convex hull that the largest region fills."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return 0.0
    largest = max(contours, key=cv2.contourArea)
    return float(cv2.contourArea(largest) / max(cv2.contourArea(cv2.convexHull(largest)), 1.0))
