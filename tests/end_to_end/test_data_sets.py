"""The Data sets page in a browser: films come in through the server's own worker and are looked at."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from mammo.phantoms import PhantomOptions, write_phantoms
from tests.end_to_end.browser import WAIT_MS, serving, settled, visit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve films that the server does not hold yet."""
    made = tmp_path_factory.mktemp("more") / "other films"
    write_phantoms(made, PhantomOptions(patients=3, seed=7), processes=1)
    return made


@pytest.fixture(scope="module")
def packed(folder, tmp_path_factory):
    """Six of them as a ZIP, with an archive and a broken film beside."""
    path = tmp_path_factory.mktemp("packed") / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for film in sorted(folder.rglob("*CC.png")):
            archive.write(film, f"{film.parent.parent.name}/{film.name}")
        archive.writestr("Benign/broken.png", b"no picture")
        archive.writestr("more.zip", b"")
    return path


def films(page):
    return page.get_by_role("button", name=re.compile(r", (right|left) (CC|MLO)"))


def loaded(page):
    """How many small pictures the browser has drawn."""
    return page.evaluate("""() => [...document.querySelectorAll('*')].flatMap(one => one.shadowRoot
        ? [...one.shadowRoot.querySelectorAll('.film img')] : []).filter(one => one.naturalWidth > 50).length""")


def wait_for_pictures(page, number):
    expect(films(page)).to_have_count(number, timeout=WAIT_MS)
    for _ in range(WAIT_MS // 200):
        if loaded(page) == number:
            break
        page.wait_for_timeout(200)
    assert loaded(page) == number


def test_a_server_folder_comes_in_through_a_worker_and_its_films_are_seen(address, open_page, folder):
    page = open_page()
    visit(page, f"{address}/data_sets", "Data sets")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Folder on the server").fill("/nowhere")
    page.get_by_role("button", name="Add the folder").click()
    expect(page.get_by_text("/nowhere does not exist on this server")).to_be_visible(timeout=WAIT_MS)
    page.get_by_label("Folder on the server").fill(str(folder))
    page.get_by_role("button", name="Add the folder").click()
    expect(page.get_by_text(re.compile(r"other-films is here: 12.images of 3.women"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("combobox", name=re.compile("Data set"))).to_have_value("other-films", timeout=WAIT_MS)
    wait_for_pictures(page, 12)
    assert "data_set=other-films" in page.url
    assert page.problems == []


def test_a_zip_comes_in_by_the_browser_and_refused_files_can_be_taken_along(address, open_page, packed):
    page = open_page("light")
    visit(page, f"{address}/data_sets?add=zip", "Data sets")
    page.wait_for_timeout(2000)  # a dialog that opens with its page is drawn once more when the colors are known
    settled(page)
    page.locator("input[type=file]").set_input_files(packed)
    page.get_by_text("packed.zip").wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(5000)  # its name is there before its bytes are
    settled(page)
    page.get_by_role("button", name="Add the ZIP").click()
    told = page.get_by_text(re.compile(r"packed is here: 6.images of 3.women, 2.files refused"))
    expect(told).to_be_visible(timeout=WAIT_MS)
    wait_for_pictures(page, 6)
    page.get_by_text("Refused files (2)").click()
    with page.expect_download(timeout=WAIT_MS) as download:
        page.get_by_role("button", name="Download CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "File,Reason,Code"
    assert [line.split(",")[0] for line in lines[1:]] == ["file 7.png", "file 8.zip"]
    assert page.problems == []


def test_a_woman_is_opened_by_keys_alone_and_left_again(address, open_page):
    page = open_page()
    visit(page, f"{address}/data_sets?data_set=films", "Data sets")
    wait_for_pictures(page, 12)
    films(page).nth(0).focus()
    for key in ("ArrowRight", "End", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert films(page).nth(1).evaluate("one => one.getRootNode().activeElement === one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Woman "))).to_be_visible(timeout=WAIT_MS)
    views = page.locator("[data-testid=stImage] img")
    expect(views).to_have_count(4, timeout=WAIT_MS)
    assert [view.get_attribute("alt").split(", ")[-1] for view in views.all()] == [
        "right CC",
        "left CC",
        "right MLO",
        "left MLO",
    ]
    assert "woman=" in page.url
    page.get_by_role("button", name="All films").click()
    expect(films(page)).to_have_count(12, timeout=WAIT_MS)
    assert "woman=" not in page.url
    assert page.problems == []


def test_a_choice_stands_in_the_address_and_its_link_opens_alike(address, open_page):
    page = open_page()
    visit(page, f"{address}/data_sets?data_set=films", "Data sets")
    page.get_by_text("benign", exact=True).first.click()
    expect(films(page)).to_have_count(4, timeout=WAIT_MS)
    page.wait_for_url(re.compile("class=benign"), timeout=WAIT_MS)
    names = [film.get_attribute("aria-label") for film in films(page).all()]
    other = open_page()
    visit(other, page.url, "Data sets")
    expect(films(other)).to_have_count(4, timeout=WAIT_MS)
    assert [film.get_attribute("aria-label") for film in films(other).all()] == names


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 400)])
def test_the_page_fits_every_screen_and_asks_nothing_of_the_outside(address, open_page, scheme, width):
    page = open_page(scheme, width)
    visit(page, f"{address}/data_sets?data_set=films", "Data sets")
    wait_for_pictures(page, 12)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert page.hosts <= {"localhost", "", None}
    assert page.problems == []


@pytest.mark.parametrize(
    "query", ["data_set=../../etc&page=NaN&class=<script>", f"text={quote('**x** $y$ <img src=x onerror=alert(1)>')}"]
)
def test_an_odd_link_shows_the_page_and_runs_nothing(address, open_page, query):
    page = open_page()
    page.on("dialog", lambda dialog: page.problems.append(dialog.message))
    visit(page, f"{address}/data_sets?{query}", "Data sets")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.problems == []


@pytest.mark.long  # a server of its own, and drawing
def test_a_link_is_the_first_visit_to_an_empty_server_and_phantoms_its_first_films(tmp_path, open_page):
    page = open_page()
    with serving(tmp_path / "home") as fresh:
        visit(page, f"{fresh}/data_sets?add=phantoms", "Data sets")
        page.get_by_label("Women").fill("3")
        page.get_by_label("Women").press("Enter")
        settled(page)
        page.get_by_role("button", name="Draw them").click()
        expect(page.get_by_text(re.compile("phantoms-3 is here"))).to_be_visible(timeout=WAIT_MS)
        wait_for_pictures(page, 12)
        assert page.problems == []
