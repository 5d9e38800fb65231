import pytest

from tests.faults.server import FINISH, Server


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """A home with thirty women and one undisturbed training, job 1; all tests share it."""
    server = Server(tmp_path_factory.mktemp("home"))
    server.add_films(tmp_path_factory.mktemp("data") / "films")
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
