"""The database as the store's modules use it: expected failures become sentences, the clock comes along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError

from db import session
from mammo.errors import ParameterError, SettingsError
from mammo.store.clock import Clock

#: What SQLite and PostgreSQL say, the code we give it, and what a person can do.
_EXPECTED = (
    (
        "is locked|deadlock",
        "database_busy",
        "Another process has kept the database busy for too long. Try again.",
    ),
    ("disk is full|no space left", "disk_full", "The disk that holds the database is full. Make room and try again."),
    (
        "readonly|read-only",
        "database_read_only",
        "The database can't be written to. Check the rights of its file, or of its user.",
    ),
    ("disk I/O error", "database_io", "The database's disk reports errors. Check the disk, then restore a backup."),
    ("malformed|not a database", "database_damaged", "The database is damaged. Restore it from a backup."),
    ("unable to open", "database_missing", "The database file can't be opened. Check MAMMO_HOME and its rights."),
    (
        "connection|terminating|could not translate",
        "database_unreachable",
        "The database server can't be reached. Check MAMMO_DATABASE_URL and whether the server is up.",
    ),
)

#: Codes of a database that does not serve, whatever is asked of it.
DATABASE_TROUBLES = frozenset(code for _, code, _ in _EXPECTED if code.startswith("database_"))

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_TEXT_LENGTH = 80


@dataclass(frozen=True)
class Database:
    """An open database and the clock by which things are recorded."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For a few quick queries; SettingsError if the database does not serve."""
        with failures_told(), session.reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, kept whole or not at all; SettingsError if the database does not serve."""
        with failures_told(), session.writing(self.engine) as connection:
            yield connection


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn what a database may fail of into a sentence; what remains is a bug."""
    try:
        yield
    except DatabaseError as error:
        # SQLite reports damage by the base class, PostgreSQL a database that may only be read as an internal error.
        said = str(error.orig) if type(error) in (DatabaseError, InternalError, OperationalError) else ""
        for pattern, code, sentence in _EXPECTED:
            if re.search(pattern, said, re.IGNORECASE):
                raise SettingsError(sentence, code=code) from error
        raise


def insert(connection: Connection, table: type[Any]) -> sqlite.Insert:
    """An INSERT that can say what happens when the key is taken; both databases spell it alike."""
    of_dialect: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: sqlite.Insert = of_dialect(table)
    return statement


def checked_name(name: str, what: str) -> str:
    """A name that can stand in a path and in an address; ParameterError otherwise."""
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"{name!r} can't be the name of a {what}. Take 1 to 80 letters A to Z, digits, - _ or ., "
            f"and begin with a letter or digit."
        )
    return name


def checked_text(text: str, what: str) -> str:
    """A name that is only shown, without the spaces around it; ParameterError if it is empty or too long."""
    stripped = text.strip()
    if not stripped.isprintable() or not 0 < len(stripped) <= _TEXT_LENGTH:
        raise ParameterError(f"{text!r} can't be the name of a {what}. Take 1 to {_TEXT_LENGTH} printable characters.")
    return stripped
