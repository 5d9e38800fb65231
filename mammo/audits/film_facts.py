"""What can be known of a film without looking at the breast: scanner, size, file, and what lies beside the breast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mammo.datasets import Sample
from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.reading import read_image

_CORNER_SHARE = 1 / 6  # of each side: where labels, stickers and marks stand
_EDGE_SHARE = 1 / 40  # of each side: where a scanner leaves its frame
_BRIGHTEST = 99.5  # percentile: a mark of some pixels counts, a speck of dust doesn't


@dataclass(frozen=True)
class FilmFacts:
    """Facts of one film."""

    scanner: str | None
    width_px: int
    height_px: int
    bits: int  # of a stored pixel
    size_bytes: int  # of the file
    suffix: str  # of the file's name
    border: Mapping[str, float]  # by name; NaN where the breast leaves nothing to see


def film_facts(sample: Sample) -> FilmFacts:
    """Read a film and keep nothing of its breast.

    Raises:
        ImageError: If the file is not readable.
    """
    return FilmFacts(
        scanner=sample.scanner,
        width_px=sample.width_px,
        height_px=sample.height_px,
        bits=sample.bits,
        size_bytes=sample.path.stat().st_size,
        suffix=sample.path.suffix.lower(),
        border=border_levels(read_image(sample.path).pixels),
    )


def border_levels(image: GrayImage) -> dict[str, float]:
    """Mean and brightest gray level in the four corners and along the four edges, the breast left out.

    Args:
        image: Shape (height, width), values in [0, 1].

    Returns:
        16 levels in [0, 1]; NaN where the breast covers a corner or an edge.
    """
    seen = np.where(breast_mask(image), np.nan, image)
    levels = {}
    for name, part in _parts(seen).items():
        beside = part[~np.isnan(part)]
        levels[f"{name} mean"] = float(beside.mean()) if beside.size else np.nan
        levels[f"{name} brightest"] = float(np.percentile(beside, _BRIGHTEST)) if beside.size else np.nan
    return levels


def _parts(image: GrayImage) -> dict[str, GrayImage]:
    height, width = image.shape
    rows, columns = max(1, round(height * _CORNER_SHARE)), max(1, round(width * _CORNER_SHARE))
    edge = max(1, round(min(height, width) * _EDGE_SHARE))
    return {
        "top left": image[:rows, :columns],
        "top right": image[:rows, -columns:],
        "bottom left": image[-rows:, :columns],
        "bottom right": image[-rows:, -columns:],
        "top edge": image[:edge],
        "bottom edge": image[-edge:],
        "left edge": image[:, :edge],
        "right edge": image[:, -edge:],
    }
