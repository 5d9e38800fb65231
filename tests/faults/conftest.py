import pytest

from tests.faults.server import Server


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A home with thirty women and one undisturbed training, job 1; the tests of a module share it."""
    server = Server(tmp_path_factory.mktemp("home"))
    server.add_films(tmp_path_factory.mktemp("data") / "films")
    server.submit()
    server.finished("worker", "--until-idle", "--json")
    yield server
    server.close()


@pytest.fixture
def server(films):
    """The shared home; afterwards its jobs must be whole and no process of the test may live."""
    yield films
    for process in films.processes:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
    films.check_invariants()
