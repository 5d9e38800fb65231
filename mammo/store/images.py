"""The images of a data set a page at a time: what a screen shows, never the whole table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, distinct, func, select

from db.models import DataSet, SplitMember
from db.models import Sample as SampleRow
from mammo.datasets import LabelPolicy, Sample, sorted_class_names
from mammo.datasets.splitting import PARTS, Part
from mammo.imaging.remarks import BURNED_IN
from mammo.store import sample_rows
from mammo.store.data_sets import find_data_set
from mammo.store.database import Database
from mammo.store.splits import find_split

Query = Select[*tuple[Any, ...]]

_LONGEST_TEXT = 100  # characters of a search
_LAST = "~"  # sorts after every view and side

#: A woman's films stand together, R CC, L CC, R MLO, L MLO: the right breast on the reader's left.
_BY_WOMAN = (
    SampleRow.patient_id,
    func.coalesce(SampleRow.view, _LAST),
    func.coalesce(SampleRow.laterality, "").desc(),
    SampleRow.file,
)


@dataclass(frozen=True)
class ImageFilter:
    """Which images of a data set are looked at; None: all of them."""

    label: str | None = None
    policy: LabelPolicy = "case"  # under which the label counts
    view: str | None = None
    laterality: str | None = None
    density: str | None = None
    text: str = ""  # somewhere in the file's path or the woman's id
    patient_id: str | None = None
    split: str | None = None
    part: Part | None = None  # of that split; not read without one
    is_warned: bool = False  # only images of which the import warned


class Counts(NamedTuple):
    """How many."""

    images: int
    patients: int


@dataclass(frozen=True)
class Facets:
    """What a data set's images differ in: the values that occur, sorted."""

    views: tuple[str, ...]
    lateralities: tuple[str, ...]
    densities: tuple[str, ...]


@dataclass(frozen=True)
class PartBalance:
    """What is in one part of a split, by class in the field's order."""

    part: Part
    classes: dict[str, Counts] = field(default_factory=dict)


class Images:
    """Images by data set. Every method raises NotFoundError if there is no such data set or split."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, data_set: str, wanted: ImageFilter, *, offset: int = 0, limit: int = 24) -> tuple[Sample, ...]:
        """Some of the images that a filter lets through, the films of a woman together."""
        with self._database.reading() as connection:
            data_set_id = find_data_set(connection, data_set)
            query = _chosen(connection, select(*sample_rows.COLUMNS), data_set, wanted)
            rows = connection.execute(query.order_by(*_BY_WOMAN).offset(offset).limit(limit)).all()
            return sample_rows.to_samples(rows, _root(connection, data_set_id))

    def count(self, data_set: str, wanted: ImageFilter) -> Counts:
        """How many images of how many women a filter lets through."""
        counts = select(func.count(), func.count(distinct(SampleRow.patient_id)))
        with self._database.reading() as connection:
            row = connection.execute(_chosen(connection, counts, data_set, wanted)).one()
        return Counts._make(row)

    def facets(self, data_set: str) -> Facets:
        """The views, sides and densities that occur."""
        columns = (SampleRow.view, SampleRow.laterality, SampleRow.density)
        with self._database.reading() as connection:
            rows = connection.execute(_chosen(connection, select(*columns).distinct(), data_set, ImageFilter())).all()
        return Facets(*(tuple(sorted({row[place] for row in rows} - {None})) for place in range(len(columns))))

    def examples(self, data_set: str, policy: LabelPolicy) -> dict[str, Sample]:
        """One image of each class, by class."""
        label = _label(policy)
        with self._database.reading() as connection:
            first = _chosen(connection, select(func.min(SampleRow.file)), data_set, ImageFilter())
            files = connection.scalars(first.where(label.is_not(None)).group_by(label)).all()
            query = _chosen(connection, select(*sample_rows.COLUMNS), data_set, ImageFilter())
            rows = connection.execute(query.where(SampleRow.file.in_(files))).all()
            samples = sample_rows.to_samples(rows, _root(connection, find_data_set(connection, data_set)))
        return {str(sample.labels[policy]): sample for sample in samples}

    def balance(self, data_set: str, split: str, policy: LabelPolicy) -> tuple[PartBalance, ...]:
        """Images and women by part of a split and class."""
        label = _label(policy)
        with self._database.reading() as connection:
            query = _of_data_set(
                select(SplitMember.part, label, func.count(), func.count(distinct(SampleRow.patient_id))),
                find_data_set(connection, data_set),
            )
            query = query.join(SplitMember, SplitMember.file == SampleRow.file)
            query = query.where(SplitMember.split_id == find_split(connection, data_set, split), label.is_not(None))
            rows = connection.execute(query.group_by(SplitMember.part, label)).all()
        found: dict[str, dict[str, Counts]] = defaultdict(dict)
        for part, name, images, patients in rows:
            found[part][name] = Counts(images, patients)
        names = sorted_class_names({name for classes in found.values() for name in classes})
        return tuple(PartBalance(part, {name: found[part].get(name, Counts(0, 0)) for name in names}) for part in PARTS)

    def hidden_from(self, data_set: str, person: str) -> frozenset[str]:
        """Ids of the images that may show who a woman is; only the person who brought the data set may see them."""
        marked = cast(SampleRow.warnings, Text).contains(BURNED_IN)
        with self._database.reading() as connection:
            query = _chosen(connection, select(SampleRow.file), data_set, ImageFilter()).where(marked)
            of_others = query.join(DataSet, DataSet.id == SampleRow.data_set_id).where(DataSet.created_by != person)
            return frozenset(connection.scalars(of_others))

    def women_beside(self, data_set: str, patient_id: str, wanted: ImageFilter) -> tuple[str | None, str | None]:
        """The women before and after one, among those of whom a filter lets an image through."""
        with self._database.reading() as connection:
            before, after = (
                _chosen(connection, select(end(SampleRow.patient_id)), data_set, wanted) for end in (func.max, func.min)
            )
            return (
                connection.scalar(before.where(SampleRow.patient_id < patient_id)),
                connection.scalar(after.where(SampleRow.patient_id > patient_id)),
            )


def _root(connection: Connection, data_set_id: int) -> Path:
    return Path(connection.scalars(select(DataSet.root).where(DataSet.id == data_set_id)).one())


def _label(policy: LabelPolicy) -> ColumnElement[str | None]:
    label: ColumnElement[str | None] = SampleRow.labels[policy].as_string()
    return label


def _of_data_set(query: Query, data_set_id: int) -> Query:
    return query.select_from(SampleRow).where(SampleRow.data_set_id == data_set_id)


def _chosen(connection: Connection, query: Query, data_set: str, wanted: ImageFilter) -> Query:
    """``query`` over the images that a filter lets through."""
    query = _of_data_set(query, find_data_set(connection, data_set)).where(*_conditions(wanted))
    if wanted.split is None or wanted.part is None:
        return query
    split_id = find_split(connection, data_set, wanted.split)
    members = select(SplitMember.file).where(SplitMember.split_id == split_id, SplitMember.part == wanted.part)
    return query.where(SampleRow.file.in_(members))


def _conditions(wanted: ImageFilter) -> list[ColumnElement[bool]]:
    same = {
        SampleRow.view: wanted.view,
        SampleRow.laterality: wanted.laterality,
        SampleRow.density: wanted.density,
        SampleRow.patient_id: wanted.patient_id,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in same.items() if value is not None]
    if wanted.label is not None:
        conditions.append(_label(wanted.policy) == wanted.label)
    if text := "".join(character for character in wanted.text if character.isprintable())[:_LONGEST_TEXT]:
        found = (column.icontains(text, autoescape=True) for column in (SampleRow.file, SampleRow.patient_id))
        conditions.append(next(found) | next(found))
    if wanted.is_warned:
        conditions.append(cast(SampleRow.warnings, Text) != "[]")
    return conditions
