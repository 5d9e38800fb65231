"""Results and Predict in a browser: a cell, its images, one of them large; files brought, answered and refused."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import expect

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, open_store
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import WAIT_MS, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A server with twelve women and a training that its own worker has carried out; address, store, films."""
    folder = tmp_path_factory.mktemp("results")
    write_phantoms(folder / "films", PhantomOptions(patients=12), processes=1)
    home = folder / "home"
    store = open_store(settings({"MAMMO_HOME": str(home)}))
    store.data_sets.add("films", folder / "films", import_collection(folder / "films"), by="guest")
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    split = store.splits.add("films", made, by="guest").name
    config = PRESETS["demo"].config({"epochs": 2, "image_size": 64, "batch_size": 8, "threads": 1})
    job = store.jobs.submit(NewJob("training", config.to_dict(), "guest", "films", split)).id
    with serving(home) as address:
        for _ in range(1200):
            if store.jobs.get(job).is_finished:
                break
            time.sleep(0.1)
        assert store.jobs.get(job).state == JobState.SUCCEEDED
        yield address, store, folder / "films"
    store.close()


def largest_cell(store):
    counts = store.jobs.get(1).result["test"]["confusion"]["counts"]
    return max(((row, column) for row in range(3) for column in range(3)), key=lambda cell: counts[cell[0]][cell[1]])


def test_a_cell_opens_its_images_and_an_image_opens_large_and_comes_back_by_its_address(trained, open_page):
    address, store, _films = trained
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
    expect(tiles).to_have_count(min(len(expected), 12), timeout=WAIT_MS)
    expect(page.locator("button:has(.film) img[src^='data:image/jpeg']")).to_have_count(
        min(len(expected), 12), timeout=WAIT_MS
    )
    shown = {Path(id_).stem for id_ in expected}
    assert {text.split("\n")[0].lstrip("●▲■ ").strip() for text in tiles.all_inner_texts()} <= shown
    tiles.first.click()
    expect(page.get_by_text("The model's answer, not a diagnosis:")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("image="))
    again = open_page("light", 400)
    again.goto(page.url)
    expect(again.get_by_text("The model's answer, not a diagnosis:")).to_be_visible(timeout=WAIT_MS)
    assert page.problems == again.problems == []


def test_files_are_answered_and_refused_side_by_side(trained, open_page, tmp_path):
    address, _store, films = trained
    film = next(films.rglob("*LEFT_CC.png"))
    dicom = tmp_path / "without_extension"
    dicom.write_bytes(Path(pydicom.data.get_testdata_file("CT_small.dcm")).read_bytes())
    text = tmp_path / "notes.png"
    text.write_text("this is a letter and no picture of anything")
    page = open_page("light")
    page.goto(f"{address}/predict")
    page.locator("input[type=file]").set_input_files([film, dicom, text], timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Report")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("The model's answer, not a diagnosis:")).to_have_count(2, timeout=WAIT_MS)
    expect(page.get_by_text("Image 3")).to_be_visible(timeout=WAIT_MS)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Report").click()
    report = Path(downloading.value.path()).read_text()
    assert "Research use only" in report
    assert film.name not in report
    assert page.problems == []


@pytest.mark.parametrize("query", ["job=999", "job=abc", "true=x&called=y", "image=nothing", "method=zzz&opacity=9"])
def test_an_address_that_means_nothing_is_no_traceback(trained, open_page, query):
    address, _store, _films = trained
    page = open_page()
    page.goto(f"{address}/results?{query}")
    expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("it is \\ called")).to_be_visible(timeout=WAIT_MS)
    assert page.locator(".stException").count() == 0
