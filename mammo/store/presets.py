"""Named values that people keep and share: settings of an enhancement, of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from db.models import Preset
from mammo.errors import NotFoundError, ParameterError
from mammo.store.database import Database, checked_text, insert
from mammo.store.people import ensure_person
from mammo.store.records import PresetRecord

_COLUMNS = (Preset.kind, Preset.name, Preset.value, Preset.owner, Preset.saved_at)


class Presets:
    """Presets by kind and name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, kind: str, name: str, value: Mapping[str, Any], *, owner: str) -> PresetRecord:
        """Keep a value under a name; the owner's earlier one of that name is replaced.

        Raises:
            ParameterError: If the name is empty or too long, or the preset of that name is another person's.
        """
        now = self._database.clock.now()
        with self._database.writing() as connection:
            row = {
                "kind": kind,
                "name": checked_text(name, "preset"),
                "value": dict(value),
                "owner": ensure_person(connection, owner, now),
                "saved_at": now,
            }
            statement = insert(connection, Preset).values(row)
            statement = statement.on_conflict_do_update(
                index_elements=[Preset.kind, Preset.name],
                set_={"value": statement.excluded.value, "saved_at": statement.excluded.saved_at},
                where=Preset.owner == statement.excluded.owner,
            )
            saved = connection.execute(statement.returning(*_COLUMNS)).one_or_none()
        if saved is None:
            raise ParameterError(f"The preset {row['name']!r} belongs to someone else. Choose another name.")
        return PresetRecord(*saved)

    def get(self, kind: str, name: str) -> PresetRecord:
        """One preset; NotFoundError names those there are."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(Preset.kind == kind, Preset.name == name)).one_or_none()
        if row is None:
            known = ", ".join(preset.name for preset in self.list(kind)) or "none"
            raise NotFoundError(f"There is no {kind} preset named {name!r}; known are: {known}.")
        return PresetRecord(*row)

    def list(self, kind: str) -> tuple[PresetRecord, ...]:
        """All presets of a kind, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).where(Preset.kind == kind).order_by(Preset.name)).all()
        return tuple(PresetRecord(*row) for row in rows)
