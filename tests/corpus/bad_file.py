"""What one file of the corpus is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Content = Callable[[np.random.Generator], bytes]


@dataclass(frozen=True)
class BadFile:
    """A file that must be refused, and the code with which."""

    row: str  # of the plan of bad input: "B01"
    name: str
    code: str
    content: Content
