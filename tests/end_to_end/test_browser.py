"""The dashboard in a real browser: controls act, links lead where they say."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests.end_to_end.browser import WAIT_MS, film_drawn, serving, settled, visit

pytestmark = pytest.mark.slow


def film_after(page):
    return page.get_by_role("img", name=", after ").first


def pixels(film):
    return film.evaluate("canvas => canvas.toDataURL()")


def becomes_another(film, before):
    """Does a canvas come to show something else within the time that tests wait?"""
    look = """([before, wait], canvas) => new Promise(done => {
      const end = Date.now() + wait, isNew = () => canvas.toDataURL() !== before;
      const look = () => isNew() || Date.now() > end ? done(isNew()) : setTimeout(look, 50);
      look();
    })"""
    return film.evaluate(f"(canvas, given) => ({look})(given, canvas)", [before, WAIT_MS])


@pytest.mark.parametrize("path", ["", "contrast"])
def test_every_picture_says_what_it_shows(address, open_page, path):
    page = open_page()
    visit(page, f"{address}/{path}", "Contrast" if path else "Overview")
    films = page.locator("[data-testid=stImage] img")
    films.first.wait_for(timeout=WAIT_MS)
    assert all(len(film.get_attribute("alt")) > 10 for film in films.all())


def test_a_deep_link_as_the_first_visit_to_a_server_comes_with_frame_and_setting(home, open_page, tmp_path):
    page = open_page()
    shutil.copy(home / "mammo.db", tmp_path)  # one home has one server
    with serving(tmp_path) as fresh:
        visit(page, f"{fresh}/contrast?method=gamma&gamma.gamma=2.0", "Contrast")
        expect(page.get_by_role("combobox", name="Method")).to_have_value("Gamma correction", timeout=WAIT_MS)
        expect(page.get_by_role("link", name="Overview")).to_be_visible()
        expect(page.locator("#gamma")).to_have_value("2.00", timeout=WAIT_MS)
        assert "method=gamma" in page.url
        assert "gamma.gamma=2" in page.url


def test_moving_a_parameter_changes_the_picture_and_the_address(address, open_page):
    page = open_page()
    visit(page, f"{address}/contrast?method=clahe", "Contrast")
    film_drawn(page)
    before = pixels(film_after(page))
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('clahe.clip_limit=2.5')", timeout=WAIT_MS)
    assert becomes_another(film_after(page), before)


def test_the_next_film_is_one_click_away(address, open_page):
    page = open_page()
    visit(page, f"{address}/contrast", "Contrast")
    film = film_after(page).get_attribute("aria-label")
    page.get_by_role("button", name="Next image").click()
    expect(film_after(page)).not_to_have_attribute("aria-label", film, timeout=WAIT_MS)
    assert "image=" in page.url


def test_the_menu_leads_from_page_to_page_within_the_frame(address, open_page):
    page = open_page()
    visit(page, f"{address}/", "Overview")
    page.get_by_role("link", name="Contrast").click()
    page.get_by_role("heading", name="Contrast", exact=True).wait_for(timeout=WAIT_MS)
    settled(page)
    expect(page.get_by_text("guest, open server")).to_be_visible()
    assert page.problems == []


def test_a_switch_between_light_and_dark_redraws_the_page(address, open_page):
    page = open_page("dark")
    visit(page, f"{address}/contrast", "Contrast")
    logo = page.get_by_test_id("stSidebarLogo")
    dark = logo.get_attribute("src")
    page.emulate_media(color_scheme="light")
    expect(logo).not_to_have_attribute("src", dark, timeout=WAIT_MS)
