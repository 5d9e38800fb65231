"""Opinions in the pages: given, changed, withdrawn; the worklist, by buttons that keys press, too."""

import numpy as np
import pytest

from mammo.evaluation.evaluation import evaluate
from mammo.imaging.remarks import BURNED_IN
from mammo.store import KeptPictureRecord, NewJob, NewOpinion, PredictionRecord
from tests.pages.conftest import WORKER
from tests.pages.words import unescaped

VIEWER = "test@example.com"  # who the pages' tests are logged in as


@pytest.fixture
def worklist(opened, tested, predictor):
    def at(**address):
        return opened("results", section="worklist", **address)

    return at


def button(app, label):
    return next(one for one in app.button if unescaped(one.label) == label)


def press(app, label):
    button(app, label).click().run()
    assert not app.exception
    return app


def waiting(app):
    return (
        next((one.value for one in app.caption if "to judge" in one.value), "none")
        .split(".")[0]
        .replace("\N{NO-BREAK SPACE}", " ")
    )


def said(app):
    return [unescaped(one.value) for kind in (app.markdown, app.caption) for one in kind]


def opinions(store):
    return store.opinions.list(viewer=VIEWER)


def test_who_agrees_goes_to_the_next_answer_and_the_opinion_is_kept(worklist, store, tested):
    app = worklist()
    assert waiting(app) == "12 answers to judge"
    press(app, "Agree")
    assert waiting(app) == "11 answers to judge"
    (given,) = opinions(store)
    assert (given.job, given.person, given.verdict, given.label) == (tested, VIEWER, "agree", given.predicted)
    assert given.image in {sample.sha256 for sample in store.data_sets.samples("phantoms")}


def test_who_disagrees_may_name_the_class_at_once(worklist, store):
    press(worklist(), "It is malignant")
    assert [(one.verdict, one.label) for one in opinions(store)] == [("disagree", "malignant")]


def test_keys_press_the_buttons(worklist):
    keys = {unescaped(one.label): one.proto.shortcut for one in worklist().button if one.proto.shortcut}
    assert keys == {"Agree": "a", "Disagree": "d", "Next": "n", "It is normal": "1", "It is malignant": "2"}


def test_next_leaves_an_answer_without_opinion_and_the_list_begins_again(worklist, store):
    app = worklist()
    for _ in range(12):
        press(app, "Next")
    assert "skipped the rest" in app.info[0].value
    assert opinions(store) == ()
    assert waiting(press(app, "From the beginning")) == "12 answers to judge"


def test_the_last_opinion_can_be_undone(worklist, store):
    app = press(press(worklist(), "Disagree"), "Undo")
    assert waiting(app) == "12 answers to judge"
    assert opinions(store) == ()


@pytest.fixture
def unequal(store, data_set):
    """A finished training that is unsure of the second of three films; the SHA-256 of those."""
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    films = store.data_sets.samples(data_set.name)[:3]
    shares = [(0.9, 0.05, 0.05), (0.34, 0.33, 0.33), (0.1, 0.2, 0.7)]
    rows = [
        PredictionRecord("test", 0, film.id, film.id, film.patient_id, 0, share)
        for film, share in zip(films, shares, strict=True)
    ]
    store.predictions.save(job.id, 1, rows)
    names = ("normal", "benign", "malignant")
    judged = evaluate(np.zeros(3, int), np.array(shares), [film.patient_id for film in films], names, resamples=20)
    store.jobs.finish(job.id, 1, {"test": judged.to_json()})
    return [film.sha256 for film in films]


@pytest.mark.parametrize(("order", "first"), [("uncertain", 1), ("sure", 0)])
def test_the_order_is_by_how_sure_the_answer_is(opened, unequal, store, predictor, order, first):
    press(opened("results", section="worklist", order=order), "Agree")
    assert [one.image for one in opinions(store)] == [unequal[first]]


def test_a_filter_leaves_the_other_answers_out(opened, unequal, store, predictor):
    app = opened("results", section="worklist", answer="malignant")
    assert waiting(app) == "1 answer to judge"
    press(app, "Agree")
    assert [one.image for one in opinions(store)] == [unequal[2]]
    assert "Nothing of this kind waits" in app.info[0].value


@pytest.mark.parametrize(("which", "left"), [("mine", 12), ("any", 11)])
def test_what_another_has_judged_waits_for_me_and_not_for_nobody(worklist, store, tested, which, left):
    image = store.data_sets.samples("phantoms")[0].sha256
    store.opinions.give(NewOpinion(image, tested, "berta", "agree", "benign"))
    assert waiting(worklist(open=which)) == f"{left} answers to judge"


def test_the_large_view_shows_what_i_and_others_think_and_takes_a_change(opened, store, tested, predictor):
    sample = store.data_sets.samples("phantoms")[0]
    store.opinions.give(NewOpinion(sample.sha256, tested, "berta", "disagree", "benign", "normal", "*too* dense"))
    app = press(opened("results", image=sample.id), "Agree")
    assert any(one.startswith("You agree with benign (") for one in said(app))
    assert any(one.startswith("berta disagrees with benign and holds normal right") for one in said(app))
    press(app, "It is malignant")
    assert [one.verdict for one in store.opinions.history(sample.sha256, viewer=VIEWER)] == [
        "disagree",
        "agree",
        "disagree",
    ]
    press(app, "Withdraw")
    assert store.opinions.of(VIEWER, sample.sha256) is None


def test_a_note_and_a_lesion_are_kept_with_the_opinion(opened, store, tested, predictor):
    sample = store.data_sets.samples("phantoms")[0]
    app = press(opened("results", image=sample.id), "It is malignant")
    app.text_area[0].set_value("spicules at 2 o'clock")
    for name, value in (("x_px", 30.0), ("y_px", 40.0), ("radius_px", 5.0)):
        app.number_input(key=f"{name}.{sample.sha256}").set_value(value)
    press(app, "Keep")
    given = store.opinions.of(VIEWER, sample.sha256)
    assert (given.label, given.note) == ("malignant", "spicules at 2 o'clock")
    assert given.lesion == {"x_px": 30, "y_px": 40, "radius_px": 5}
    press(app, "Disagree")
    assert store.opinions.of(VIEWER, sample.sha256).note == given.note


def test_opinions_can_be_taken_along(worklist, store):
    app = press(worklist(), "Agree")
    assert [one.proto.label for one in app.get("download_button")] == ["Table", "Data set to learn from"]
    assert list(app.dataframe[0].value["opinion"]) == ["agree"]


def test_uploads_that_are_kept_can_be_judged_by_others(worklist, store, tested, tmp_path):
    store.kept_pictures.add(
        KeptPictureRecord(
            "a" * 64, "a.png", "berta", None, "W-1", tested, {"benign": 0.9, "normal": 0.1}, "b" * 64, 64, 96, 8
        )
    )
    app = worklist(films="uploads")
    assert waiting(app) == "1 answer to judge"
    press(app, "It is normal")
    assert [(one.image, one.label) for one in opinions(store)] == [("a" * 64, "normal")]
    assert "Remove" not in [one.label for one in app.button]


def test_an_administrator_removes_what_others_have_kept(worklist, store, tested, monkeypatch):
    marked = KeptPictureRecord(
        "a" * 64, "a.png", "berta", None, "W-1", tested, {"benign": 0.9}, "b" * 64, 64, 96, 8, warnings=(BURNED_IN,)
    )
    store.kept_pictures.add(marked)
    assert "Remove" not in [one.label for one in worklist().button]
    monkeypatch.setenv("MAMMO_ADMINISTRATORS", f"carla,{VIEWER}")
    press(worklist(), "Remove")
    assert store.kept_pictures.files() == frozenset()
