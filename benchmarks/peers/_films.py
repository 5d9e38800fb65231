"""Films of a folder, and the contrast stretch as it is usually written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet
SHIFT_PX, CLASSES = 30, 3


def labelled(folder: str) -> list[tuple[str, int]]:
    """Path and class of each film; each class has a folder of its own."""
    classes = sorted(path for path in Path(folder).iterdir() if path.is_dir())
    return [(str(film), label) for label, one in enumerate(classes) for film in sorted(one.iterdir())]


def stretched(path: str) -> npt.NDArray[np.uint8]:
    """A film of 8 or 16 bits, the gray levels from its 1st to its 99th percentile carried to 0 to 255."""
    with Image.open(path) as image:
        pixels: npt.NDArray[Any] = np.asarray(image, np.float32)
    low, high = np.percentile(pixels, (1, 99))
    return np.asarray(np.clip((pixels - low) / (high - low), 0, 1) * 255, np.uint8)
