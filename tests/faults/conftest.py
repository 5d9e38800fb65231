import shutil

import pytest

from mammo.phantoms import PhantomOptions, write_phantoms
from tests.faults.server import FINISH, Server
from tests.made_once import made_once


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """A home with thirty women and one undisturbed training, job 1; all tests share it."""
    drawn = made_once(tmp_path_factory, "thirty", lambda folder: write_phantoms(folder, PhantomOptions(patients=30)))
    films = shutil.copytree(drawn, tmp_path_factory.mktemp("data") / "films")  # some tests change them
    server = Server(tmp_path_factory.mktemp("home"))
    server.add_films(films)
    server.submit()
    server.finished(*FINISH)
    yield server
    server.close()


@pytest.fixture
def server(films):
    """The shared home; after each fault the invariants I1 to I9 hold, and nothing is left for the next test."""
    yield films
    films.calm_down()
    films.check_invariants()
