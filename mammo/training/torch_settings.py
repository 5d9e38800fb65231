"""What a process that trains tells torch before anything is computed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from mammo.training.resident_memory import keep_freed_memory

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig


def set_up_torch(config: TrainingConfig) -> None:
    """Threads, memory, and whether the same seed must give the same numbers; holds until the process ends."""
    keep_freed_memory()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it a GPU's matrix products are not repeatable
    torch.backends.cudnn.benchmark = not config.deterministic  # it may choose another kernel each time
    torch.set_num_threads(config.threads or torch.get_num_threads())
    torch.use_deterministic_algorithms(config.deterministic, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
