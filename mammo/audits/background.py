"""The background-only control: does a model still tell the classes when it can't see the breast?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import cv2
import numpy as np

from mammo.audits.shortcut_radar import RED_AUC, Light
from mammo.evaluation.intervals import Interval
from mammo.evaluation.notes import FEW_WOMEN, counted_women
from mammo.imaging.gray_image import Mask, StoredImage

SCORE = (
    "auc_ovr_macro"  # what the control is judged by: 0.5 is chance, and a threshold that no longer fits costs nothing
)
_MARGIN_SHARE = 1 / 40  # of the picture's side: the skin line belongs to the breast


@dataclass(frozen=True)
class BackgroundControl:
    """How well a finished model tells the classes of its test images by parts of them alone."""

    images: int
    women: int
    without_background: int  # images in which nothing lies beside the breast
    whole: Interval  # the score with everything
    breast_only: Interval  # what lies beside the breast is black
    background_only: Interval  # the breast is as gray as what lies beside it

    @property
    def light(self) -> Light:
        """Red: the background tells the class well enough to carry the model; amber: a little; green: not at all."""
        value, low = self.background_only.value, self.background_only.low
        if value is None or low is None or self.women < FEW_WOMEN:
            return "unknown"
        if low <= 0.5:
            return "green"
        return "red" if value >= RED_AUC else "amber"

    def __str__(self) -> str:
        if self.light == "unknown":
            why = self.background_only.reason or f"{counted_women(self.women)} are too few, {FEW_WOMEN} are needed"
            return f"Whether the background tells the class can't be judged: {why}."
        figures = f"AUC {self.background_only} from the background alone, {self.breast_only} from the breast alone"
        return f"{_WORDS[self.light]}: {figures}, {self.whole} from both."

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which ``from_json`` makes the control again."""
        intervals = {name: getattr(self, name).to_json() for name in _INTERVALS}
        return {**asdict(self), **intervals}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        return cls(**{**facts, **{name: Interval.from_json(facts[name]) for name in _INTERVALS}})


_INTERVALS = ("whole", "breast_only", "background_only")
_WORDS: Mapping[Light, str] = {
    "red": "With the breast blanked out the model still tells the classes",
    "amber": "With the breast blanked out the model still tells a little of the classes",
    "green": "With the breast blanked out the model tells no more than chance",
}


def widened(breast: Mask) -> Mask:
    """The breast with a margin, so that no skin is left beside it."""
    margin = max(1, round(max(breast.shape) * _MARGIN_SHARE))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    return np.asarray(cv2.dilate(breast.astype(np.uint8), kernel) > 0)


def background_only(image: StoredImage, breast: Mask) -> StoredImage:
    """The picture with its breast as gray as the median of what lies beside it, so that hardly an outline remains.

    Args:
        image: Shape (height, width).
        breast: Same shape; where it covers everything, the picture becomes black.
    """
    level = np.median(image[~breast]) if not breast.all() else 0
    return np.where(breast, image.dtype.type(level), image)


def breast_only(image: StoredImage, breast: Mask) -> StoredImage:
    """The picture with everything beside its breast black; shapes (height, width)."""
    return np.where(breast, image, image.dtype.type(0))
