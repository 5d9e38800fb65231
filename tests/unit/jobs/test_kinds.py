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
from mammo.store import JobState, NewJob


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


#: Row B65 of the bad inputs, as far as a training has such settings.
BAD_SETTINGS = {
    "learning_rate": [0, -1, 1e9, "nan"],
    "batch_size": [0, 1, 10**6],
    "epochs": [0, 10**9],
    "image_size": [1, 20_000],
    "seed": [-1, 2**64],
    "threads": [999],
    "patience": [-1],
    "label_smoothing": [1.0, 150],
    "momentum": [1.0],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD_SETTINGS.items() for value in values]
)
def test_a_setting_that_cannot_be_trained_with_is_named_whoever_submitted_it(carried_out, name, value):
    """B65: the rule is not the form's alone."""
    job = carried_out("training", **{name: value})
    assert (job.state, job.failure_kind) == (JobState.FAILED, "parameter")
    assert job.failure.startswith(f"{name}: ")
    assert job.advice == "Clone the job and change the setting that is named."


@pytest.mark.parametrize("setting", ["model", "optimizer", "schedule", "augmentation", "enhancement"])
def test_a_method_that_is_gone_is_named_with_those_that_are_there(carried_out, setting):
    job = carried_out("training", **{setting: "nonesuch"})
    assert job.state == JobState.FAILED
    assert "'nonesuch'; known are: " in job.failure
    assert job.advice


def test_an_evaluation_that_names_no_training_says_so(carried_out):
    assert carried_out("evaluation").failure_kind == "parameter"


def test_an_evaluation_of_a_training_that_is_not_there_says_so(carried_out):
    job = carried_out("evaluation", job=77)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "not_found")
    assert "There is no job 77" in job.failure
    assert job.advice


def test_an_evaluation_of_a_training_without_a_model_says_so(carried_out, store):
    trained = carried_out("training")
    job = carried_out("evaluation", job=trained.id)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "job_state")
    assert f"Job {trained.id} is a training that is failed; only a finished training has scores." in job.failure
    assert "has succeeded" in job.advice


def test_an_evaluation_of_a_model_whose_files_are_gone_says_so(carried_out, store):
    write_phantoms(settings().home / "films", PhantomOptions(patients=3, pitch_mm=2), processes=1)
    carried_out("import", **ImportRequest("mine", settings().home / "films").to_dict())
    trained = store.jobs.submit(NewJob("training", {}, "anna"), this_process("test")).id
    store.jobs.begin(trained, 1, {})
    store.jobs.finish(trained, 1, {}, {"family": "small", "class_names": ["normal", "malignant"]})
    number = store.jobs.submit(NewJob("evaluation", {"job": trained}, "anna", data_set="mine")).id
    with suppress(MammoError):
        carry_out_job(store, settings(), number, start_job(store, number, this_process("test")), lambda *_: None)
    job = store.jobs.get(number)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "checkpoint")
    assert job.failure == f"Job {trained} has no finished model. Resume it, or train again."


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
