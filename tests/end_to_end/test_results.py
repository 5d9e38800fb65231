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
from tests.end_to_end.browser import WAIT_MS, environment, settled
from tests.end_to_end.trainings import trained_server

pytestmark = pytest.mark.slow
ANSWER = "The model's answer, not a diagnosis:"  # of one image in Results
PREDICTED = "answer of the model, not a diagnosis"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    with trained_server(tmp_path_factory.mktemp("results")) as server:
        yield server


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
    again = open_page("light", 400)
    again.goto(page.url)
    expect(again.get_by_text(ANSWER)).to_be_visible(timeout=WAIT_MS)
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
