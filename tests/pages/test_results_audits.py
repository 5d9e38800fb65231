"""The Audits section of Results: leakage twin, background control, scores within scanner."""

from dataclasses import replace

import numpy as np
import pytest

from mammo.audits.background import BackgroundControl
from mammo.datasets.importing import import_collection
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.intervals import Interval
from mammo.store import JobFilter, JobState, NewJob, PredictionRecord
from mammo.training.presets import PRESETS
from tests.pages.conftest import WORKER
from tests.pages.words import unescaped

NAMES = ("normal", "benign", "malignant")
CONFIG = {"epochs": 1, "image_size": 64}


@pytest.fixture
def finish(store, data_set):
    """Has a training succeed with answers to two images of each of forty women; the better the skill, the truer."""

    def finished(number, skill, *, films=True):
        samples = store.data_sets.samples(data_set.name) if films else ()
        rng = np.random.default_rng(number)
        rows = []
        for place in range(80):
            woman, truth = place // 2, place // 2 % 3
            weights = rng.dirichlet([1, 1, 1]) + skill * np.eye(3)[truth] * rng.random()
            film = samples[place].id if place < len(samples) else f"gone-{place}"
            rows.append(PredictionRecord("test", 0, film, film, f"{woman}", truth, tuple(weights / weights.sum())))
        if store.jobs.get(number).state == JobState.QUEUED:
            store.jobs.start(number, WORKER)
        store.jobs.begin(number, 1, {})
        store.predictions.save(number, 1, rows)
        truth, probabilities = [row.truth for row in rows], [row.probabilities for row in rows]
        judged = evaluate(truth, probabilities, [row.patient_id for row in rows], NAMES, resamples=50)
        store.jobs.finish(number, 1, {"test": judged.to_json(), "notes": []}, {"class_names": list(NAMES)})

    return finished


@pytest.fixture
def trained(store, data_set, finish):
    """A finished training, its number."""
    config = PRESETS["demo"].config(CONFIG).to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", data_set.name), WORKER)
    finish(job.id, 2.0)
    return job.id


@pytest.fixture
def audits(app, trained):
    """Opens the section."""

    def opened(job=trained):
        app.query_params.clear()
        app.query_params["job"] = str(job)
        app.query_params["section"] = "audits"
        app.switch_page("pages/results.py").run()
        assert not app.exception
        return app

    return opened


def words(app):
    return unescaped("\n".join(one.value for one in [*app.markdown, *app.caption, *app.info])).replace("**", "")


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def trainings(store):
    return store.jobs.list(JobFilter(kind="training"))


def test_the_section_stands_in_the_address_and_asks_three_questions(audits):
    app = audits()
    assert app.query_params["section"] == "audits"
    assert [one.value for one in app.header][-3:] == ["Leakage twin", "Background control", "Within scanner"]


@pytest.fixture
def women(store, data_set):
    """The phantoms as a data set in which each film is of a woman of her own, so that it can be split."""
    imported = import_collection(data_set.root)
    samples = tuple(replace(one, patient_id=f"woman {place}") for place, one in enumerate(imported.samples))
    return store.data_sets.add("women", data_set.root, replace(imported, samples=samples), by="guest")


@pytest.fixture
def twin(store, audits, finish, women):
    """Queues a twin of one seed by a click on a training by folds, whose data set can be split; returns its jobs."""
    config = PRESETS["demo"].config({**CONFIG, "folds": 2}).to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", "women"), WORKER)
    finish(job.id, 2.0)
    app = audits(job.id)
    app.selectbox(key=f"twin.seeds.{job.id}").set_value(1).run()
    press(app, "Train the twin")
    assert not app.exception
    return job.id, [one for one in trainings(store) if one.state == JobState.QUEUED]


def test_a_click_queues_two_trainings_of_each_seed_once(store, audits, twin):
    job, queued = twin
    assert {store.splits.get("women", one.split).by for one in queued} == {"image", "patient"}
    app = audits(job)
    assert "0 of 2 trainings have ended" in app.get("progress")[0].proto.text
    app.selectbox(key=f"twin.seeds.{job}").set_value(1).run()
    assert next(one for one in app.button if one.label == "Train more of the twin").disabled
    assert "The trainings of these seeds are done or under way." in words(app)


@pytest.mark.parametrize(
    ("skill", "told"),
    [
        (8.0, "Leakage. Splitting by image makes the model look better by"),
        (0.5, "No leak told. No leak can be told from noise, the premium is"),
    ],
    ids=["better by image", "alike"],
)
def test_the_premium_is_told_with_its_interval_a_word_and_an_icon(store, audits, twin, finish, skill, told):
    job, queued = twin
    for one in queued:
        finish(one.id, skill if store.splits.get("women", one.split).by == "image" else 0.5)
    app = audits(job)
    assert told in words(app)
    assert "points (" in words(app)
    assert ("Report the scores by patient split." in words(app)) == told.startswith("Leakage")
    assert not app.get("progress")


def test_a_data_set_that_can_not_be_split_is_one_sentence_and_nothing_is_queued(store, audits):
    app = press(audits(), "Train the twin")
    assert not app.exception
    assert len(app.error) == 1
    assert len(trainings(store)) == 1


def test_the_background_control_is_queued_by_two_clicks_once_and_followed(store, audits, trained):
    app = press(audits(), "Blank the breast out")
    (control,) = store.jobs.list(JobFilter(kind="background_control"))
    assert control.config == {"job": trained}
    assert f"Job {control.id} is queued" in unescaped(app.get("progress")[0].proto.text)
    assert not [button for button in app.button if button.label == "Blank the breast out"]


def test_a_model_that_is_found_out_has_an_icon_a_word_and_what_to_do(store, audits, trained):
    job = store.jobs.submit(NewJob("background_control", {"job": trained}, "guest"), WORKER)
    store.jobs.begin(job.id, 1, {})
    found = BackgroundControl(80, 40, 2, Interval(0.8, 0.7, 0.9), Interval(0.6, 0.5, 0.7), Interval(0.75, 0.65, 0.85))
    store.jobs.finish(job.id, 1, {"job": trained, "control": found.to_json()})
    app = audits()
    told = next(one.value for one in app.markdown if "Found out" in one.value)
    assert told.startswith(":red[:material/dangerous:] **Found out.** With the breast blanked out")
    assert "0.75 (0.65 to 0.85) from the background alone" in unescaped(told)
    assert "Train again with the background black" in told
    assert "In 2 of them nothing lies beside the breast." in words(app)


def test_scores_within_scanner_stand_beside_those_over_all(audits):
    shown = words(audits())
    assert "over all" in shown
    assert "Images by scanner:" in shown
    assert "n/a" not in shown


def test_scanners_of_films_that_have_left_the_data_set_are_not_known(store, audits, data_set, finish):
    config = PRESETS["demo"].config(CONFIG).to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", data_set.name), WORKER)
    finish(job.id, 2.0, films=False)
    assert "The scanner is not known for any image" in words(audits(job.id))
