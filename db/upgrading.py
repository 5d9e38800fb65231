"""Bringing a database to today's tables, safely even when several processes start together.

Revisions are numbered files in a single line, r0001, r0002 ...; a step once released is never edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6D616D6D6F  # any number that no other program locks in the same PostgreSQL database


class NewerDatabaseError(Exception):
    """The database has tables of a newer version of the program."""


def upgrade_database(engine: Engine) -> None:
    """Create or upgrade the tables; a failed step leaves the database as it was.

    Raises:
        NewerDatabaseError: If its revision is none that this program knows.
    """
    with engine.connect() as connection:
        revision = current_revision(connection)
    if revision != known_revisions()[-1]:
        move_to(engine, known_revisions()[-1])


def move_to(engine: Engine, revision: str) -> None:
    """Upgrade or downgrade to a revision, or down to "base", in one transaction that keeps all others out."""
    with (
        engine.execution_options(writing=True).connect() as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _migrate(connection, revision)


def known_revisions() -> list[str]:
    """All revisions, the oldest first; read from the file names, which spares most starts Alembic's half second."""
    return sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("r*.py"))


def current_revision(connection: Connection) -> str | None:
    """Revision of a database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _migrate(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    current = current_revision(connection)
    if current is not None and current not in known_revisions():
        raise NewerDatabaseError(current)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    step_down = current is not None and (revision == "base" or revision < current)
    (command.downgrade if step_down else command.upgrade)(config, revision)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by copying and dropping it, and dropping would delete the rows that refer to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
