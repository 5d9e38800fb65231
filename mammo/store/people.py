"""Who did something here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from db.models import Person
from mammo.store.database import Database, checked_text, insert

GUEST = "guest"  # whoever a server meets that knows nobody


class People:
    """The people that this server has seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, name: str) -> str:
        """Remember a person; the same name twice is one person. ParameterError if it is no name."""
        with self._database.writing() as connection:
            return ensure_person(connection, name, self._database.clock.now())

    def list(self) -> tuple[str, ...]:
        """All names, sorted."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(Person.name).order_by(Person.name)))


def ensure_person(connection: Connection, name: str, now: datetime) -> str:
    """The name under which a person is known, recorded if it is new."""
    name = checked_text(name, "person")
    row = {"name": name, "created_at": now}
    connection.execute(insert(connection, Person).values(row).on_conflict_do_nothing())
    return name
