"""Uploaded pictures that their owners let this server keep: what is known of them, and who may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, delete, not_, or_, select, true

from db.models import KeptPicture
from mammo.errors import NotFoundError, ParameterError
from mammo.imaging.remarks import BURNED_IN
from mammo.store.database import Database, insert
from mammo.store.people import GUEST, ensure_person

_COLUMNS = (
    KeptPicture.image,
    KeptPicture.file,
    KeptPicture.owner,
    KeptPicture.kept_at,
    KeptPicture.patient_id,
    KeptPicture.job_id,
    KeptPicture.probabilities,
    KeptPicture.sha256,
    KeptPicture.width_px,
    KeptPicture.height_px,
    KeptPicture.bits,
    KeptPicture.laterality,
    KeptPicture.view,
    KeptPicture.age,
    KeptPicture.warnings,
)


@dataclass(frozen=True)
class KeptPictureRecord:
    """A picture of an upload, written anew, with what may be known of it."""

    image: str  # SHA-256 of what was uploaded, as opinions name it
    file: str  # in MAMMO_HOME/kept
    owner: str  # who brought it
    kept_at: datetime
    patient_id: str  # pseudonym
    job: int  # whose answer it got
    probabilities: Mapping[str, float]  # of that answer, by class
    sha256: str  # of the file
    width_px: int
    height_px: int
    bits: int
    laterality: str | None = None
    view: str | None = None
    age: int | None = None  # 90 for whoever is older
    warnings: tuple[str, ...] = ()

    @property
    def may_hold_text(self) -> bool:
        return BURNED_IN in self.warnings


class KeptPictures:
    """Kept pictures by what was uploaded. One that may hold writing about a woman is seen by its owner only."""

    def __init__(self, database: Database, administrators: Collection[str] = ()) -> None:
        self._database = database
        self._administrators = frozenset(administrators)

    def add(self, picture: KeptPictureRecord) -> KeptPictureRecord:
        """Note a picture whose file lies in its place; one that is kept already stays as it is.

        Raises:
            ParameterError: If it may hold writing about the woman and nobody is logged in, who alone could see it.
        """
        check_may_be_kept(picture)
        now = self._database.clock.now()
        with self._database.writing() as connection:
            row = {("job_id" if name == "job" else name): value for name, value in vars(picture).items()}
            row |= {
                "owner": ensure_person(connection, picture.owner, now),
                "kept_at": now,
                "probabilities": dict(picture.probabilities),
                "warnings": list(picture.warnings),
            }
            connection.execute(insert(connection, KeptPicture).values(row).on_conflict_do_nothing())
            return _record(connection.execute(select(*_COLUMNS).where(KeptPicture.image == picture.image)).one())

    def list(self, *, viewer: str, job: int | None = None) -> tuple[KeptPictureRecord, ...]:
        """Those that a person may see, the oldest first; that a job's model answered, or all."""
        query = select(*_COLUMNS).where(_visible(viewer)).order_by(KeptPicture.kept_at, KeptPicture.image)
        if job is not None:
            query = query.where(KeptPicture.job_id == job)
        with self._database.reading() as connection:
            return tuple(map(_record, connection.execute(query)))

    def find(self, image: str, *, viewer: str) -> KeptPictureRecord | None:
        """One picture; None if it is not kept, or not to be seen, which is told alike."""
        query = select(*_COLUMNS).where(KeptPicture.image == image, _visible(viewer))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def removable(self, *, by: str, job: int) -> tuple[KeptPictureRecord, ...]:
        """Those of a job's answers that a person may remove, the oldest first: their own; an administrator all."""
        query = select(*_COLUMNS).where(KeptPicture.job_id == job, self._may_remove(by))
        with self._database.reading() as connection:
            return tuple(map(_record, connection.execute(query.order_by(KeptPicture.kept_at, KeptPicture.image))))

    def may_remove(self, picture: KeptPictureRecord, *, by: str) -> bool:
        """Whether a person has brought a picture, or administers this server."""
        return picture.owner == by or by in self._administrators

    def remove(self, image: str, *, by: str) -> str:
        """Forget a picture and return its file, which its remover deletes; opinions stay.

        Raises:
            NotFoundError: If the person may remove no such picture.
        """
        statement = delete(KeptPicture).where(KeptPicture.image == image, self._may_remove(by))
        with self._database.writing() as connection:
            file: str | None = connection.scalar(statement.returning(KeptPicture.file))
        if file is None:
            raise NotFoundError(
                "No such picture of yours is kept; only who brought one, or an administrator, can remove it."
            )
        return file

    def _may_remove(self, by: str) -> ColumnElement[bool]:
        return true() if by in self._administrators else KeptPicture.owner == by

    def files(self) -> frozenset[str]:
        """The files of all."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(KeptPicture.file)))


def check_may_be_kept(picture: KeptPictureRecord) -> None:
    """ParameterError if a picture may hold writing and nobody is logged in."""
    if picture.may_hold_text and picture.owner == GUEST:
        raise ParameterError(
            "This picture may hold writing about the woman, and this server can't tell its visitors apart. It is not "
            "kept."
        )


def hidden_images(connection: Connection, viewer: str) -> frozenset[str]:
    """The kept pictures that a person may not see."""
    return frozenset(connection.scalars(select(KeptPicture.image).where(not_(_visible(viewer)))))


def _visible(viewer: str) -> ColumnElement[bool]:
    return or_(KeptPicture.owner == viewer, ~cast(KeptPicture.warnings, Text).contains(BURNED_IN))


def _record(row: Row[Any]) -> KeptPictureRecord:
    values = {("job" if name == "job_id" else name): value for name, value in row._asdict().items()}
    return KeptPictureRecord(**{**values, "warnings": tuple(values["warnings"])})
