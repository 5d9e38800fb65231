"""A contest: the same training for Mammo and its peers, each in a process of its own, round by round."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks._frame import Figure, Figures, Row, interleaved, ratio
from benchmarks._peers import Peer
from mammo.processes import JOB_THREADS

SIZE, ROUNDS = 227, 5
_REST_SECONDS = 1.0  # for which threads of the trainer before may still spin
_FIGURE = Figure("seconds", "s")
_WAKING = Figure("seconds, first of its turn", "s")  # with caches and pages as the others have left them


@dataclass(frozen=True)
class Contest:
    """A task, who stands for it, and how many times faster than each Mammo should be."""

    family: str
    file_format: str
    goals: Mapping[str, float]  # by peer
    batch: int
    epochs: int = 0  # from the files on; 0: single ones, as they follow one another
    device: str = "cpu"
    workers: int = 2  # processes that read films for torch, Lightning and fastai

    @property
    def name(self) -> str:
        return f"{self.family}, {self.file_format}{f', {self.epochs} epochs' if self.epochs else ''}"


def held(contest: Contest, films: Path, rounds: int = ROUNDS) -> Iterator[Row]:
    """Every trainer lives through the contest; the ratios are taken within each round."""
    told = [_FIGURE] if contest.epochs else [_WAKING, _FIGURE]
    with ExitStack() as running:
        cases = {}
        for who in ("Mammo", "Mammo fp32", *contest.goals):
            trainer = running.enter_context(entered(who, contest, films))
            cases[f"{contest.name}, {who}"] = partial(_turn, trainer, told)
        rows = interleaved(cases, told, rounds)
    yield from rows
    for who, goal in contest.goals.items():
        yield ratio(rows, f"{contest.name}, {who}", f"{contest.name}, Mammo", _FIGURE.name, goal)
        yield ratio(rows, f"{contest.name}, {who}", f"{contest.name}, Mammo fp32", _FIGURE.name)


def _turn(trainer: Peer, told: Sequence[Figure]) -> Figures:
    time.sleep(_REST_SECONDS)
    return {figure.name: trainer.round()["seconds"] for figure in told}


def entered(who: str, contest: Contest, films: Path) -> Peer:
    """The process of one that stands for a contest."""
    task = {"folder": str(films), "family": contest.family, "batch": contest.batch, "size": SIZE}
    task |= {"workers": contest.workers, "device": contest.device, "epochs": contest.epochs, "learning_rate": 1e-5}
    task |= {"precision": "fp32" if who.endswith("fp32") else "bf16"}
    if who.startswith("Mammo"):
        return Peer("benchmarks._own_training", task, settings=JOB_THREADS)
    program, _, backend = who.lower().partition(" ")
    if program == "keras":
        return Peer("benchmarks.peers.keras", task, f"keras_{backend}", {"KERAS_BACKEND": backend})
    environment = {"plain": "plain_torch"}.get(program, program)
    return Peer(f"benchmarks.peers.{environment}", task, environment)
