"""Results and Predict in a browser: a cell, its images, one of them large; files brought, answered and refused."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psutil
import pydicom
import pytest
from playwright.sync_api import expect

from mammo.config import settings
from mammo.prediction.client import is_there
from tests.end_to_end.browser import WAIT_MS, environment, fresh_app, settled, visit

pytestmark = pytest.mark.slow
ANSWER = "The model's answer, not a diagnosis:"  # of one image in Results
PREDICTED = "answer of the model, not a diagnosis"


def largest_cell(store):
    counts = store.jobs.get(1).result["test"]["confusion"]["counts"]
    return max(((row, column) for row in range(3) for column in range(3)), key=lambda cell: counts[cell[0]][cell[1]])


def test_a_cell_opens_its_images_and_an_image_opens_large_and_comes_back_by_its_address(trained, open_page):
    address, store = trained.address, trained.store
    true, called = largest_cell(store)
    names = ("normal", "benign", "malignant")
    rows = [row for row in store.predictions.load(1, "test") if row.truth == true]
    expected = {row.sample_id for row in rows if max(range(3), key=row.probabilities.__getitem__) == called}
    page = open_page()
    page.goto(f"{address}/results")
    cell = page.locator(f".st-key-cell-{true}-{called} button").first
    cell.focus(timeout=WAIT_MS)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{names[true].capitalize()}, called {names[called]}: {len(expected)}")).to_be_visible(
        timeout=WAIT_MS
    )
    tiles = page.locator("button:has(.film)")
    expect(tiles).to_have_count(min(len(expected), 24), timeout=WAIT_MS)
    expect(page.locator("button:has(.film) img[src^='data:image/jpeg']")).to_have_count(
        min(len(expected), 24), timeout=WAIT_MS
    )
    shown = {Path(id_).stem for id_ in expected}
    assert {text.split("\n")[0].lstrip("●▲■ ").strip() for text in tiles.all_inner_texts()} <= shown
    tiles.first.click()
    expect(page.get_by_text(ANSWER)).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("image="))
    overlay = page.get_by_role("img", name=re.compile("with the heat map of")).first
    in_color = overlay.get_attribute("src")
    page.get_by_role("radio", name="Contours").click()
    expect(overlay).not_to_have_attribute("src", in_color, timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("drawn=lines"))
    again = open_page("light", 400)
    again.goto(page.url)
    expect(again.get_by_text(ANSWER)).to_be_visible(timeout=WAIT_MS)
    expect(again.get_by_role("radio", name="Contours")).to_be_checked(timeout=WAIT_MS)
    assert page.problems == again.problems == []


def names_on(page):
    texts = page.locator("button:has(.film) .name").all_inner_texts()
    return sorted(text.lstrip("\u25cf\u25b2\u25a0 \n").strip() for text in texts)


def test_mouse_and_keyboard_show_exactly_the_images_of_a_cell_and_open_the_same_one(trained, open_page):
    address, store = trained.address, trained.store
    true, called = largest_cell(store)
    rows = [row for row in store.predictions.load(1, "test") if row.truth == true]
    expected = [row for row in rows if max(range(3), key=row.probabilities.__getitem__) == called]
    surest = sorted(expected, key=lambda row: -max(row.probabilities))[:24]
    wanted = sorted(Path(row.sample_id).stem for row in surest)
    cell = f".st-key-cell-{true}-{called} button"
    by_mouse, by_keyboard = open_page(), open_page("light")
    for page in (by_mouse, by_keyboard):
        page.goto(f"{address}/results?job=1")
        page.locator(cell).first.wait_for(timeout=WAIT_MS)
        settled(page)
    by_mouse.locator(cell).first.click()
    by_keyboard.locator(cell).first.focus()
    by_keyboard.keyboard.press("Enter")
    for page in (by_mouse, by_keyboard):
        expect(page.locator("button:has(.film)")).to_have_count(len(wanted), timeout=WAIT_MS)
        assert names_on(page) == wanted
    by_mouse.locator("button:has(.film)").nth(1).click()
    by_keyboard.locator("button:has(.film)").first.focus()
    by_keyboard.keyboard.press("ArrowRight")
    by_keyboard.keyboard.press("Enter")
    opened = []
    for page in (by_mouse, by_keyboard):
        expect(page.get_by_text(ANSWER)).to_be_visible(timeout=WAIT_MS)
        opened.append(parse_qs(urlparse(page.url).query)["image"])
    assert opened == [[surest[1].item_id]] * 2
    by_keyboard.keyboard.press("Escape")
    expect(by_keyboard.locator("button:has(.film)")).to_have_count(len(wanted), timeout=WAIT_MS)
    assert "image=" not in by_keyboard.url
    assert by_mouse.problems == by_keyboard.problems == []


def test_files_are_answered_and_refused_side_by_side(trained, open_page, tmp_path):
    address, films = trained.address, trained.films
    film = next(films.rglob("*LEFT_CC.png"))
    dicom = tmp_path / "without_extension"
    dicom.write_bytes(Path(pydicom.data.get_testdata_file("CT_small.dcm")).read_bytes())
    text = tmp_path / "notes.png"
    text.write_text("this is a letter and no picture of anything")
    page = open_page("light")
    page.goto(f"{address}/predict")
    page.locator("input[type=file]").set_input_files([film, dicom, text], timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Report")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Image 2").first).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Image 3").first).to_be_visible(timeout=WAIT_MS)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Report").click()
    report = Path(downloading.value.path()).read_text()
    assert "Research use only" in report
    assert film.name not in report
    assert page.problems == []


@pytest.mark.parametrize("query", ["job=999", "job=abc", "true=x&called=y", "image=nothing", "method=zzz&opacity=9"])
def test_an_address_that_means_nothing_is_no_traceback(trained, open_page, query):
    address = trained.address
    page = open_page()
    page.goto(f"{address}/results?{query}")
    expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("it is \\ called")).to_be_visible(timeout=WAIT_MS)
    assert page.locator(".stException").count() == 0


def predictor_of(home):
    """The prediction process of an installation, found by what it was started as and for whom."""
    for process in psutil.process_iter():
        try:
            if process.cmdline()[-1:] == ["predictor"] and process.environ().get("MAMMO_HOME") == str(home):
                return process
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    raise AssertionError("there is no prediction process")


def wait_until(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_when_the_prediction_process_is_killed_a_page_says_so_and_answers_by_itself_when_it_is_back(trained, open_page):
    where = settings(environment(trained.home))
    wait_until(lambda: is_there(where))
    page = open_page()
    page.goto(f"{trained.address}/predict?example=1")
    expect(page.get_by_text(PREDICTED)).to_be_visible(timeout=WAIT_MS)
    settled(page)
    before = predictor_of(trained.home).pid
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: not is_there(where))
    page.get_by_role("combobox", name="Heat map").click()
    page.get_by_role("option", name="Off").click()
    expect(page.get_by_text("The prediction process is starting again.")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("The prediction process is starting again.")).to_be_hidden(timeout=WAIT_MS)
    expect(page.get_by_text(PREDICTED)).to_be_visible(timeout=WAIT_MS)  # nobody has touched the page
    assert predictor_of(trained.home).pid != before
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.problems == []


COLD = {
    "training?job=1": "Scores on the test part",
    "results?job=1&true={true}&called={called}&image={image}": ANSWER,
    "predict?job=1&example=1": PREDICTED,
    "augmentation?policy=paper&seed=42&epoch=3": "227 x 227 integers that a training of seed 42",
}


@pytest.mark.parametrize(("path", "told"), COLD.items())
def test_a_link_into_a_page_can_be_the_first_visit_to_a_server_and_means_the_same(trained, open_page, path, told):
    """Cold: Streamlit has drawn nothing yet, and the browser knows nothing of the server."""
    names = ("normal", "benign", "malignant")
    row = trained.store.predictions.load(1, "test")[0]
    called = names[max(range(3), key=row.probabilities.__getitem__)]
    path = path.format(true=names[row.truth], called=called, image=row.item_id)
    page = open_page("light")
    with fresh_app(trained.home) as address:
        page.goto(f"{address}/{path}")
        expect(page.get_by_text(told).first).to_be_visible(timeout=WAIT_MS)
        settled(page)
        expect(page.get_by_role("link", name="Overview")).to_be_visible()
        expect(page.locator("[data-testid=stException], [data-testid=stAlertContentError]")).to_have_count(0)
        asked, now = (parse_qs(urlparse(one).query) for one in (path, page.url))
        assert {name: now.get(name) for name in asked} == asked
        assert page.problems == []


def said_under(page, name):
    """The three probabilities below one of the two headings of a model's opinion; the browser draws them after it."""
    told = page.locator("[data-testid=stColumn]").filter(has_text=f"{name}:").locator(".probability")
    expect(told).to_have_count(3, timeout=WAIT_MS)
    return told.all_inner_texts()


def test_a_models_opinion_follows_the_contrast_when_it_is_released(trained, open_page):
    page = open_page()
    visit(page, f"{trained.address}/contrast?model=1&method=levels", "Contrast")
    expect(page.get_by_text("With this setting:")).to_be_visible(timeout=WAIT_MS)
    stored = said_under(page, "As stored")
    assert said_under(page, "With this setting") == stored  # which changes nothing yet
    page.locator("#gamma").fill("5")
    page.locator("#gamma").press("Enter")
    wait_until(lambda: said_under(page, "With this setting") != stored)
    assert said_under(page, "As stored") == stored
    page.get_by_role("button", name="Reset", exact=True).click()
    wait_until(lambda: said_under(page, "With this setting") == stored)
    assert page.problems == []
