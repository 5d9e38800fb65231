"""A store on SQLite, and once more on PostgreSQL where that is installed; a clock that moves when told to."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy

from mammo.config import Settings
from mammo.datasets import Lesion, Refusal, Sample
from mammo.datasets.importing import ImportResult, fingerprint_of
from mammo.store import Clock, NewJob, Worker, open_store

POSTGRES_URL = os.environ.get("MAMMO_TEST_POSTGRES_URL")  # of a server on which databases may be made

WITH_TABLES = "mammo_tables"


@dataclass
class MovingClock:
    """Stands still until it is moved."""

    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    uptime: float = 1000.0

    def for_store(self):
        return Clock(now=lambda: self.moment, uptime=lambda: self.uptime)

    def move(self, seconds):
        self.moment += timedelta(seconds=seconds)
        self.uptime += seconds


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture(scope="session")
def postgres_server():
    """URL of a PostgreSQL server: one that is named, or one started for these tests as an unprivileged user."""
    if POSTGRES_URL:
        yield POSTGRES_URL
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries:
        give_up = pytest.fail if os.environ.get("MAMMO_REQUIRE_ALL") == "1" else pytest.skip
        give_up("PostgreSQL is not installed (no initdb under /usr/lib/postgresql) and MAMMO_TEST_POSTGRES_URL not set")
    folder = Path(tempfile.mkdtemp(prefix="mammo-postgres-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def control(program, *arguments):
        command = [binaries[-1] / program, "-D", folder / "data", *arguments]
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    control("initdb", "--auth=trust", "--username=mammo", "--no-sync", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    control("pg_ctl", "start", "--wait", "--silent", "-l", folder / "log", "-o", options)
    yield f"postgresql://mammo@/postgres?host={folder}"
    control("pg_ctl", "stop", "--mode=immediate", "--silent")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(postgres_server):
    """Makes and drops databases of that server by name; ``mammo_tables`` has all tables and no row."""
    server = sqlalchemy.make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")

    def carry_out(statement, name):
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(statement))
        return server.set(database=name).render_as_string(hide_password=False)

    made = carry_out(f"CREATE DATABASE {WITH_TABLES}", WITH_TABLES)
    open_store(Settings(Path(), made, Path(), ())).close()
    yield carry_out
    carry_out(f"DROP DATABASE {WITH_TABLES}", WITH_TABLES)
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request, tmp_path):
    """Address of a database that holds nothing yet; for a test of an open store, copied from one with all tables."""
    has_tables = "store" in request.fixturenames
    if request.param == "sqlite":
        if has_tables:
            shutil.copy(request.getfixturevalue("file_with_tables"), tmp_path)
        yield f"sqlite:///{tmp_path / 'mammo.db'}"
        return
    postgres, name = request.getfixturevalue("postgres"), f"mammo_{uuid.uuid4().hex}"
    yield postgres(f"CREATE DATABASE {name}" + f" TEMPLATE {WITH_TABLES}" * has_tables, name)
    postgres(f"DROP DATABASE {name} WITH (FORCE)", name)


@pytest.fixture
def settings(tmp_path, database_url):
    return Settings(home=tmp_path, database_url=database_url, weights_dir=tmp_path / "weights", data_roots=())


@pytest.fixture
def store(settings, clock):
    store = open_store(settings, clock.for_store())
    yield store
    store.close()


@pytest.fixture
def worker():
    return Worker("worker-1", 4711, "boot-1", 12.5)


@pytest.fixture
def other_worker():
    return Worker("worker-2", 4712, "boot-1", 99.0)


@pytest.fixture
def new_job():
    return NewJob("training", {"epochs": 3, "learning_rate": 1e-4}, "anna")


@pytest.fixture
def working(store, new_job, worker):
    """Number and attempt of a job that runs."""
    job = store.jobs.submit(new_job, worker)
    store.jobs.begin(job.id, 1, {"torch": "2"})
    return job.id, 1


@pytest.fixture
def collection(tmp_path):
    """Makes the import of a folder of ``n`` images, three classes in turn, two images of each woman."""

    def make(n=6, root=tmp_path / "films"):
        samples = tuple(sorted((_sample(root, number) for number in range(n)), key=lambda sample: sample.id))
        refused = (Refusal("broken.png", "It is cut off."), Refusal("notes.txt", "This is no image.", "not_an_image"))
        return ImportResult("folder_of_classes", samples, refused, ("patients unknown",), fingerprint_of(samples))

    return make


def _sample(root, number):
    label = ("normal", "benign", "malignant")[number % 3]
    file = f"{label}/{number:05}.png"
    return Sample(
        id=file,
        path=root / file,
        patient_id=f"p{number // 2}",
        labels={"case": label, "breast": label, "visible": label if number % 2 else None},
        sha256=f"{number:064x}",
        width_px=1024,
        height_px=2048,
        bits=16,
        laterality="LR"[number % 2],
        view=None if number % 5 == 0 else "MLO",
        age=50 + number % 30,
        density="B",
        scanner=None,
        lesions=(Lesion(label, "CALC", 10.5, 20.25, 3.0), Lesion(label, mask_file="m.png")) if number % 3 else (),
        warnings=("low contrast",) if number % 4 == 0 else (),
        alike=(None, (), ("of another part.png", "one more.png"))[number % 3],
    )
