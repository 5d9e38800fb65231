"""The trainings of a leakage twin: queued once, found by what they are, and their premium whenever it is asked for."""

from dataclasses import replace

import pytest

from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.errors import DatasetError, ParameterError
from mammo.jobs.leakage_twin import (
    TwinRecipe,
    find_twin,
    missing_trainings,
    premium_of,
    queue_twin,
    recipe_of,
    recipe_of_job,
)
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import Failure, JobFilter, JobState, NewJob, PredictionRecord
from mammo.training.presets import PRESETS

CONFIG = PRESETS["demo"].config({"epochs": 1, "image_size": 64})
NAMES = ("normal", "benign", "malignant")


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """96 films of 24 women."""
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=24, pitch_mm=2), processes=1)
    return folder, import_collection(folder)


@pytest.fixture
def store(store, films):
    store.data_sets.add("films", *films, by="anna")
    return store


@pytest.fixture
def recipe(store):
    return recipe_of(store, "films", CONFIG)


def trainings(store):
    return store.jobs.list(JobFilter(kind="training"))


def finish(store, job, *, errs=0):
    """Has a training succeed with answers to its own test films, the first ``errs`` of them wrong."""
    samples = {sample.id: sample for sample in store.data_sets.samples("films")}
    tested = sorted(id_ for id_, part in store.splits.load("films", job.split).assignment.items() if part == "test")
    rows = []
    for place, id_ in enumerate(tested):
        truth = NAMES.index(samples[id_].labels["case"])
        called = (truth + 1) % 3 if place < errs else truth
        probabilities = tuple(0.8 if label == called else 0.1 for label in range(3))
        rows.append(PredictionRecord("test", 0, id_, id_, samples[id_].patient_id, truth, probabilities))
    attempt = store.jobs.start(job.id, this_process("test"))
    store.jobs.begin(job.id, attempt, {})
    store.predictions.save(job.id, attempt, rows)
    store.jobs.finish(job.id, attempt, {"test": {}}, {"class_names": list(NAMES)})


def test_two_trainings_of_each_seed_are_queued_however_often_it_is_asked(store, recipe):
    first, second = (queue_twin(store, recipe, seeds=2, by="anna") for _ in range(2))
    assert first == second
    assert len(trainings(store)) == len(first.jobs) == 4
    for number, pair in enumerate(first.pairs):
        splits = [store.splits.get("films", job.split) for job in (pair.image, pair.patient)]
        assert [(split.by, split.seed) for split in splits] == [("image", number), ("patient", number)]
        assert pair.patient.config == CONFIG.with_values({"seed": number}).to_dict()
        assert pair.image.config == {**pair.patient.config, "accept": ["leaking_split"]}, "it is meant to leak"


def test_more_seeds_are_added_to_those_that_are_there(store, recipe):
    few = queue_twin(store, recipe, seeds=1, by="anna")
    more = queue_twin(store, recipe, seeds=3, by="anna")
    assert more.pairs[0] == few.pairs[0]
    assert [missing_trainings(store, recipe, seeds) for seeds in (1, 3, 5)] == [0, 0, 4]
    assert len(trainings(store)) == 6


def test_a_training_that_is_there_already_is_one_of_them(store):
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.6, 0.2, 0.2), seed=5)
    split = store.splits.add("films", made, "mine", by="anna")
    job = store.jobs.submit(NewJob("training", CONFIG.to_dict(), "anna", "films", "mine"))
    recipe = recipe_of_job(store, job)
    assert (recipe.fractions, recipe.split_seed, recipe.torn_by) == (split.fractions, 5, "image")
    twin = queue_twin(store, recipe, seeds=1, by="anna")
    assert twin.pairs[0].patient == job
    assert len(trainings(store)) == 2


def test_a_training_by_the_papers_split_gets_a_twin_by_woman_of_the_same_shares(store):
    split = store.splits.add("films", split_samples(store.data_sets.samples("films"), by="paper"), by="anna")
    job = store.jobs.submit(NewJob("training", CONFIG.to_dict(), "anna", "films", split.name))
    twin = queue_twin(store, recipe_of_job(store, job), seeds=1, by="anna")
    assert twin.pairs[0].image == job
    other = store.splits.get("films", twin.pairs[0].patient.split)
    assert (other.by, other.fractions) == ("patient", split.fractions)


def test_every_training_of_a_twin_leads_to_the_whole_of_it(store, recipe):
    twin = queue_twin(store, recipe, seeds=3, by="anna")
    for job in twin.jobs:
        again = recipe_of_job(store, job)
        assert find_twin(store, again).jobs == twin.jobs
        assert queue_twin(store, again, seeds=3, by="anna").jobs == twin.jobs
    assert len(trainings(store)) == 6


@pytest.mark.parametrize("change", [{"epochs": 2}, {"learning_rate": 0.1}, {"augmentation": "none"}])
def test_another_recipe_has_a_twin_of_its_own(store, recipe, change):
    queue_twin(store, recipe, seeds=1, by="anna")
    other = recipe_of(store, "films", CONFIG.with_values(change))
    assert find_twin(store, other).pairs == ()


def test_what_failed_or_was_cancelled_is_queued_again_once(store, recipe):
    twin = queue_twin(store, recipe, seeds=1, by="anna")
    image, patient = twin.jobs
    store.jobs.cancel(image.id, by="anna")
    attempt = store.jobs.start(patient.id, this_process("test"))
    store.jobs.begin(patient.id, attempt, {})
    store.jobs.fail(patient.id, attempt, Failure("out_of_memory", "Out of memory."))
    assert find_twin(store, recipe).is_finished
    again = [queue_twin(store, recipe, seeds=1, by="anna") for _ in range(2)]
    assert again[0] == again[1]
    assert {job.state for job in again[0].jobs} == {JobState.QUEUED}
    assert len(trainings(store)) == 4


def test_a_data_set_that_changed_needs_new_trainings(store, recipe, films):
    queue_twin(store, recipe, seeds=1, by="anna")
    folder, imported = films
    grown = replace(imported, samples=imported.samples[:-4], fingerprint="other")
    store.data_sets.add("films", folder, grown, by="anna")
    assert find_twin(store, recipe).pairs == ()
    assert queue_twin(store, recipe, seeds=1, by="anna").jobs
    assert len(trainings(store)) == 4


def test_the_premium_is_of_the_pairs_that_have_succeeded_on_both_sides(store, recipe):
    twin = queue_twin(store, recipe, seeds=2, by="anna")
    assert premium_of(store, twin, "top1") is None
    first, second = twin.pairs
    finish(store, first.image)
    assert premium_of(store, find_twin(store, recipe), "top1") is None
    finish(store, first.patient, errs=6)
    finish(store, second.image, errs=9)  # its other side is not done
    tested = store.splits.get("films", first.patient.split).images["test"]
    premium = premium_of(store, find_twin(store, recipe), "top1")
    assert premium.image_split.value == 1
    assert premium.premium.value == pytest.approx(6 / tested)


def test_folds_become_one_split_for_each_training(store):
    folded = CONFIG.with_values({"folds": 3})
    job = store.jobs.submit(NewJob("training", folded.to_dict(), "anna", "films"))
    assert recipe_of_job(store, job) == TwinRecipe("films", CONFIG, "case")


def test_another_kind_of_job_has_no_twin(store):
    job = store.jobs.submit(NewJob("evaluation", {}, "anna", "films"))
    with pytest.raises(ParameterError, match="is no training on a data set"):
        recipe_of_job(store, job)


@pytest.mark.parametrize("seeds", [0, 11])
def test_a_twin_takes_one_to_ten_seeds(store, recipe, seeds):
    with pytest.raises(ParameterError, match=f"1 to 10 seeds, not {seeds}"):
        queue_twin(store, recipe, seeds=seeds, by="anna")


def test_nothing_is_queued_where_one_side_can_not_be_split(store, tmp_path):
    write_phantoms(tmp_path / "few", PhantomOptions(patients=3, pitch_mm=2), processes=1)
    store.data_sets.add("few", tmp_path / "few", import_collection(tmp_path / "few"), by="anna")
    with pytest.raises(DatasetError):
        queue_twin(store, recipe_of(store, "few", CONFIG), seeds=1, by="anna")
    assert trainings(store) == ()
    assert store.splits.list("few") == ()
