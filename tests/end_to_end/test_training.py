"""Augmentation and training in a browser, with the server's own worker to carry the jobs out."""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from mammo.augmentation.policy import POLICIES
from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.models import MODELS
from mammo.store import JobState, open_store
from mammo.training.batches import LabelledImages, augmented
from mammo.training.items import film_items
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import WAIT_MS, environment, settled, visit

pytestmark = pytest.mark.slow


@pytest.fixture
def store(home):
    opened = open_store(settings(environment(home)))
    yield opened
    opened.close()


@pytest.fixture
def split(store):
    """The name of a split that has every class in each part, though there are three women only."""
    made = split_samples(store.data_sets.samples("films"), by="image", fractions=(0.5, 0.25, 0.25), policy="case")
    return store.splits.add("films", made, by="guest").name


def form(address, split, **changes):
    """Address of the form with a training that takes seconds, or as long as is asked for."""
    wanted = {"accept": "leaking_split", "batch_size": 2, "image_size": 32, "threads": 1, **changes}
    pairs = "".join(f"&set={quote(f'{name}={value}')}" for name, value in wanted.items())
    return f"{address}/training?preset=demo&split={split}{pairs}"


def start(page):
    button = page.get_by_role("button", name="Start · about")
    button.wait_for(timeout=WAIT_MS)
    settled(page)
    return button


def says(page, text):
    expect(page.get_by_text(text).first).to_be_visible(timeout=WAIT_MS)


def job_number(page):
    heading = page.get_by_role("heading", name=re.compile(r"^Job \d"))
    heading.wait_for(timeout=WAIT_MS)
    return int(heading.inner_text().split()[1])


def test_tiles_hold_the_integers_that_training_is_fed_and_re_roll_brings_others(address, open_page, store, tmp_path):
    page = open_page()
    visit(page, f"{address}/augmentation?policy=paper&seed=42&epoch=3", "Augmentation")
    tile = page.get_by_alt_text("epoch 4:").first
    tile.wait_for(timeout=WAIT_MS)
    shown = cv2.imdecode(np.frombuffer(bytes_of(tile), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(shown, fed_in_training(store, tmp_path, seed=42, epoch=3))

    before = tile.get_attribute("src")
    page.keyboard.press("n")
    expect(page).not_to_have_url(re.compile("seed=42&"), timeout=WAIT_MS)
    expect(page.get_by_alt_text("epoch 4:").first).not_to_have_attribute("src", before, timeout=WAIT_MS)


def bytes_of(picture):
    return b64decode(picture.get_attribute("src").partition("base64,")[2])


def fed_in_training(store, folder, *, seed, epoch):
    """The first film of the data set as the training loop feeds it."""
    config = PRESETS["recommended"].config()
    samples = store.data_sets.samples("films")
    items = film_items(samples, "case", ("normal", "benign", "malignant"))
    images = prepare_images(items, pipeline_of(config, MODELS[config.model]), folder)
    labels = np.array([item.label for item in items], np.int64)
    data = LabelledImages(images, labels, tuple(item.id for item in items))
    return augmented(data, np.array([0]), POLICIES["paper"], seed=seed, epoch=epoch)[0]


def test_a_training_is_started_by_two_quick_clicks_once_and_watched_to_its_end(address, open_page, store, split):
    before = len(store.jobs.list())
    page = open_page()
    visit(page, form(address, split, epochs=3), "Training")
    start(page).dblclick()
    job = job_number(page)
    says(page, "Succeeded")
    says(page, "Validation, epoch 3")
    says(page, "Scores on the")
    assert len(store.jobs.list()) == before + 1
    assert store.jobs.get(job).config["epochs"] == 3
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()

    page.get_by_role("slider", name="Epochs shown").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs_shown=1"), timeout=WAIT_MS)
    again = open_page("light", 400)
    visit(again, page.url, f"Job {job}")
    expect(again.get_by_role("slider", name="Epochs shown").first).to_have_value("1", timeout=WAIT_MS)
    assert again.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.problems == []


def test_a_training_is_paused_resumed_and_cancelled_while_it_is_watched(address, open_page, store, split):
    page = open_page()
    visit(page, form(address, split, epochs=5000), "Training")
    start(page).click()
    job = job_number(page)
    says(page, "Running · epoch")
    says(page, "ends about")
    expect(page.get_by_role("slider", name="Epochs shown").first).to_be_visible(timeout=WAIT_MS)

    page.get_by_role("button", name="Pause").click()
    says(page, "Paused: paused by a person")
    done = store.jobs.get(job).progress
    assert 0 < done < 1

    page.get_by_role("button", name="Resume").click()
    says(page, "Running · epoch")
    page.get_by_role("button", name="Cancel").click()
    says(page, "Cancelled")
    ended = store.jobs.get(job)
    assert ended.state == JobState.CANCELLED
    assert ended.attempt == 2
    assert ended.progress >= done
    assert page.problems == []


def test_changes_of_the_form_stand_in_the_address_and_come_back_in_another_window(address, open_page, split):
    page = open_page()
    visit(page, form(address, split, epochs=9), "Training")
    epochs = page.get_by_role("spinbutton", name="Epochs", exact=True)
    expect(epochs).to_have_value("9", timeout=WAIT_MS)
    epochs.fill("11")
    epochs.press("Enter")
    expect(page).to_have_url(re.compile("epochs%3D11"), timeout=WAIT_MS)
    epochs.fill("0")
    epochs.press("Enter")
    says(page, "epochs: Input should be greater than or equal to 1")
    expect(page.get_by_role("button", name="Start", exact=False).first).to_be_disabled()
    again = open_page()
    visit(again, form(address, split, epochs=11), "Training")
    expect(again.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("11", timeout=WAIT_MS)


TYPED = [
    ("Learning rate", "-1", "-1", "learning_rate: Input should be greater than 0, but the value is -1.0."),
    (
        "Learning rate",
        "1e300",
        "1e+300",
        "learning_rate: Input should be less than or equal to 1, but the value is 1e+300.",
    ),
    (
        "Seed",
        "18446744073709551616",
        "18446744073709552000",
        "seed: Input should be less than 2147483648, but the value is",
    ),
    ("Epochs", "1.5", "1.5", "epochs: Input should be a valid integer, got a number with a fractional part"),
    ("Epochs", "1e3", "1000", None),  # a thousand, not one
    *(("Seed", text, None, None) for text in ("nan", "inf", "1e400", "abc", "")),
]


def test_what_is_typed_and_fits_no_field_is_said_beside_it_and_queues_nothing(address, open_page, store, split):
    """B65: what can't be typed as a number at all leaves the field as it was."""
    page, jobs = open_page(), len(store.jobs.list())
    visit(page, form(address, split), "Training")
    start(page)
    for name, typed, shown, told in TYPED:
        field = page.get_by_role("spinbutton", name=name, exact=True)
        usual = field.input_value()
        enter(field, typed)
        expect(field).to_have_value(shown or usual)
        expect(page.get_by_text("Input should")).to_have_count(int(told is not None), timeout=WAIT_MS)
        if told is not None:
            cell = page.locator("[data-testid=stVerticalBlock]").filter(has=field).last
            expect(cell.get_by_text(told)).to_be_visible()
            expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
        enter(field, usual)
        expect(page.get_by_text("Input should")).to_have_count(0, timeout=WAIT_MS)
    says(page, "trainable parameters")
    assert page.locator("[data-testid=stException]").count() == 0
    assert len(store.jobs.list()) == jobs
    assert page.problems == []


def enter(field, text):
    field.fill("")
    field.press_sequentially(text)
    field.press("Enter")
