"""A finished training is asked again without the breast: one that learnt a mark beside it is found out."""

from contextlib import suppress

import cv2
import pytest

from mammo.audits.background import BackgroundControl
from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.errors import MammoError
from mammo.imaging.breast import breast_mask
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, open_store
from mammo.training.presets import PRESETS

pytestmark = pytest.mark.slow
SETTINGS = {"epochs": 8, "image_size": 64, "batch_size": 8, "threads": 1, "augmentation": "none"}


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory):
    """Carries jobs out on films of thirty women, in which every malignant one has a bright band below the breast."""
    where = settings({"MAMMO_HOME": str(tmp_path_factory.mktemp("home"))})
    films = tmp_path_factory.mktemp("data") / "films"
    write_phantoms(films, PhantomOptions(patients=30, pitch_mm=2), processes=1)
    for sample in import_collection(films).samples:
        if sample.labels["case"] == "malignant":
            plant_mark(sample.path)
    store = open_store(where)
    store.data_sets.add("films", films, import_collection(films), by="anna")
    samples = store.data_sets.samples("films")
    made = split_samples(samples, by="patient", fractions=(0.3, 0.0, 0.7), policy="case")
    split = store.splits.add("films", made, by="anna").name

    def of(kind, config, **facts):
        number = store.jobs.submit(NewJob(kind=kind, config=config, owner="anna", **facts)).id
        with suppress(MammoError):  # it stands in the job's row
            carry_out_job(store, where, number, start_job(store, number, this_process("test")), lambda *_: None)
        return store.jobs.get(number)

    def trained(**values):
        facts = {} if values.get("folds") else {"split": split}
        config = PRESETS["demo"].config({**SETTINGS, **values}).to_dict()
        job = of("training", config, data_set="films", **facts)
        assert job.state == JobState.SUCCEEDED, job.failure
        return job

    of.trained, of.store = trained, store
    yield of
    store.close()


def plant_mark(path):
    """A bright square in the lower corner in which there is no breast."""
    film = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    breast = breast_mask((film / film.max()).astype("float32"))
    left = 2 if breast[-14:, :14].mean() < breast[-14:, -14:].mean() else film.shape[1] - 12
    film[-12:-2, left : left + 10] = film.max()
    cv2.imwrite(str(path), film)


def controlled(carried_out, job):
    found = carried_out("background_control", {"job": job.id}, data_set="films")
    assert found.state == JobState.SUCCEEDED, found.failure
    return BackgroundControl.from_json(found.result["control"])


def test_a_model_that_learnt_the_mark_is_found_out_by_the_background_alone(carried_out):
    job = carried_out.trained()
    control = controlled(carried_out, job)
    assert control.light == "red"
    assert control.background_only.value > control.breast_only.value
    assert (control.images, control.women) == (job.result["test"]["n"], job.result["test"]["patients"])
    assert control.whole.value == pytest.approx(job.result["test"]["scores"]["auc_ovr_macro"]["value"], abs=1e-9)


def test_each_fold_judges_its_own_test_images(carried_out):
    job = carried_out.trained(folds=2, epochs=2)
    control = controlled(carried_out, job)
    assert control.images == job.result["test"]["n"] == 120
    assert control.whole.value == pytest.approx(job.result["test"]["scores"]["auc_ovr_macro"]["value"], abs=1e-9)


def test_a_model_that_sees_no_background_can_not_tell_from_it(carried_out):
    job = carried_out.trained(background="black", epochs=2)
    control = controlled(carried_out, job)
    assert control.light == "green"


@pytest.mark.parametrize(
    ("config", "failure", "sentence"),
    [
        ({}, "parameter", "names the training"),
        ({"job": 999}, "not_found", "There is no job 999"),
        ({"job": "regions"}, "parameter", "judges squares cut out of films"),
    ],
    ids=["none named", "none there", "regions"],
)
def test_what_has_no_background_control_says_why(carried_out, config, failure, sentence):
    if config.get("job") == "regions":
        config = {"job": carried_out.trained(region="lesion", epochs=1).id}
    job = carried_out("background_control", config, data_set="films")
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)
    assert sentence in job.failure
