"""Random gray pictures in memory: speed does not depend on what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def pictures(task: dict[str, Any]) -> npt.NDArray[np.uint8]:
    """As many 8-bit pictures as a batch has, shape (N, S, S)."""
    shape = task["batch"], task["size"], task["size"]
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)
