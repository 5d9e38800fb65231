"""Does a heat map point at the outlined lesion? Three scores for each image, and what chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.imaging.gray_image import Mask

Heatmap = npt.NDArray[np.float32]  # shape (height, width), 0 or more
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Localization:
    """How well one map points at the lesions of its image. A blank map points at nothing: all scores 0."""

    hit: float  # pointing game: 1 or 0; between them only if several places share the maximum
    energy_share: float  # share of the map's sum that lies in the lesions
    chance: float  # area of the lesions / area of the breast: the energy share of a map without knowledge
    iou: float  # intersection over union of the lesions and as many of the map's strongest pixels
    is_blank: bool


@dataclass(frozen=True)
class LocalizationSummary:
    """Scores of N images, one value for each image, for means and intervals that keep a patient's images together."""

    hits: Values  # shape (N,), as in Localization
    energy_shares: Values  # shape (N,)
    chances: Values  # shape (N,)
    ious: Values  # shape (N,)
    blank_count: int

    @property
    def n(self) -> int:
        return len(self.hits)

    @property
    def hit_rate(self) -> float | None:
        """Share of images whose map points at a lesion; None without images."""
        return _mean(self.hits)

    @property
    def mean_energy_share(self) -> float | None:
        return _mean(self.energy_shares)

    @property
    def mean_chance(self) -> float | None:
        """What ``mean_energy_share`` must be compared with."""
        return _mean(self.chances)

    @property
    def mean_iou(self) -> float | None:
        return _mean(self.ious)


def localization(heatmap: Heatmap, lesion: Mask, breast: Mask, *, tolerance_px: float = 15) -> Localization:
    """Score one map against the outlined lesions of its image.

    Args:
        heatmap: Any scale.
        lesion: The union of all lesions, same shape.
        breast: The breast, same shape; energy outside of it counts as misplaced.
        tolerance_px: How far beside a lesion the strongest place may lie and still hit it.

    Raises:
        ParameterError: If shapes differ, or there is no lesion or no breast.

    Source:
        Pointing game: Zhang et al. 2018, Top-down neural attention by excitation backprop (tolerance 15 pixels).
        Energy share: Wang et al. 2020, Score-CAM.
    """
    if not heatmap.shape == lesion.shape == breast.shape:
        raise ParameterError(
            f"Heat map {heatmap.shape}, lesion {lesion.shape} and breast {breast.shape} must be of one shape."
        )
    if not lesion.any() or not breast.any():
        raise ParameterError("Localization needs an image with an outlined lesion and a breast.")
    is_blank = not float(heatmap.max()) > 0
    return Localization(
        hit=0.0 if is_blank else pointing_hit(heatmap, lesion, tolerance_px=tolerance_px),
        energy_share=0.0 if is_blank else float(heatmap[lesion].sum(dtype=float) / heatmap.sum(dtype=float)),
        chance=min(1.0, float(lesion.sum() / breast.sum())),
        iou=iou_at_equal_area(heatmap, lesion),
        is_blank=is_blank,
    )


def pointing_hit(heatmap: Heatmap, lesion: Mask, *, tolerance_px: float) -> float:
    """Share of the strongest places within ``tolerance_px`` of a lesion pixel; usually there is one strongest place."""
    from scipy import ndimage  # here only: pages load this module

    distance_px = ndimage.distance_transform_edt(~lesion)
    return float((distance_px[heatmap == heatmap.max()] <= tolerance_px).mean())


def iou_at_equal_area(heatmap: Heatmap, lesion: Mask) -> float:
    """Intersection over union of a lesion and the map's strongest pixels, as many as the lesion has; 0 never counts."""
    area = int(lesion.sum())
    strongest = np.argsort(heatmap, axis=None, kind="stable")[-area:]
    marked = np.zeros(heatmap.size, dtype=bool)
    marked[strongest] = heatmap.ravel()[strongest] > 0
    inside = lesion.ravel()
    return float((marked & inside).sum() / (marked | inside).sum())


def summarized(scores: Sequence[Localization]) -> LocalizationSummary:
    """The scores of many images side by side."""
    return LocalizationSummary(
        hits=np.array([score.hit for score in scores]),
        energy_shares=np.array([score.energy_share for score in scores]),
        chances=np.array([score.chance for score in scores]),
        ious=np.array([score.iou for score in scores]),
        blank_count=sum(score.is_blank for score in scores),
    )


def _mean(values: Values) -> float | None:
    return float(values.mean()) if len(values) else None
