"""Every page on every screen, for those too who see it badly or not at all: names, alt texts, contrast, a focus."""

from __future__ import annotations

import pytest

from tests.end_to_end.browser import BARRIERS, barriers_of, barriers_that_stay, serving, visit

pytestmark = pytest.mark.slow
PAGES = {
    "": "Overview",
    "data_sets": "Data sets",
    "contrast": "Contrast",
    "augmentation": "Augmentation",
    "training": "Training",
    "training?job=1": "Job 1",
    "results?true=benign&called=benign": "Results",
    "predict?example=1": "Predict",
    "paper": "Paper",
}
# Does the element with the focus look otherwise than without it, or what is in it or around it?
SHOWS_FOCUS = """async () => {
  const drawn = () => new Promise(done => setTimeout(done, 60));
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return null;
  const look = () => {
    const around = [...element.children];
    for (let one = element, up = 0; one && up < 5; one = one.parentElement, up++) around.push(one);
    const looks = around.flatMap(one => [getComputedStyle(one), getComputedStyle(one, '::after')]).map(style =>
      [style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.color, style.content].join());
    return looks.join();
  };
  await drawn();
  const focused = look();
  element.blur();
  await drawn();
  const blurred = look();
  element.focus({ focusVisible: true });
  return focused !== blurred ? true : element.outerHTML.slice(0, 200);
}"""


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_everything_has_a_name_and_can_be_read_in_light_and_dark_wide_and_narrow(trained, open_page, path, title):
    page = open_page("light")
    visit(page, f"{trained.address}/{path}", title)
    assert page.locator("main, [data-testid=stMain]").get_by_text("Research use only. Not for diagnosis.").count() == 1
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert barriers_of(page) == []
    assert page.hosts <= {"localhost", "", None}
    assert page.problems == []


def test_a_server_that_holds_nothing_is_as_easy_to_read_on_every_page(tmp_path, open_page):
    with serving(tmp_path) as empty:
        for path, title in PAGES.items():
            page = open_page("light")
            visit(page, f"{empty}/{path}", "No such job" if "training?" in path else title)
            assert barriers_of(page) == [], path
            assert page.locator("[data-testid=stException]").count() == 0, path
            assert page.problems == [], path
            page.close()


def test_what_is_wrong_is_found(trained, open_page):
    page = open_page("light")
    visit(page, trained.address, "Overview")
    assert barriers_that_stay(page) == []
    page.evaluate(
        """() => document.querySelector('[data-testid=stMainBlockContainer]').insertAdjacentHTML('beforeend',
        '<img src="data:,"><button><i aria-hidden="true">x</i></button><h1>two</h1><h4>deep</h4>'
        + '<p style="color: #999; background: #fff">pale</p>')"""
    )
    found = {problem.split(":")[0].split(" of ")[0] for problem in page.evaluate(BARRIERS)}
    assert found >= {"no alt", "no name", "contrast 2.85", "headings", "a heading"}


@pytest.mark.parametrize("path", ["contrast", "results?true=benign&called=benign"])
def test_the_focus_can_be_seen_wherever_the_tab_key_leads(trained, open_page, path):
    page = open_page("light")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit(page, f"{trained.address}/{path}", PAGES[path])
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS) in (True, None)
