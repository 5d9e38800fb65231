"""What people think of predictions: one opinion of each person on each image, with all that it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, insert, select

from db.models import Job, Opinion
from mammo.errors import NotFoundError, ParameterError
from mammo.store.database import Database, checked_text
from mammo.store.job_changes import no_such_job
from mammo.store.kept_pictures import hidden_images
from mammo.store.people import ensure_person

Verdict = Literal["agree", "disagree", "withdrawn"]
VERDICTS: tuple[Verdict, ...] = ("agree", "disagree", "withdrawn")
LONGEST_NOTE = 2000  # characters
_COLUMNS = (
    Opinion.id,
    Opinion.image,
    Opinion.job_id,
    Opinion.person,
    Opinion.at,
    Opinion.verdict,
    Opinion.predicted,
    Opinion.label,
    Opinion.note,
    Opinion.lesion,
)


@dataclass(frozen=True)
class NewOpinion:
    """An opinion as it is given."""

    image: str  # SHA-256 of the file that was judged; of a square of a film, with "@" and the item's id behind it
    job: int  # whose answer it is about
    person: str
    verdict: Verdict
    predicted: str  # class that the model answered
    label: str | None = None  # class that the person holds right; who agrees holds the predicted one right
    note: str = ""
    lesion: Mapping[str, float] | None = None  # x_px, y_px, radius_px, in pixels of the picture


@dataclass(frozen=True)
class OpinionRecord:
    """An opinion as it was given."""

    id: int
    image: str
    job: int
    person: str
    at: datetime
    verdict: Verdict
    predicted: str
    label: str | None  # class that the person holds right
    note: str
    lesion: Mapping[str, float] | None

    @property
    def is_on_square(self) -> bool:
        return "@" in self.image


class Opinions:
    """Opinions by image and person. Nothing is ever overwritten; the latest of a person on an image counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, opinion: NewOpinion) -> OpinionRecord:
        """Keep an opinion, in place of the person's earlier one on the same image.

        Raises:
            ParameterError: If a text is too long or a class no text, or who agrees names another class.
            NotFoundError: If there is no such job, or the person may not see the picture.
        """
        row = _checked(opinion)
        now = self._database.clock.now()
        with self._database.writing() as connection:
            if connection.scalar(select(Job.id).where(Job.id == opinion.job)) is None:
                raise no_such_job(opinion.job)
            if opinion.image in hidden_images(connection, opinion.person):
                raise NotFoundError("There is no such picture.")
            row |= {"person": ensure_person(connection, opinion.person, now), "at": now}
            number = connection.scalar(insert(Opinion).values(row).returning(Opinion.id))
            return _record(connection.execute(select(*_COLUMNS).where(Opinion.id == number)).one())

    def of(self, person: str, image: str) -> OpinionRecord | None:
        """What a person thinks of an image now."""
        query = _current().where(Opinion.person == person, Opinion.image == image)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def history(self, image: str, *, viewer: str) -> tuple[OpinionRecord, ...]:
        """All that was ever thought of an image, the latest first; nothing of a picture that is not to be seen."""
        with self._database.reading() as connection:
            if image in hidden_images(connection, viewer):
                return ()
            query = select(*_COLUMNS).where(Opinion.image == image).order_by(Opinion.id.desc())
            return tuple(map(_record, connection.execute(query)))

    def list(self, *, viewer: str, job: int | None = None, person: str | None = None) -> tuple[OpinionRecord, ...]:
        """What is thought now, the latest first: on the answers of a job or of all, by a person or by all."""
        query = _current().order_by(Opinion.id.desc())
        if job is not None:
            query = query.where(Opinion.job_id == job)
        if person is not None:
            query = query.where(Opinion.person == person)
        with self._database.reading() as connection:
            hidden = hidden_images(connection, viewer)
            return tuple(_record(row) for row in connection.execute(query) if row.image not in hidden)

    def judged_images(self, person: str | None = None) -> frozenset[str]:
        """Images of which a person thinks something, or anybody does."""
        query = _current()
        if person is not None:
            query = query.where(Opinion.person == person)
        with self._database.reading() as connection:
            return frozenset(row.image for row in connection.execute(query))


def _current() -> Select[Any]:
    """The latest of every person on every image, but for those that were withdrawn."""
    latest = select(func.max(Opinion.id)).group_by(Opinion.image, Opinion.person)
    return select(*_COLUMNS).where(Opinion.id.in_(latest), Opinion.verdict != "withdrawn")


def _checked(opinion: NewOpinion) -> dict[str, Any]:
    if opinion.verdict not in VERDICTS:
        raise ParameterError(f"{opinion.verdict!r} is no opinion; known are: {', '.join(VERDICTS)}.")
    label = opinion.label
    if opinion.verdict == "agree":
        if label not in (None, opinion.predicted):
            raise ParameterError(f"Who holds {label!r} right does not agree with {opinion.predicted!r}.")
        label = opinion.predicted
    if label is not None and opinion.verdict == "disagree" and label == opinion.predicted:
        raise ParameterError(f"Who holds {label!r} right agrees with the model. Choose another class, or agree.")
    note = opinion.note.strip()
    if len(note) > LONGEST_NOTE:
        raise ParameterError(f"The note has {len(note):,} characters; it may have {LONGEST_NOTE:,}.")
    return {
        "image": opinion.image,
        "job_id": opinion.job,
        "verdict": opinion.verdict,
        "predicted": opinion.predicted,
        "label": None if label is None else checked_text(label, "class"),
        "note": note.replace("\0", ""),  # which PostgreSQL keeps in no text
        "lesion": None if opinion.lesion is None else dict(opinion.lesion),
    }


def _record(row: Row[Any]) -> OpinionRecord:
    return OpinionRecord(**{("job" if name == "job_id" else name): value for name, value in row._asdict().items()})
