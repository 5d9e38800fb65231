"""Training on one GPU, from film files to trained epochs: Mammo beside plain torch and fastai."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks._contests import SIZE, Contest, held
from benchmarks._films import SHAPE, write_films
from benchmarks._frame import Benchmark, Row

FILMS, BATCH = 512, 128
WORKERS = min(16, os.cpu_count() or 1)
_GOALS = {"plain torch": 20, "fastai": 10}
_CONTESTS = tuple(
    Contest(family, "JPEG", _GOALS, BATCH, device="cuda", workers=WORKERS) for family in ("alexnet", "squeezenet1_1")
)


def measure() -> Sequence[Row]:
    """Nothing without a GPU."""
    if not torch.cuda.is_available():
        print("There is no GPU here: nothing is measured. Run this where torch.cuda.is_available() is true.")
        return []
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        films = write_films(Path(folder), FILMS, ("JPEG",))
        return [row for contest in _CONTESTS for row in held(contest, films[contest.file_format])]


BENCHMARK = Benchmark(
    f"Training on one GPU on {FILMS} films of {SHAPE[1]} x {SHAPE[0]} px, batches of {BATCH} at {SIZE} px: seconds of "
    "an epoch right after another",
    measure,
    (
        "All: the same files, sizes, batches and Adam; each image reflected, turned and shifted anew.",
        "Two epochs each in turn, of which the second counts: the first finds the machine as the others have left it.",
        "Weights are random. Mammo trains in bf16, as a person may choose, and in the peers' own precision, fp32.",
        "fastai: no contrast stretch and no shift; it augments on the GPU. No validation.",
        "Peers decode and stretch in up to 16 processes, one for each core; Mammo has prepared the films before.",
    ),
)
