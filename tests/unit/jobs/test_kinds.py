"""What the kinds of jobs do, carried out in this process on a real database."""

from contextlib import suppress

import pytest

from mammo.config import settings
from mammo.errors import MammoError
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.demo import NAME, submit_demo
from mammo.jobs.importing import ImportRequest
from mammo.jobs.kinds import JOB_KINDS
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, open_store


@pytest.fixture
def store():
    settings().home.mkdir(exist_ok=True)
    return open_store(settings())


@pytest.fixture
def carried_out(store):
    def of(kind, /, **config):
        number = store.jobs.submit(NewJob(kind=kind, config=config, owner="anna")).id
        with suppress(MammoError):  # it stands in the job's row
            carry_out_job(store, settings(), number, start_job(store, number, this_process("test")), lambda *_: None)
        return store.jobs.get(number)

    return of


def test_phantoms_become_a_data_set_and_a_name_that_is_taken_is_refused(store, carried_out):
    job = carried_out("phantoms", name="drawn", patients=3, kind="demo", seed=0)
    assert (job.state, job.result["images"], job.result["patients"]) == (JobState.SUCCEEDED, 12, 3)
    films = sorted(path.read_bytes() for path in settings().datasets_dir.rglob("*.png"))
    again = carried_out("phantoms", name="drawn", patients=6, kind="demo", seed=1)
    assert (again.state, again.failure_kind) == (JobState.FAILED, "dataset")
    assert sorted(path.read_bytes() for path in settings().datasets_dir.rglob("*.png")) == films


def test_a_folder_is_imported_by_a_job(carried_out, tmp_path):
    write_phantoms(tmp_path / "films", PhantomOptions(patients=3, pitch_mm=2), processes=1)
    job = carried_out("import", **ImportRequest("mine", tmp_path / "films").to_dict())
    assert (job.state, job.result["data_set"], job.result["images"]) == (JobState.SUCCEEDED, "mine", 12)


@pytest.mark.parametrize("kind", ["training", "preparation"])
def test_a_job_without_data_says_so(carried_out, kind):
    job = carried_out(kind)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "not_found")


def test_an_evaluation_that_names_no_training_says_so(carried_out):
    assert carried_out("evaluation").failure_kind == "parameter"


def test_every_kind_has_a_label():
    assert {"training", "import", "phantoms", "preparation", "evaluation"} <= set(JOB_KINDS)
    assert all(kind.label for kind in JOB_KINDS.values())


def test_the_demo_is_submitted_once_and_not_on_a_server_with_data_of_its_own(store, tmp_path):
    assert not submit_demo(store)
    assert not submit_demo(store)
    assert [(job.kind, job.config["name"]) for job in store.jobs.list()] == [("phantoms", NAME)]
    store.jobs.cancel(1, by="anna")
    assert submit_demo(store)
    assert len(store.jobs.list()) == 1
