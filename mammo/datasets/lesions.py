"""Where the outlined lesions of a film lie: circles and mask files as pixels and boxes."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.datasets._base import Lesion, Sample
from mammo.imaging.breast import Box
from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool

#: Of a mask's brightest pixel: ringing around the outline in a JPEG mask stays below 20 of 255.
_MASK_THRESHOLD = 20 / 255
#: Diameter in pixels of the brush that closes outlines: interruptions must be smaller.
_LARGEST_GAP = 5


def lesion_mask(sample: Sample, lesion: Lesion | None = None) -> Mask:
    """Pixels of a lesion, or of all lesions of the sample if none is given.

    A mask file may hold filled regions or outlines: small gaps are closed and holes filled. It is brought to the
    sample's size if it differs. A lesion that was recorded without a place adds nothing.

    Returns:
        Shape (sample.height_px, sample.width_px), true inside.

    Raises:
        ImageError: If a mask file is not readable.
    """
    mask: Mask = np.zeros((sample.height_px, sample.width_px), np.bool_)
    for one in sample.lesions if lesion is None else (lesion,):
        if one.mask_file is not None:
            mask |= _mask_from_file(sample, one.mask_file)
        elif one.x_px is not None and one.y_px is not None and one.radius_px is not None:
            mask |= _circle(mask.shape, one.x_px, one.y_px, one.radius_px)
    return mask


def lesion_box(sample: Sample, lesion: Lesion | None = None) -> Box | None:
    """Smallest box around ``lesion_mask``, in pixels of the sample; None if the mask is empty."""
    mask = lesion_mask(sample, lesion)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return Box(left=int(columns[0]), top=int(rows[0]), right=int(columns[-1]) + 1, bottom=int(rows[-1]) + 1)


def _circle(shape: tuple[int, int], x: float, y: float, radius: float) -> Mask:
    """Pixels whose centers lie within the circle; a pixel covers [i, i + 1). A tiny circle keeps the pixel it is in."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    reach = max(radius, np.sqrt(0.5))
    return np.asarray((columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 <= reach**2)


def _mask_from_file(sample: Sample, mask_file: str) -> Mask:
    path = sample.root / mask_file  # whose bytes no import has looked at, unlike a film's
    pixels = shared_pool().decode(path.name, read_bytes(path), any_aspect=True).pixels
    inside = _filled(_drawn(pixels))
    if inside.shape == (sample.height_px, sample.width_px):
        return inside
    size = (sample.width_px, sample.height_px)
    return np.asarray(cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)


def _drawn(pixels: GrayImage) -> Mask:
    return np.asarray(pixels > _MASK_THRESHOLD * pixels.max())


def _filled(drawn: Mask) -> Mask:
    """The drawing with everything that it encloses.

    The line is thickened, what it encloses is filled, and the thickening is taken away again: a plain closing bridges a
    gap by a neck so thin that it breaks off.
    """
    margin = _LARGEST_GAP
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_LARGEST_GAP, _LARGEST_GAP))
    framed = np.pad(drawn.astype(np.uint8), margin)
    thick = cv2.dilate(framed, brush)
    outside = thick.copy()
    cv2.floodFill(outside, None, (0, 0), 2)
    inside = (outside != 2).astype(np.uint8)
    return np.asarray(cv2.erode(inside, brush)[margin:-margin, margin:-margin] > 0)
