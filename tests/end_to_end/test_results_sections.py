"""Sections of Results in a browser: nearest known cases, a map on which a drawn line opens images, all the others."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from mammo.config import settings
from mammo.embedding.plane import inside, principal_plane
from mammo.jobs.embeddings import known_pictures
from mammo.store import JobFilter, JobState, NewJob
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import WAIT_MS, barriers_of, environment, settled

pytestmark = pytest.mark.slow
TILES = "button:has(.film)"
SECTIONS = [
    "curves", "thresholds", "calibration", "groups", "plane", "compare", "audits", "maps", "worklist", "export",
]  # fmt: skip


def page_shows(role, words):
    return lambda page: page.get_by_role(role, name=re.compile(words)).first


def finished(store, job, seconds=240):
    deadline = time.monotonic() + seconds
    while not store.jobs.get(job).is_finished:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert store.jobs.get(job).state == JobState.SUCCEEDED, store.jobs.get(job).failure


@pytest.fixture(scope="module")
def where(trained):
    return settings(environment(trained.home))


@pytest.fixture(scope="module")
def regions(trained):
    """A training of regions of the same films."""
    config = PRESETS["demo"].config(
        {"epochs": 1, "image_size": 64, "batch_size": 8, "threads": 1, "region": "lesion", "position_control": False}
    )
    split = trained.store.jobs.get(1).split
    job = trained.store.jobs.submit(NewJob("training", config.to_dict(), "guest", "films", split)).id
    finished(trained.store, job)
    return job


@pytest.mark.long
def test_what_clicks_ask_for_is_carried_out_by_the_worker_and_shown_by_the_pages_left_open(trained, regions, open_page):
    asked = {
        "job=1&section=plane": ("Compute the embeddings", page_shows("figure", "Map of")),
        "job=1&list=unstable": ("Measure the stability", page_shows("heading", "Most unstable")),
        "job=1&section=maps": ("Draw all of them", lambda page: page.get_by_text("test images are drawn")),
        f"job={regions}&section=maps": ("Slide it over films", lambda page: page.locator(TILES).first),
    }
    pages = []
    for query, (button, _) in asked.items():
        page = open_page("light" if pages else "dark")
        page.goto(f"{trained.address}/results?{query}")
        page.get_by_role("button", name=button).click(timeout=WAIT_MS)
        pages.append(page)
    for page, (_, shown) in zip(pages, asked.values(), strict=True):
        expect(shown(page)).to_be_visible(timeout=4 * WAIT_MS)
        assert page.problems == []
    jobs = trained.store.jobs.list(JobFilter(states={JobState.SUCCEEDED}))
    assert [job.kind for job in jobs if job.kind != "training"] == [
        "lesion_maps",
        "heatmaps",
        "stability",
        "embeddings",
    ]


@pytest.fixture(scope="module")
def embedded(trained, where):
    job = trained.store.jobs.submit(NewJob("embeddings", {"job": 1}, "guest", "films")).id
    finished(trained.store, job)
    return known_pictures(where, 1)


def test_the_nearest_known_cases_are_of_other_women_and_lead_to_their_films(trained, embedded, open_page):
    row = trained.store.predictions.load(1, "test")[0]
    page = open_page("light")
    page.goto(f"{trained.address}/results?job=1&image={row.item_id}")
    links = page.get_by_role("link", name="Her films")
    expect(links).to_have_count(6, timeout=WAIT_MS)  # the women that were learnt from
    women = [parse_qs(urlparse(link.get_attribute("href")).query)["woman"][0] for link in links.all()]
    assert row.patient_id not in women
    assert len(set(women)) == 6
    expect(page.get_by_text(re.compile("distance 0\\.\\d{3}")).first).to_be_visible()
    links.first.click()
    expect(page.get_by_role("heading", name=f"Woman {women[0]}")).to_be_visible(timeout=WAIT_MS)
    assert page.problems == []


def test_a_line_drawn_around_marks_shows_their_images_and_the_address_brings_them_back(trained, embedded, open_page):
    page = open_page()
    page.goto(f"{trained.address}/results?job=1&section=plane")
    drag = page.locator(".js-plotly-plot .nsewdrag").first
    drag.wait_for(timeout=WAIT_MS)
    settled(page)
    box = drag.bounding_box()
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.03)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for x, y in places[1:]:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    tested = trained.store.predictions.load(1, "test")
    expect(page.get_by_text(f"Inside the line: {len(tested)} images")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("area="))
    again = open_page("light", 400)
    again.goto(page.url)
    expect(again.locator(TILES)).to_have_count(len(tested), timeout=WAIT_MS)
    assert page.problems == again.problems == []


def test_an_area_in_the_address_holds_exactly_the_images_inside(trained, embedded, open_page):
    plane, tested = principal_plane(embedded.units), trained.store.predictions.load(1, "test")
    points = plane.points[[embedded.place_of(row.item_id) for row in tested]]
    half = abs(points).max() * 1.1
    is_inside = inside(points, [(0.0, -half), (half, -half), (half, half), (0.0, half)])
    expected = sum(bool(one) for one in is_inside)
    page = open_page("light")
    page.goto(f"{trained.address}/results?job=1&section=plane&area=0,-1100_1100,-1100_1100,1100_0,1100")
    expect(page.get_by_text(re.compile(f"^Inside the line: {expected} image"))).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(TILES)).to_have_count(expected, timeout=WAIT_MS)
    page.get_by_role("button", name="No area").click()
    expect(page.locator(TILES)).to_have_count(0, timeout=WAIT_MS)
    assert "area=" not in page.url
    assert page.problems == []


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_keeps_its_address_and_can_be_read_in_light_and_dark_wide_and_narrow(trained, open_page, section):
    page = open_page("light")
    page.goto(f"{trained.address}/results?job=1&section={section}")
    page.get_by_role("heading", name="Results", exact=True).wait_for(timeout=WAIT_MS)
    settled(page)
    assert f"section={section}" in page.url
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    assert barriers_of(page) == []
    assert page.problems == []
