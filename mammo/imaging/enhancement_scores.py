"""What an enhancement did, in the scores that papers on mammograms report; higher is not better diagnosis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.histogram import histogram

_BLOCKS = 8  # along each side, for EME
_EPSILON = 1 / 255  # keeps EME finite in black blocks

DEFINITIONS = {
    "entropy": "Shannon entropy of the breast's histogram on 256 levels, in bits; 8 is the most.",
    "eme": "Measure of enhancement: mean over 8 x 8 blocks of 20 ln(max / min), Agaian 2001.",
    "cii": "Contrast improvement index: local contrast after, over before; 1 is no change.",
    "ambe": "Absolute mean brightness error: difference of the mean gray levels; 0 keeps the brightness.",
    "psnr": "Peak signal-to-noise ratio between before and after, in dB; n/a for an unchanged picture.",
}


@dataclass(frozen=True)
class EnhancementScores:
    """Scores of one enhanced picture inside the breast, explained in ``DEFINITIONS``; None where undefined."""

    entropy_before: float
    entropy: float
    eme_before: float
    eme: float
    cii: float | None
    ambe: float
    psnr: float | None


def enhancement_scores(
    before: GrayImage, after: GrayImage, mask: Mask | None = None, lesion: Mask | None = None
) -> EnhancementScores:
    """Score an enhancement.

    Args:
        before: The picture, shape (height, width), values in [0, 1].
        after: Its enhanced self.
        mask: The breast; all of the picture if None.
        lesion: Where an outlined lesion lies: CII then compares it with the ring around it, else 3 x 3 neighborhoods.

    Source:
        Morrow et al. 1992 for CII; Agaian, Panetta and Grigoryan 2001 for EME; Chen and Ramli 2003 for AMBE.
    """
    inside = np.ones(before.shape, np.bool_) if mask is None else mask
    error = float(np.mean((after[inside].astype(np.float64) - before[inside]) ** 2))
    contrast_before, contrast_after = (_contrast(image, inside, lesion) for image in (before, after))
    return EnhancementScores(
        entropy_before=_entropy(before, inside),
        entropy=_entropy(after, inside),
        eme_before=_eme(before, inside),
        eme=_eme(after, inside),
        cii=contrast_after / contrast_before if contrast_before else None,
        ambe=abs(float(after[inside].mean(dtype=np.float64) - before[inside].mean(dtype=np.float64))),
        psnr=10 * math.log10(1 / error) if error > 0 else None,
    )


def _entropy(image: GrayImage, inside: Mask) -> float:
    counts = histogram(image, inside, 256)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def _eme(image: GrayImage, inside: Mask) -> float:
    """Mean over the blocks that lie in the breast for the most part."""
    values = []
    for rows in np.array_split(np.arange(image.shape[0]), _BLOCKS):
        for columns in np.array_split(np.arange(image.shape[1]), _BLOCKS):
            if not rows.size or not columns.size:
                continue
            here = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            if inside[here].mean() > 0.5:
                pixels = image[here][inside[here]]
                values.append(20 * math.log((float(pixels.max()) + _EPSILON) / (float(pixels.min()) + _EPSILON)))
    return float(np.mean(values)) if values else 0.0


def _contrast(image: GrayImage, inside: Mask, lesion: Mask | None) -> float:
    """(foreground - background) / (foreground + background): of a lesion and its ring, or of 3 x 3 neighborhoods."""
    if lesion is not None and lesion.any():
        ring = (cv2.dilate(lesion.astype(np.uint8), np.ones((15, 15))) > 0) & ~lesion
        if ring.any():
            foreground, background = float(image[lesion].mean()), float(image[ring].mean())
            return abs(foreground - background) / max(foreground + background, 1e-6)
    high, low = cv2.dilate(image, np.ones((3, 3))), cv2.erode(image, np.ones((3, 3)))
    return float(((high - low) / np.maximum(high + low, 1e-6))[inside].mean())
