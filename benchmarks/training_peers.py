"""Training end to end, from film files to trained epochs: Mammo beside what its users would pick instead."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks._contests import SIZE, Contest, held
from benchmarks._films import SHAPE, write_films
from benchmarks._frame import Benchmark, Row

FILMS, BATCH, EPOCHS = (192 if os.environ.get("MAMMO_BENCH_FULL") else 64), 32, 10
_ALL = {"plain torch": 8, "Lightning": 8, "fastai": 2.3, "Keras torch": 4, "Keras jax": 4, "Keras tensorflow": 4}
_contest = partial(Contest, batch=BATCH)
_CONTESTS = (
    _contest("alexnet", "JPEG", _ALL),
    _contest("alexnet", "PNG", {"plain torch": 10}),
    _contest("squeezenet1_1", "PNG", {"plain torch": 10, "fastai": 8}),
    _contest("alexnet", "JPEG", {"fastai": 2.2}, epochs=EPOCHS),
    _contest("squeezenet1_1", "PNG", {"fastai": 6}, epochs=EPOCHS),
)


def measure() -> Sequence[Row]:
    """One contest after the other, on the same films."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        films = write_films(Path(folder), FILMS)
        return [row for contest in _CONTESTS for row in held(contest, films[contest.file_format])]


BENCHMARK = Benchmark(
    f"Training on {FILMS} films of {SHAPE[1]} x {SHAPE[0]} px, batches of {BATCH} at {SIZE} px: seconds of an epoch "
    f"right after another, and of {EPOCHS} epochs from the files on",
    measure,
    (
        "All: the same files, sizes, batches and Adam; each image reflected, turned and shifted anew.",
        "Two epochs each in turn, of which the second counts: the first finds the machine as the others have left it.",
        "Weights are random. Mammo trains in bf16, as a person may choose, and in the peers' own precision, fp32.",
        "Contrast: all but fastai stretch between the 1st and the 99th percentile of the whole film.",
        "fastai: no contrast stretch and no shift; 16 bits are cut to 8, as its ImageBlock does; no validation.",
        "Lightning: no logger, checkpoints or progress bar. Keras: its films keep their order; AlexNet only.",
        f"Mammo: its import, which opens and hashes each file once, comes before the {EPOCHS} epochs; preparing is in.",
        "Workers: two processes for torch, Lightning and fastai, two threads for Keras, Mammo as it comes.",
    ),
)
