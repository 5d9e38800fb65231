"""Splits: written once, never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from db.models import DataSet, SplitMember
from db.models import Split as SplitRow
from mammo.datasets.splitting import PARTS, Split
from mammo.errors import DatasetError, NotFoundError
from mammo.store.data_sets import find_data_set
from mammo.store.database import Database, checked_name
from mammo.store.people import ensure_person
from mammo.store.records import SplitRecord


class Splits:
    """Splits by data set and name. There is no way to change or remove one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, data_set: str, split: Split, name: str | None = None, *, by: str) -> SplitRecord:
        """Keep a split; one that the data set already has (the same hash) is returned as it was named.

        Args:
            data_set: Name.
            split: What to keep.
            name: Its name; None gives "patient-1", "patient-2", ...
            by: Who made it.

        Raises:
            ParameterError: If ``name`` can't stand in a path.
            NotFoundError: If there is no such data set.
            DatasetError: If another split of the data set has the name.
        """
        if name is not None:
            checked_name(name, "split")
        with self._database.writing() as connection:
            data_set_id = find_data_set(connection, data_set)
            same = _select().where(SplitRow.data_set_id == data_set_id, SplitRow.hash == split.hash)
            if found := connection.execute(same).one_or_none():
                return _record(found)
            taken = set(connection.scalars(select(SplitRow.name).where(SplitRow.data_set_id == data_set_id)))
            if name in taken:
                raise DatasetError(
                    f"The data set {data_set!r} has another split named {name!r}, and splits never change. "
                    f"Choose another name.",
                    code="name_taken",
                )
            self._insert(connection, data_set_id, split, name or _free_name(split.by, taken), by)
            return _record(connection.execute(same).one())

    def get(self, data_set: str, name: str) -> SplitRecord:
        """One split; NotFoundError names those there are."""
        with self._database.reading() as connection:
            split_id = find_split(connection, data_set, name)
            return _record(connection.execute(_select().where(SplitRow.id == split_id)).one())

    def list(self, data_set: str) -> tuple[SplitRecord, ...]:
        """All splits of a data set, the oldest first; NotFoundError names the data sets there are."""
        with self._database.reading() as connection:
            query = _select().where(SplitRow.data_set_id == find_data_set(connection, data_set))
            return tuple(_record(row) for row in connection.execute(query.order_by(SplitRow.id)))

    def load(self, data_set: str, name: str) -> Split:
        """A split with its assignment, as it was made.

        Raises:
            NotFoundError: If there is no such data set or split.
            DatasetError: If what is stored is not what was made.
        """
        with self._database.reading() as connection:
            split_id = find_split(connection, data_set, name)
            row = connection.execute(_select().where(SplitRow.id == split_id)).one()
            members = select(SplitMember.file, SplitMember.part).where(SplitMember.split_id == split_id)
            assignment: dict[str, Any] = {row.file: row.part for row in connection.execute(members)}
        split = Split(row.by, row.seed, tuple(row.fractions), row.policy, assignment)
        if split.hash != row.hash:
            raise DatasetError(f"The split {name!r} of {data_set!r} was changed after it was made.", code="damaged")
        return split

    def _insert(self, connection: Connection, data_set_id: int, split: Split, name: str, by: str) -> None:
        now = self._database.clock.now()
        counts = Counter(split.assignment.values())
        row = {
            "data_set_id": data_set_id,
            "name": name,
            "by": split.by,
            "seed": split.seed,
            "fractions": list(split.fractions),
            "policy": split.policy,
            "hash": split.hash,
            "images": {part: counts[part] for part in PARTS},
            "created_by": ensure_person(connection, by, now),
            "created_at": now,
        }
        split_id = connection.scalar(insert(SplitRow).values(row).returning(SplitRow.id))
        members = [{"split_id": split_id, "file": file, "part": part} for file, part in split.assignment.items()]
        if members:
            connection.execute(insert(SplitMember), members)


def find_split(connection: Connection, data_set: str, name: str) -> int:
    """Number of a split; NotFoundError names those there are, or the data sets."""
    of_data_set = SplitRow.data_set_id == find_data_set(connection, data_set)
    rows = connection.execute(select(SplitRow.name, SplitRow.id).where(of_data_set)).all()
    numbers: dict[str, int] = {row.name: row.id for row in rows}
    if name not in numbers:
        known = ", ".join(sorted(numbers)) or "none yet"
        raise NotFoundError(f"The data set {data_set!r} has no split named {name!r}; known are: {known}.")
    return numbers[name]


def _free_name(by: str, taken: Collection[str]) -> str:
    names = (f"{by}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _select() -> Select[Any]:
    return select(
        DataSet.name.label("data_set"),
        SplitRow.name,
        SplitRow.by,
        SplitRow.seed,
        SplitRow.fractions,
        SplitRow.policy,
        SplitRow.hash,
        SplitRow.images,
        SplitRow.created_by,
        SplitRow.created_at,
    ).join(DataSet, DataSet.id == SplitRow.data_set_id)


def _record(row: Row[Any]) -> SplitRecord:
    values = row._asdict()
    return SplitRecord(**{**values, "fractions": tuple(values["fractions"])})
