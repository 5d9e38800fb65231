"""The dashboard in a real browser: pages draw, controls act, nothing is asked of the outside world."""

from __future__ import annotations

import shutil
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.end_to_end.browser import WAIT_MS, serving, settled, visit

SCREENS = [("dark", 1440), ("light", 1440), ("dark", 400), ("light", 400)]
pytestmark = pytest.mark.slow


def picture_after(page):
    return page.get_by_alt_text(", after ").first


def content(page, picture):
    return page.request.get(urljoin(page.url, picture.get_attribute("src"))).body()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
@pytest.mark.parametrize(("path", "title"), [("", "Overview"), ("contrast", "Contrast")])
def test_a_page_draws_on_every_screen_and_asks_nothing_of_the_outside(address, open_page, path, title, scheme, width):
    page = open_page(scheme, width)
    visit(page, f"{address}/{path}", title)
    assert page.locator("main, [data-testid=stMain]").get_by_text("Research use only. Not for diagnosis.").count() == 1
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.hosts <= {"localhost", "", None}
    assert page.problems == []


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
        expect(page.get_by_text("Gamma correction").first).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_role("link", name="Overview")).to_be_visible()
        expect(page.get_by_role("slider").first).to_have_value("2")
        assert "method=gamma" in page.url
        assert "gamma.gamma=2" in page.url


def test_moving_a_parameter_changes_the_picture_and_the_address(address, open_page):
    page = open_page()
    visit(page, f"{address}/contrast?method=gamma", "Contrast")
    picture_after(page).wait_for(timeout=WAIT_MS)
    shown, before = picture_after(page).get_attribute("src"), content(page, picture_after(page))
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    expect(picture_after(page)).not_to_have_attribute("src", shown, timeout=WAIT_MS)
    assert content(page, picture_after(page)) != before
    assert "gamma.gamma=" in page.url


def test_the_next_film_is_one_click_away(address, open_page):
    page = open_page()
    visit(page, f"{address}/contrast", "Contrast")
    film = picture_after(page).get_attribute("alt")
    page.get_by_role("button", name="Next image").click()
    expect(picture_after(page)).not_to_have_attribute("alt", film, timeout=WAIT_MS)
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
