"""Reaching the database: opening, reading, writing. Journal mode and locking are settled here and nowhere else.

An engine must not cross a fork: a child that inherits SQLite's file descriptors drops the parent's locks when it
closes them. Processes are spawned, and each opens the database for itself.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from db.upgrading import upgrade_database

LOCK_SECONDS = 30.0
_LOOK_SECONDS = (0.0005, 0.003)  # between two looks whether the writers' lock is free

#: In this order: the first must hold before any other can wait for a lock. Rollback journal, since SQLite 3.7.0 to
#: 3.51.2 can corrupt a database in write-ahead mode; FULL, so that a power cut loses nothing that was acknowledged.
_PRAGMAS = (
    "PRAGMA busy_timeout = {lock_ms}",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def open_database(url: str, lock_seconds: float = LOCK_SECONDS) -> Engine:
    """Engine of a database that has today's tables; a new one is made, an older one upgraded.

    Args:
        url: ``sqlite:///file`` or ``postgresql://user@host/name``.
        lock_seconds: How long a writer waits on SQLite while another one writes.

    Raises:
        NewerDatabaseError: If a newer version of the program has upgraded it.
        sqlalchemy.exc.ArgumentError: If ``url`` is no URL of a database.
        sqlalchemy.exc.OperationalError: If it can't be reached or opened.
        OSError: If its folder or file can't be made.
    """
    address = make_url(url)
    engine = _sqlite(address, lock_seconds) if address.get_backend_name() == "sqlite" else _server(address)
    try:
        upgrade_database(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for a few quick queries; fetch all rows inside, for a reader keeps SQLite's writers waiting."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction: all of it is kept at the end, none of it after an exception."""
    with engine.execution_options(writing=True).begin() as connection:
        yield connection


def _sqlite(address: URL, lock_seconds: float) -> Engine:
    if address.database in (None, "", ":memory:"):
        raise ArgumentError("A database in memory is lost with its process and seen by no other.")
    path = Path(str(address.database)).absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    # mode=rw: should the file vanish, no empty database silently takes its place.
    uri = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    engine = create_engine(uri, json_serializer=_to_json)
    event.listen(engine, "connect", partial(_prepare, lock_seconds))
    event.listen(engine, "begin", partial(_begin, lock_seconds))
    return engine


def _server(address: URL) -> Engine:
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, json_serializer=_to_json, pool_pre_ping=True)


def _prepare(lock_seconds: float, connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own; `_begin` does
    for pragma in _PRAGMAS:
        connection.execute(pragma.format(lock_ms=round(1000 * lock_seconds)))


def _begin(lock_seconds: float, connection: Connection) -> None:
    # A writer takes the lock first: a read that turns into a write could not wait for its turn.
    if connection.get_execution_options().get("writing", False):
        _begin_writing(connection, lock_seconds)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, lock_seconds: float) -> None:
    """Wait for the lock at an even pace.

    SQLite's own looks become as rare as ten a second, and of many that write without pause some found it taken for
    half a minute.
    """
    until = time.monotonic() + lock_seconds
    driver = connection.connection.cursor()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                return
            time.sleep(random.uniform(*_LOOK_SECONDS))  # noqa: S311 - only keeps those who wait apart
    finally:
        driver.execute(f"PRAGMA busy_timeout = {round(1000 * lock_seconds)}")
        driver.close()


_to_json: partial[Any] = partial(json.dumps, allow_nan=False)
