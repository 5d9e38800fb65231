import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError

from db.models import Base, Person
from db.session import open_database, reading, writing
from db.upgrading import current_revision, known_revisions
from mammo.config import Settings
from mammo.errors import SettingsError
from mammo.store import open_store

ROOT = Path(__file__).parents[2]
ANNA = {"name": "anna", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.fixture
def lite(tmp_path):
    """Settings of a SQLite database in a folder that is not there yet."""
    home = tmp_path / "a home, 100 % new"
    return Settings(home, f"sqlite:///{home / 'mammo.db'}", home / "weights", ())


@pytest.fixture
def engine(database_url):
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def test_a_new_database_has_all_tables_at_the_newest_revision(engine):
    with reading(engine) as connection:
        assert current_revision(connection) == known_revisions()[-1]
        assert not any(connection.execute(select(table)).all() for table in Base.metadata.sorted_tables)


def test_sqlite_keeps_what_it_acknowledged_and_minds_foreign_keys(lite):
    engine = open_database(lite.database_url)
    with reading(engine) as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.scalar(text(f"PRAGMA {name}")) for name in names] == ["delete", 2, 1, 30_000]
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text("INSERT INTO curve_parts VALUES (1, 77, 0, 'loss', 1, 1, x'01', x'02')"))
    engine.dispose()


def test_nobody_else_on_the_machine_can_read_the_database(lite):
    open_store(lite).close()
    assert stat.S_IMODE((lite.home / "mammo.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(lite.home.stat().st_mode) == 0o700


def test_an_exception_leaves_nothing_of_a_transaction(engine):
    def fail_half_way():
        with writing(engine) as connection:
            connection.execute(insert(Person), ANNA)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    with reading(engine) as connection:
        assert connection.scalars(select(Person.name)).all() == []


def test_moments_come_back_in_utc(engine):
    moment = datetime(2026, 1, 1, 12, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=5)))
    with writing(engine) as connection:
        connection.execute(insert(Person), {"name": "anna", "created_at": moment})
    with reading(engine) as connection:
        found = connection.scalars(select(Person.created_at)).one()
    assert (found, found.utcoffset()) == (moment, timedelta(0))


def test_opening_again_keeps_what_is_there(settings):
    first = open_store(settings)
    first.people.ensure("anna")
    first.close()
    second = open_store(settings)
    assert second.people.list() == ("anna",)
    second.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(settings, engine):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(SettingsError, match=r"newer version of Mammo .*r9999") as caught:
        open_store(settings)
    assert caught.value.code == "database_newer"
    with reading(engine) as connection:
        assert current_revision(connection) == "r9999"


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "oracle9://x/y"])
def test_an_address_that_does_not_serve_is_told(lite, url):
    with pytest.raises(SettingsError, match="MAMMO_DATABASE_URL") as caught:
        open_store(replace(lite, database_url=url))
    assert caught.value.code == "database_url"


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    with pytest.raises(SettingsError, match="can't be made: Not a directory"):
        open_store(Settings(home, f"sqlite:///{home / 'mammo.db'}", home, ()))


def test_a_server_that_is_not_there_is_told(lite):
    pytest.importorskip("psycopg")
    with pytest.raises(SettingsError, match="can't be reached") as caught:
        open_store(replace(lite, database_url="postgresql://nobody@127.0.0.1:1/mammo"))
    assert caught.value.code == "database_unreachable"


def test_a_file_that_is_no_database_is_told(lite):
    lite.home.mkdir()
    (lite.home / "mammo.db").write_bytes(b"no database " * 1000)
    with pytest.raises(SettingsError, match="damaged") as caught:
        open_store(lite)
    assert caught.value.code == "database_damaged"


def test_a_vanished_database_is_not_replaced_by_an_empty_one(lite):
    store = open_store(lite)
    store.close()
    (lite.home / "mammo.db").unlink()
    with pytest.raises(SettingsError, match="can't be opened"):
        store.people.list()
    assert not (lite.home / "mammo.db").exists()


def test_a_database_that_stays_locked_is_told_and_serves_again_afterwards(lite):
    store = open_store(lite, lock_seconds=0.02)
    intruder = sqlite3.connect(lite.home / "mammo.db", isolation_level=None)
    intruder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SettingsError, match="busy") as caught:
        store.people.ensure("anna")
    intruder.close()
    assert caught.value.code == "database_busy"
    assert store.people.ensure("anna") == "anna"
    store.close()


def test_a_writer_takes_the_lock_before_it_reads(lite):
    """Else two that read and then write would both hold a reader's lock, and neither could go on."""
    engine = open_database(lite.database_url)
    second = sqlite3.connect(lite.home / "mammo.db", timeout=0, isolation_level=None)
    with writing(engine) as connection:
        assert connection.scalars(select(Person.name)).all() == []
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("BEGIN IMMEDIATE")
        connection.execute(insert(Person), ANNA)
    assert second.execute("SELECT name FROM people").fetchall() == [("anna",)]
    second.close()
    engine.dispose()


def test_a_full_disk_is_told_and_leaves_the_database_whole(lite, collection):
    store = open_store(lite)
    store.people.ensure("anna")
    with reading(store._database.engine) as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
    with pytest.raises(SettingsError, match="full") as caught:
        store.data_sets.add("films", lite.home, collection(2000), by="anna")
    assert caught.value.code == "disk_full"
    assert store.data_sets.list() == ()
    with reading(store._database.engine) as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    store.close()


def test_a_database_that_may_only_be_read_is_told(settings):
    store = open_store(settings)
    engine = store._database.engine
    only_reads = (
        "PRAGMA query_only = ON" if engine.dialect.name == "sqlite" else "SET default_transaction_read_only = on"
    )

    def forbid(connection, _record):
        connection.cursor().execute(only_reads)
        connection.commit()

    engine.dispose()
    event.listen(engine, "connect", forbid)
    with pytest.raises(SettingsError, match="can't be written to") as caught:
        store.people.ensure("anna")
    assert caught.value.code == "database_read_only"
    assert store.people.list() == ()
    store.close()


@pytest.mark.slow
def test_processes_that_start_together_make_one_sound_database(database_url, tmp_path):
    start = tmp_path / "start"
    code = (
        "import sys, pathlib, alembic.command; from db.session import open_database\n"
        "print('ready', flush=True)\n"
        "while not pathlib.Path(sys.argv[2]).exists(): pass\n"
        "open_database(sys.argv[1]).dispose()"
    )
    command = [sys.executable, "-W", "error", "-c", code, database_url, str(start)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), **pipes) for _ in range(3)]
    ready = [process.stdout.readline() for process in processes]
    start.touch()
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", "", ""]
    assert ready == ["ready\n"] * 3
    engine = open_database(database_url)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(known_revisions()[-1],)]
    engine.dispose()
