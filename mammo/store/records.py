"""What goes into the store and comes out of it: frozen values that stay as they are when the database moves on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from db.models import JobState
from mammo.datasets import LabelPolicy
from mammo.datasets.splitting import Fractions, Part, SplitBy

ENDS = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})  # states that never change
Wish = Literal["go on", "pause", "cancel"]  # what people want of a job that a worker has in hand


@dataclass(frozen=True)
class DataSetRecord:
    """An imported collection."""

    name: str
    root: Path
    layout: str
    label_policy: LabelPolicy  # the one to use where none is asked for
    fingerprint: str  # equal for equal data
    images: int
    patients: int
    classes: Mapping[LabelPolicy, Mapping[str, int]]  # images by label, in the field's order
    options: Mapping[str, Any]  # what a person said at the import
    warnings: tuple[str, ...]  # about the collection as a whole
    created_by: str
    created_at: datetime
    imported_at: datetime  # last time


@dataclass(frozen=True)
class SplitRecord:
    """An immutable split, without its assignment."""

    data_set: str
    name: str
    by: SplitBy
    seed: int
    fractions: Fractions
    policy: LabelPolicy
    hash: str
    images: Mapping[Part, int]
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class PresetRecord:
    """A named value."""

    kind: str
    name: str
    value: Mapping[str, Any]
    owner: str
    saved_at: datetime


@dataclass(frozen=True)
class NewJob:
    """A job as it is submitted."""

    kind: str
    config: Mapping[str, Any]
    owner: str
    data_set: str | None = None
    split: str | None = None  # of that data set; not read without one
    priority: int = 0  # the highest first
    idempotency_key: str | None = None  # a second job of the same key is not made
    cloned_from: int | None = None


@dataclass(frozen=True)
class Worker:
    """A process that carries out jobs, named so that no later process is taken for it."""

    id: str
    pid: int
    boot_id: str  # of the machine's present boot
    started: float  # when the process started, in seconds as its machine counts


@dataclass(frozen=True)
class Failure:
    """Why a job could not be done."""

    kind: str  # stable short name, as a MammoError's code
    message: str  # sentence
    advice: str = ""  # what to do about it


@dataclass(frozen=True)
class JobRecord:
    """A job as it stood when it was read."""

    id: int
    kind: str
    state: JobState
    config: Mapping[str, Any]
    data_set: str | None
    data_set_fingerprint: str | None  # of the data set when the job was submitted
    split: str | None
    owner: str
    priority: int
    attempt: int  # starts so far
    created_at: datetime
    cloned_from: int | None = None
    reason: str | None = None  # why it is paused or held
    attempt_started_at: datetime | None = None
    progress_before: float = 0.0  # what earlier attempts had done of it
    fruitless_attempts: int = 0  # deaths in a row without a checkpoint between them
    usage: Mapping[str, float] | None = None  # what its process takes of the machine: CPU, memory, GPU
    worker: Worker | None = None  # of the last attempt
    heartbeat_at: datetime | None = None
    heartbeat_uptime: float | None = None  # seconds since the worker's machine booted
    progress: float = 0.0  # 0 to 1
    note: str | None = None  # what it is doing
    versions: Mapping[str, str] | None = None  # of what computes it
    result: Mapping[str, Any] | None = None
    model: Mapping[str, Any] | None = None  # facts of the model that a training left
    failure_kind: str | None = None
    failure: str | None = None  # sentence
    advice: str | None = None  # what to do about it
    started_at: datetime | None = None  # first time
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        return self.state in ENDS


@dataclass(frozen=True)
class JobEvent:
    """One step of a job's history."""

    at: datetime
    from_state: JobState | None  # None: it was submitted
    to_state: JobState
    attempt: int
    by: str | None  # None: its worker
    note: str | None


class MetricRow(NamedTuple):
    """One logged number."""

    fold: int
    step: int  # iterations done
    name: str
    value: float


@dataclass(frozen=True)
class Curve:
    """Logged numbers of one name."""

    fold: int
    name: str
    steps: npt.NDArray[np.int64]  # (N,) iterations done, growing
    values: npt.NDArray[np.float64]  # (N,)


@dataclass(frozen=True)
class PredictionRecord:
    """What a job's model says of one item: a film, or a region of one."""

    part: str
    fold: int
    item_id: str
    sample_id: str
    patient_id: str
    truth: int  # index of the class; -1: not known
    probabilities: tuple[float, ...]  # of all classes; their sum is 1
