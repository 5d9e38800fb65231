"""Finding films that were stored twice in different clothes: re-encoded, resized, with other gray levels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mammo.datasets._base import Sample
from mammo.datasets._threads import Progress, in_threads
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.reading import read_image

Signature = npt.NDArray[np.float32]  # shape (1024,), of length 1 (or 0 for a constant image)

#: Least correlation of two signatures that counts as alike. Between 224 films of 112 women of mini-MIAS it stays below
#: 0.94; noise, JPEG at quality 60, half the size, gamma 0.7 and contrast stretching leave it above 0.98. (A difference
#: hash of 64 bits takes 900 of those 25,000 pairs for equal at 4 bits: films are dark and breasts have one shape.)
ALIKE = 0.97
_SIDE = 32
_ROWS_AT_A_TIME = 1024  # of the table of correlations: 10,000 images need 40 MB at a time, not 400 MB


def image_signature(image: GrayImage) -> Signature:
    """How an image looks: its details in 32 x 32 pixels, freed from brightness and slow shading.

    Images that were shifted, cropped, mirrored or turned have another signature.

    Args:
        image: Shape (height, width), values in [0, 1].
    """
    small = np.asarray(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
    details = small - cv2.GaussianBlur(small, (0, 0), _SIDE / 16)
    details -= details.mean()
    length = float(np.linalg.norm(details))
    signature: Signature = np.ravel(details / length if length > 1e-6 else np.zeros_like(details)).astype(np.float32)
    return signature


def image_signatures(
    samples: Sequence[Sample], *, threads: int = 2, on_progress: Progress | None = None
) -> dict[str, Signature]:
    """Signature of each sample by id; decodes every image.

    Raises:
        ImageError: If a file is no longer readable.
    """
    signatures = in_threads(
        lambda sample: image_signature(read_image(sample.path).pixels),
        samples,
        threads=threads,
        on_progress=on_progress,
    )
    return {sample.id: signature for sample, signature in zip(samples, signatures, strict=True)}


def alike_pairs(signatures: Sequence[Signature]) -> list[tuple[int, int]]:
    """Positions (first, second), first < second, of all pairs that look alike."""
    table = np.array(signatures, np.float32).reshape(-1, _SIDE * _SIDE)
    pairs = []
    for start in range(0, len(table), _ROWS_AT_A_TIME):
        correlations = table[start : start + _ROWS_AT_A_TIME] @ table[start:].T
        found = np.argwhere(correlations >= ALIKE) + start
        pairs += [(int(first), int(second)) for first, second in found if first < second]
    return pairs
