"""A home that can't serve: each command says so in one sentence, and nothing in it is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from mammo.commands import app
from mammo.config import settings
from mammo.store import NewJob, open_store

ROOT = Path(__file__).parents[3]
COMMANDS = [["jobs", "list"], ["jobs", "cancel", "1"], ["train", "--dataset", "films", "--queue"], ["worker"]]
LIMITED = """
import resource, sys
from mammo.commands import app

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
app(sys.argv[2:])
"""


@pytest.fixture
def home():
    """A home with one job."""
    store = open_store(settings())
    store.jobs.submit(NewJob("phantoms", {"name": "n", "patients": 5}, "anna"))
    store.close()
    return settings()


def said(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    assert (result.exit_code, result.stdout) == (2, ""), result.exception
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_database_of_a_newer_version_is_left_alone(home, arguments):
    engine = create_engine(home.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    before = (home.home / "mammo.db").read_bytes()
    assert "newer version of Mammo" in said(*arguments)
    assert (home.home / "mammo.db").read_bytes() == before
    engine.dispose()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_damaged_database_is_left_alone(home, arguments):
    (home.home / "mammo.db").write_bytes(b"no database " * 1000)
    assert "damaged" in said(*arguments)
    assert (home.home / "mammo.db").read_bytes() == b"no database " * 1000


def test_a_home_that_is_a_file_is_told(home, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAMMO_HOME", str(tmp_path / "file"))
    assert "can't be made" in said("jobs", "list")


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/sys").is_dir(), reason="root writes everywhere here")
def test_a_home_on_a_read_only_file_system_is_told(monkeypatch):
    monkeypatch.setenv("MAMMO_HOME", "/proc/sys/mammo")  # even root may make nothing there
    assert "can't be made" in said("jobs", "list")


@pytest.mark.slow
def test_a_disk_without_room_keeps_the_jobs_that_there_are(home):
    """The system refuses to let the database grow by a byte; what needs no room goes on."""
    size = (home.home / "mammo.db").stat().st_size

    def limited(*arguments):
        command = [sys.executable, "-c", LIMITED, str(size), *arguments]
        environment = {**os.environ, "MAMMO_HOME": str(home.home)}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    store = open_store(home)
    outcomes = []
    while not outcomes or (outcomes[-1].returncode == 0 and len(outcomes) < 30):
        outcomes.append(limited("jobs", "clone", "1", "--set", "name=" + "n" * 3000, "--json"))
    last = outcomes[-1]
    assert (last.returncode, last.stdout, len(last.stderr.strip().splitlines())) == (2, "", 1)
    assert [job.id for job in store.jobs.list()] == list(range(len(outcomes), 0, -1))
    assert json.loads(limited("jobs", "list", "--json").stdout)["jobs"]
    store.close()
