"""Opinions on brought files, and keeping their pictures: only when asked, without their names, and never for good."""

from hashlib import sha256

import pytest

from mammo.config import settings
from tests.pages.stand_in import PNG
from tests.pages.words import unescaped

VIEWER = "test@example.com"  # who the pages' tests are logged in as
IMAGE = sha256(PNG).hexdigest()


@pytest.fixture
def brought(app, tested, predictor):
    """The Predict page with one file."""
    app.query_params.clear()
    app.switch_page("pages/predict.py").run()
    app.file_uploader[0].set_value([("Mrs Roe 1931.png", PNG, "image/png")]).run()
    assert not app.exception
    return app


def press(app, key):
    app.button(key=f"{key}.{IMAGE}").click().run()
    assert not app.exception
    return app


def captions(app):
    return [unescaped(one.value) for one in app.caption]


def test_an_opinion_on_a_file_is_kept_and_its_picture_is_not(brought, store, tested):
    press(brought, "agree")
    (given,) = store.opinions.list(viewer=VIEWER)
    assert (given.image, given.job, given.verdict, given.label) == (IMAGE, tested, "agree", "benign")
    assert store.kept_pictures.list(viewer=VIEWER) == ()
    assert not settings().kept_dir.exists()


def test_a_picture_is_kept_when_asked_for_and_removed_again(brought, store):
    app = press(brought, "keep")
    (kept,) = store.kept_pictures.list(viewer=VIEWER)
    assert (kept.owner, kept.image, kept.probabilities["benign"]) == (VIEWER, IMAGE, 0.5)
    assert (settings().kept_dir / kept.file).exists()
    assert any(one.startswith("Kept for training since") for one in captions(app))
    press(app, "remove")
    assert store.kept_pictures.list(viewer=VIEWER) == ()
    assert list(settings().kept_dir.iterdir()) == []


def test_the_name_of_a_file_is_neither_kept_nor_shown_and_her_word_only_as_a_pseudonym(brought, store):
    app = brought
    assert app.text_input(key=f"woman.{IMAGE}").value == ""
    app.text_input(key=f"woman.{IMAGE}").set_value("Mrs Roe")
    press(app, "keep")
    written = b"\0".join(path.read_bytes() for path in settings().home.rglob("*") if path.is_file())
    assert b"Roe" not in written
    assert store.kept_pictures.list(viewer=VIEWER)[0].patient_id.startswith("W-")


def test_of_the_drawn_example_nobody_is_asked_what_they_think(app, tested, predictor):
    app.query_params["example"] = "1"
    app.switch_page("pages/predict.py").run()
    assert not [one for one in app.button if one.label == "Agree"]
