"""Training end to end, from film files to trained epochs: Mammo beside what its users would pick instead."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks._films import SHAPE, write_films
from benchmarks._frame import Benchmark, Figure, Row, interleaved, ratio
from benchmarks._peers import Peer

_FULL = bool(os.environ.get("MAMMO_BENCH_FULL"))
FILMS, BATCH, SIZE, EPOCHS = (192 if _FULL else 64), 32, 227, 10
ROUNDS, WHOLE_ROUNDS = 5, (5 if _FULL else 1)
_FIGURE = Figure("seconds", "s")
_KERAS = ("torch", "jax", "tensorflow")


@dataclass(frozen=True)
class _Contest:
    """A task, who stands for it, and how many times faster than each Mammo should be."""

    family: str
    file_format: str
    goals: dict[str, float]  # by peer
    whole: bool = False  # ten epochs from the files on, not single ones

    @property
    def name(self) -> str:
        return f"{self.family}, {self.file_format}{f', {EPOCHS} epochs' if self.whole else ''}"


_CONTESTS = (
    _Contest(
        "alexnet", "JPEG", {"plain torch": 8, "Lightning": 8, "fastai": 2.3} | {f"Keras {on}": 4 for on in _KERAS}
    ),
    _Contest("alexnet", "PNG", {"plain torch": 10}),
    _Contest("squeezenet1_1", "PNG", {"plain torch": 10, "fastai": 8}),
    _Contest("alexnet", "JPEG", {"fastai": 2.2}, whole=True),
    _Contest("squeezenet1_1", "PNG", {"fastai": 6}, whole=True),
)


def measure() -> Sequence[Row]:
    """Every trainer of a contest lives through it; its first epoch is not counted."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        films = write_films(Path(folder), FILMS)
        return [row for contest in _CONTESTS for row in _held(contest, films[contest.file_format])]


def _held(contest: _Contest, films: Path) -> Iterator[Row]:
    with ExitStack() as running:
        cases = {}
        for who in ("Mammo", "Mammo fp32", *contest.goals):
            trainer = running.enter_context(_trainer(who, contest, films))
            cases[f"{contest.name}, {who}"] = lambda trainer=trainer: {_FIGURE.name: trainer.round()["seconds"]}
        rows = interleaved(cases, [_FIGURE], WHOLE_ROUNDS if contest.whole else ROUNDS)
    yield from rows
    for who, goal in contest.goals.items():
        yield ratio(rows, f"{contest.name}, {who}", f"{contest.name}, Mammo", _FIGURE.name, goal)
        yield ratio(rows, f"{contest.name}, {who}", f"{contest.name}, Mammo fp32", _FIGURE.name)


def _trainer(who: str, contest: _Contest, films: Path) -> Peer:
    task = {"folder": str(films), "family": contest.family, "batch": BATCH, "size": SIZE, "workers": 2}
    task |= {"learning_rate": 1e-5, "precision": "fp32" if who.endswith("fp32") else "bf16"}
    task |= {"whole": EPOCHS} if contest.whole else {}
    if who.startswith("Mammo"):
        return Peer("benchmarks._own_training", task)
    program, _, backend = who.lower().partition(" ")
    if program == "keras":
        return Peer("benchmarks.peers.keras", task, f"keras_{backend}", {"KERAS_BACKEND": backend})
    environment = {"plain": "plain_torch"}.get(program, program)
    return Peer(f"benchmarks.peers.{environment}", task, environment)


BENCHMARK = Benchmark(
    f"Training on {FILMS} films of {SHAPE[1]} x {SHAPE[0]} px, batches of {BATCH} at {SIZE} px: seconds of an epoch "
    f"after the first, and of {EPOCHS} epochs from the files on",
    measure,
    (
        "All: the same files, sizes, batches and Adam; each image reflected, turned and shifted anew.",
        "Weights are random. Mammo trains in bf16, as a person may choose, and in the peers' own precision, fp32.",
        "Contrast: all but fastai stretch between the 1st and the 99th percentile of the whole film.",
        "fastai: no contrast stretch and no shift; 16 bits are cut to 8, as its ImageBlock does; no validation.",
        "Lightning: no logger, checkpoints or progress bar. Keras: its films keep their order; AlexNet only.",
        f"Mammo: its import, which opens and hashes each file once, comes before the {EPOCHS} epochs; preparing is in.",
        "Workers: two processes for torch, Lightning and fastai, two threads for Keras, Mammo as it comes.",
    ),
)
