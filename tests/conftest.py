"""What many tests share: a phantom breast, a clean environment, the development data if they are there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from mammo.config import Settings, settings
from mammo.store import open_store

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory, monkeypatch):
    """No test sees the developer's settings or writes outside its own folder."""
    for name in list(os.environ):
        if name.startswith("MAMMO_") and name != "MAMMO_REQUIRE_ALL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAMMO_HOME", str(tmp_path_factory.mktemp("mammo-home")))


@pytest.fixture(scope="session")
def file_with_tables(tmp_path_factory):
    """A SQLite database that has all tables and no row: to copy it takes a tenth of the time of making it anew."""
    file = tmp_path_factory.mktemp("tables") / "mammo.db"
    open_store(Settings(Path(), f"sqlite:///{file}", Path(), ())).close()
    return file


@pytest.fixture
def store(file_with_tables):
    """The store of this test's own home, without a row."""
    where = settings()
    where.home.mkdir(exist_ok=True)
    shutil.copy(file_with_tables, where.home)
    opened = open_store(where)
    yield opened
    opened.close()


@pytest.fixture
def phantom():
    """A bright half-disc on black with a brighter spot: a breast as simple as can be, shape (96, 64)."""
    rows, columns = np.mgrid[:96, :64]
    breast = (rows - 48) ** 2 + columns**2 < 45**2
    mass = (rows - 40) ** 2 + (columns - 20) ** 2 < 6**2
    return (0.4 * breast + 0.3 * mass).astype(np.float32)


@pytest.fixture
def shared():
    """Real mammograms and real ImageNet weights beside the project; the test skips where they are not."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the development data (../shared) are not on this machine")
    return SHARED
