"""What a kind of job is to whoever carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mammo.errors import ParameterError
from mammo.registry import Registry

if TYPE_CHECKING:
    from mammo.config import Settings
    from mammo.jobs.reporting import JobReporter
    from mammo.store import JobRecord, Store


@dataclass(frozen=True)
class JobContext:
    """What a job has at hand while it is carried out."""

    store: Store
    settings: Settings
    job: JobRecord
    reporter: JobReporter  # hears of progress, and tells when to stop


@dataclass(frozen=True)
class Finished:
    """What a job leaves when it has succeeded; plain values."""

    result: Mapping[str, Any]
    model: Mapping[str, Any] | None = None  # facts of a training's model


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    ``carry_out`` goes on from where an earlier attempt left the job's folder, and returns None if it stopped because
    the reporter told it to. It raises MammoError for what a person can mend.
    """

    name: str
    label: str
    carry_out: Callable[[JobContext], Finished | None]


def training_named(job: JobRecord, sentence: str) -> int:
    """The training that a job's setting ``job`` names; ParameterError with ``sentence`` if it names none."""
    trained = job.config.get("job")
    if not isinstance(trained, int):
        raise ParameterError(sentence)
    return trained


JOB_KINDS: Registry[JobKind] = Registry("kind of job")
