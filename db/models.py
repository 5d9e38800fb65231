"""Every table: who, which images, which splits, which jobs and what they found.

A name that a person gave (to a data set, a split, a preset) is unique and never a file's path. Images and items are
named by text without a foreign key where they must outlive a new import of their data set.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, Text, TypeDecorator, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class JobState(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  # waits for a worker
    STARTING = "starting"  # a worker has taken it, its process is not up yet
    RUNNING = "running"  # its process works
    CANCELLING = "cancelling"  # someone asked it to end; its worker has not confirmed yet
    PAUSED = "paused"  # stands still, with a reason; goes on from its last checkpoint
    HELD = "held"  # taken out of the queue, with a reason, until a person lets it go on
    SUCCEEDED = "succeeded"  # end: has its result
    FAILED = "failed"  # end: with kind, sentence and advice
    CANCELLED = "cancelled"  # end: by a person


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What all tables share: names of constraints that a migration can rely on."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as it stands
        str: Text,
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class Person(Base):
    """Someone who did something here; the name is the login's, "guest" on an open server."""

    __tablename__ = "people"
    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class DataSet(Base):
    """An imported collection; its counts are written with its samples, so that a list reads one row each."""

    __tablename__ = "data_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    root: Mapped[str]  # absolute folder
    layout: Mapped[str]  # name of a data-set layout
    label_policy: Mapped[str]  # the one to use where none is asked for
    fingerprint: Mapped[str]  # equal for equal data
    images: Mapped[int]
    patients: Mapped[int]
    classes: Mapped[dict[str, Any]]  # policy -> label -> images
    options: Mapped[dict[str, Any]]  # what a person said at the import
    warnings: Mapped[list[Any]]  # about the collection as a whole
    created_by: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime]  # last time


class Sample(Base):
    """One image of a data set."""

    __tablename__ = "samples"
    __table_args__ = (Index(None, "data_set_id", "patient_id"), Index(None, "sha256"))
    data_set_id: Mapped[int] = mapped_column(ForeignKey("data_sets.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True)  # relative to the root; the sample's id
    patient_id: Mapped[str]
    labels: Mapped[dict[str, Any]]  # policy -> label or null
    sha256: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    bits: Mapped[int]
    laterality: Mapped[str | None]
    view: Mapped[str | None]
    age: Mapped[int | None]
    density: Mapped[str | None]
    scanner: Mapped[str | None]
    lesions: Mapped[list[Any]]
    warnings: Mapped[list[Any]]
    alike: Mapped[list[Any] | None]  # files of the data set that look like it; null: not sought


class ImageSignature(Base):
    """How an image of a data set looks, so that those that come later can be compared with it."""

    __tablename__ = "image_signatures"
    data_set_id: Mapped[int] = mapped_column(ForeignKey("data_sets.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)  # of the image's file
    signature: Mapped[bytes]  # 1,024 little-endian float32


class RefusedFile(Base):
    """A file that did not become a sample, and why."""

    __tablename__ = "refused_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    data_set_id: Mapped[int] = mapped_column(ForeignKey("data_sets.id", ondelete="CASCADE"), index=True)
    file: Mapped[str]
    reason: Mapped[str]
    code: Mapped[str]


class Split(Base):
    """A division of a data set into parts. Never changed once written."""

    __tablename__ = "splits"
    __table_args__ = (UniqueConstraint("data_set_id", "name"), UniqueConstraint("data_set_id", "hash"))
    id: Mapped[int] = mapped_column(primary_key=True)
    data_set_id: Mapped[int] = mapped_column(ForeignKey("data_sets.id"))
    name: Mapped[str]
    by: Mapped[str]  # what is kept together
    seed: Mapped[int]
    fractions: Mapped[list[Any]]
    policy: Mapped[str]
    hash: Mapped[str]  # of the assignment and how it was made
    images: Mapped[dict[str, Any]]  # part -> images
    created_by: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    created_at: Mapped[datetime]


class SplitMember(Base):
    """The part to which a split assigns an image; the image may have left the data set since."""

    __tablename__ = "split_members"
    __table_args__ = ({"sqlite_with_rowid": False},)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str]


class Preset(Base):
    """A named value: settings of an enhancement, of a training."""

    __tablename__ = "presets"
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    owner: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    saved_at: Mapped[datetime]


class Job(Base):
    """A unit of work. Each change of its state is one statement that names the states it starts from."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_queue", "state", "priority", "position"),
        {"sqlite_autoincrement": True},  # a number is never given twice: folders are named by it
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # "training", "evaluation" ...
    config: Mapped[dict[str, Any]]
    data_set_id: Mapped[int | None] = mapped_column(ForeignKey("data_sets.id"), index=True)
    data_set_fingerprint: Mapped[str | None]  # of the data set when the job was submitted
    split_id: Mapped[int | None] = mapped_column(ForeignKey("splits.id"), index=True)
    owner: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)  # a form sent twice makes one job
    cloned_from: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))

    state: Mapped[str]
    previous_state: Mapped[str | None]  # lets one statement change the state and return what it was
    reason: Mapped[str | None]  # why it is paused or held
    pause_wish: Mapped[str | None]  # reason of a pause that its worker has not made yet
    priority: Mapped[int]  # the highest first
    position: Mapped[float]  # within a priority, the lowest first

    attempt: Mapped[int]  # grows with each start; a worker that names an older one is not listened to
    attempt_started_at: Mapped[datetime | None]
    progress_before: Mapped[float] = mapped_column(server_default=text("0"))  # what earlier attempts had done of it
    fruitless_attempts: Mapped[int] = mapped_column(server_default=text("0"))  # deaths with no checkpoint between
    usage: Mapped[dict[str, Any] | None]  # what its process takes of the machine: CPU, memory, GPU

    worker: Mapped[str | None]
    worker_pid: Mapped[int | None]
    worker_boot: Mapped[str | None]  # boot of the machine: after another one no process of this is alive
    worker_started: Mapped[float | None]  # with boot and pid it names a process for good; in seconds
    heartbeat_at: Mapped[datetime | None]  # for people
    heartbeat_uptime: Mapped[float | None]  # seconds since the worker's machine booted: no clock change moves it

    progress: Mapped[float]  # 0 to 1
    note: Mapped[str | None]  # what it is doing
    versions: Mapped[dict[str, Any] | None]  # of what computes it
    result: Mapped[dict[str, Any] | None]
    model: Mapped[dict[str, Any] | None]  # facts of the model that a training left
    failure_kind: Mapped[str | None]
    failure: Mapped[str | None]  # sentence
    advice: Mapped[str | None]  # what to do about it

    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # first time
    finished_at: Mapped[datetime | None]


class JobEvent(Base):
    """One step of a job's history; only ever added."""

    __tablename__ = "job_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    from_state: Mapped[str | None]  # null: it was submitted
    to_state: Mapped[str]
    attempt: Mapped[int]
    by: Mapped[str | None] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))  # null: its worker
    note: Mapped[str | None]


class CurvePart(Base):
    """Numbers of one name that a training logged at once; where parts of a curve overlap, the later one counts."""

    __tablename__ = "curve_parts"
    __table_args__ = (Index(None, "job_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    fold: Mapped[int]
    name: Mapped[str]
    count: Mapped[int]
    last_step: Mapped[int]
    steps: Mapped[bytes]  # int64, little-endian
    numbers: Mapped[bytes]  # float64, little-endian


class Prediction(Base):
    """What a job's model says of one item: a film, or a region of one."""

    __tablename__ = "predictions"
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    fold: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    sample_id: Mapped[str]
    patient_id: Mapped[str]
    truth: Mapped[int]  # index of the class; -1: not known
    probabilities: Mapped[list[Any]]  # of all classes, their sum is 1


class Opinion(Base):
    """What a person thinks of an answer; only ever added: the latest of a person and an image counts."""

    __tablename__ = "opinions"
    __table_args__ = (Index(None, "image", "person"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    image: Mapped[str]  # SHA-256 of the file that was judged; of a square of a film, with the item's id behind it
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)  # whose answer it was
    person: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    at: Mapped[datetime]
    verdict: Mapped[str]
    predicted: Mapped[str]  # class that the model answered
    label: Mapped[str | None]  # class that the person holds right; null: not said
    note: Mapped[str]
    lesion: Mapped[dict[str, Any] | None]


class KeptPicture(Base):
    """An uploaded picture, written anew, that its owner let this server keep."""

    __tablename__ = "kept_pictures"
    image: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of what was uploaded, as opinions name it
    file: Mapped[str]  # in MAMMO_HOME/kept
    owner: Mapped[str] = mapped_column(ForeignKey("people.name", onupdate="CASCADE"))
    kept_at: Mapped[datetime]
    patient_id: Mapped[str]  # pseudonym
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)  # whose answer it got
    probabilities: Mapped[dict[str, Any]]  # of that answer, by class
    sha256: Mapped[str]  # of the file
    width_px: Mapped[int]
    height_px: Mapped[int]
    bits: Mapped[int]
    laterality: Mapped[str | None]
    view: Mapped[str | None]
    age: Mapped[int | None]  # 90 for whoever is older
    warnings: Mapped[list[Any]]
