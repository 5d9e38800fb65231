"""Imported collections: their samples, and the files that were refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from db.models import DataSet, ImageSignature, RefusedFile
from db.models import Sample as SampleRow
from mammo.datasets import LABEL_POLICIES, LabelPolicy, Refusal, Sample
from mammo.datasets.balance import class_balance
from mammo.errors import DatasetError, NotFoundError
from mammo.store import database, sample_rows
from mammo.store.database import Database, checked_name
from mammo.store.people import ensure_person
from mammo.store.records import DataSetRecord

if TYPE_CHECKING:
    from mammo.datasets.importing import ImportResult
    from mammo.imaging.signature import Signature

_COLUMNS = (
    DataSet.name,
    DataSet.root,
    DataSet.layout,
    DataSet.label_policy,
    DataSet.fingerprint,
    DataSet.images,
    DataSet.patients,
    DataSet.classes,
    DataSet.options,
    DataSet.warnings,
    DataSet.created_by,
    DataSet.created_at,
    DataSet.imported_at,
)
_STORED = "<f4"  # values of a stored signature
_KEPT_AT_NEW_IMPORT = {"name", "created_by", "created_at"}


class DataSets:
    """Data sets by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        root: Path,
        imported: ImportResult,
        *,
        by: str,
        label_policy: LabelPolicy = "case",
        options: Mapping[str, Any] | None = None,
    ) -> DataSetRecord:
        """Keep an import: all of it or, after any failure, nothing.

        An earlier import of that name is replaced, so that a grown folder becomes a grown data set; splits keep the
        assignment they were made with.

        Raises:
            ParameterError: If ``name`` can't stand in a path.
            DatasetError: If the name is taken by other data in another folder.
        """
        checked_name(name, "data set")
        now = self._database.clock.now()
        classes = {policy: class_balance(imported.samples, policy) for policy in LABEL_POLICIES}
        row = {
            "name": name,
            "root": str(root),
            "layout": imported.layout,
            "label_policy": label_policy,
            "fingerprint": imported.fingerprint,
            "images": len(imported.samples),
            "patients": len({sample.patient_id for sample in imported.samples}),
            "classes": classes,
            "options": dict(options or {}),
            "warnings": list(imported.warnings),
            "created_at": now,
            "imported_at": now,
        }
        with self._database.writing() as connection:
            data_set_id = _upsert(connection, {**row, "created_by": ensure_person(connection, by, now)})
            if data_set_id is None:
                raise DatasetError(
                    f"The data set {name!r} holds other images, of another folder than {root}. Choose another name.",
                    code="name_taken",
                )
            _replace_files(connection, data_set_id, imported)
        return self.get(name)

    def get(self, name: str) -> DataSetRecord:
        """One data set; NotFoundError names those there are."""
        with self._database.reading() as connection:
            find_data_set(connection, name)
            return _record(connection.execute(select(*_COLUMNS).where(DataSet.name == name)).one())

    def list(self) -> tuple[DataSetRecord, ...]:
        """All data sets, the oldest first."""
        with self._database.reading() as connection:
            return tuple(_record(row) for row in connection.execute(select(*_COLUMNS).order_by(DataSet.id)))

    def samples(self, name: str) -> tuple[Sample, ...]:
        """All samples, sorted by id; NotFoundError names the data sets there are."""
        query = select(*sample_rows.COLUMNS).order_by(SampleRow.file)
        with self._database.reading() as connection:
            data_set_id = find_data_set(connection, name)
            root = connection.scalars(select(DataSet.root).where(DataSet.id == data_set_id)).one()
            rows = connection.execute(query.where(SampleRow.data_set_id == data_set_id))
            return sample_rows.to_samples(rows, Path(root))

    def signatures(self, name: str) -> dict[str, Signature]:
        """How its images look, by the SHA-256 of their files; NotFoundError names the data sets there are."""
        query = select(ImageSignature.sha256, ImageSignature.signature)
        with self._database.reading() as connection:
            data_set_id = find_data_set(connection, name)
            rows = connection.execute(query.where(ImageSignature.data_set_id == data_set_id)).all()
        return {sha256: np.frombuffer(content, _STORED).astype(np.float32) for sha256, content in rows}

    def refused(self, name: str) -> tuple[Refusal, ...]:
        """Files that did not become samples, in the importer's order; NotFoundError names the data sets there are."""
        query = select(RefusedFile.file, RefusedFile.reason, RefusedFile.code).order_by(RefusedFile.id)
        with self._database.reading() as connection:
            data_set_id = find_data_set(connection, name)
            rows = connection.execute(query.where(RefusedFile.data_set_id == data_set_id)).all()
        return tuple(Refusal(*row) for row in rows)

    def refused_count(self, name: str) -> int:
        """How many files did not become samples; NotFoundError names the data sets there are."""
        with self._database.reading() as connection:
            query = select(func.count()).where(RefusedFile.data_set_id == find_data_set(connection, name))
            return connection.scalars(query).one()


def find_data_set(connection: Connection, name: str) -> int:
    """Number of a data set; NotFoundError names those there are."""
    found: int | None = connection.scalar(select(DataSet.id).where(DataSet.name == name))
    if found is None:
        known = ", ".join(connection.scalars(select(DataSet.name).order_by(DataSet.name))) or "none yet"
        raise NotFoundError(f"There is no data set named {name!r}; known are: {known}.")
    return found


def _upsert(connection: Connection, row: Mapping[str, Any]) -> int | None:
    """Number of the row, new or renewed; None if other data have the name."""
    statement = database.insert(connection, DataSet).values(row)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[DataSet.name],
        set_={column: new[column] for column in row if column not in _KEPT_AT_NEW_IMPORT},
        where=or_(DataSet.root == new.root, DataSet.fingerprint == new.fingerprint),
    )
    number: int | None = connection.scalar(statement.returning(DataSet.id))
    return number


def _replace_files(connection: Connection, data_set_id: int, imported: ImportResult) -> None:
    connection.execute(delete(SampleRow).where(SampleRow.data_set_id == data_set_id))
    connection.execute(delete(RefusedFile).where(RefusedFile.data_set_id == data_set_id))
    rows = [sample_rows.to_row(sample, data_set_id) for sample in imported.samples]
    refused = [
        {"data_set_id": data_set_id, "file": one.file, "reason": one.reason, "code": one.code}
        for one in imported.refused
    ]
    if rows:
        connection.execute(insert(SampleRow), rows)
    if refused:
        connection.execute(insert(RefusedFile), refused)
    _renew_signatures(connection, data_set_id, imported.signatures)


def _renew_signatures(connection: Connection, data_set_id: int, signatures: Mapping[str, Signature]) -> None:
    own = ImageSignature.data_set_id == data_set_id
    there = set(connection.scalars(select(ImageSignature.sha256).where(own)))
    for sha256 in there - signatures.keys():
        connection.execute(delete(ImageSignature).where(own, ImageSignature.sha256 == sha256))
    new = [
        {"data_set_id": data_set_id, "sha256": sha256, "signature": signature.astype(_STORED).tobytes()}
        for sha256, signature in signatures.items()
        if sha256 not in there
    ]
    if new:
        connection.execute(insert(ImageSignature), new)


def _record(row: Row[Any]) -> DataSetRecord:
    values = row._asdict()
    return DataSetRecord(**{**values, "root": Path(values["root"]), "warnings": tuple(values["warnings"])})
