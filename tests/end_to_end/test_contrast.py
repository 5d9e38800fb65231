"""The live contrast in Chromium: the canvas agrees with Python, follows every kind of hand, and tells on release."""

from __future__ import annotations

import base64
from dataclasses import asdict
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import expect

from mammo.enhancement import ENHANCEMENTS
from mammo.imaging.breast import breast_mask
from mammo.imaging.display import around_breast
from mammo.imaging.gray_image import to_stored
from mammo.ui import live_film, live_setting
from mammo.ui.components import live_contrast
from mammo.ui.components.live_contrast import ContrastView
from tests.end_to_end.browser import WAIT_MS, film_drawn, settled, visit

pytestmark = pytest.mark.slow
SETTINGS = 200
# Calls the component as Streamlit does, in a page without Streamlit; gives the red of each picture drawn.
DRAW = """
async ({ html, css, filmJs, viewJs, packed, views }) => {
  const load = async code => (await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))).default;
  const place = inner => {
    const host = document.body.appendChild(document.createElement('div'));
    host.attachShadow({ mode: 'open' }).innerHTML = inner;
    return host.shadowRoot;
  };
  const bytes = Uint8Array.from(atob(packed), sign => sign.charCodeAt(0));
  (await load(filmJs))({ data: bytes, parentElement: place('<i></i>') });
  const view = await load(viewJs), parentElement = place(`<style>${css}</style>${html}`);
  const canvas = parentElement.querySelector('canvas.after');
  return views.map(one => {
    const data = [one];
    view({ data, parentElement, setTriggerValue: () => {} });
    const { width, height } = canvas;
    const drawn = canvas.getContext('2d').getImageData(0, 0, width, height).data.filter((_, place) => place % 4 === 0);
    return btoa(String.fromCharCode(...drawn));
  });
}
"""


def film(bits):
    """A bright breast with texture on dark air, every pixel a whole stored value."""
    rng = np.random.default_rng(bits)
    rows, columns = np.mgrid[:72, :64]
    tissue = np.clip(1 - np.hypot(columns / 56, (rows - 36) / 34), 0, 1) ** 0.6 * 0.9
    noisy = np.clip(tissue + rng.normal(0, 0.06, tissue.shape) * (tissue > 0) + 0.02, 0, 1)
    return (np.rint(noisy * (2**bits - 1)) / (2**bits - 1)).astype(np.float32)


def random_settings(rng):
    """Of every live method that has numbers, in turn; the ends at least as far apart as the view lets them come."""
    for place in range(SETTINGS):
        method = ("stretch_percentiles", "stretch_limits", "window_level", "gamma", "levels")[place % 5]
        black = rng.uniform(0, 0.995)
        white = rng.uniform(black + 0.005, 1)
        gamma = float(np.exp(rng.uniform(np.log(0.2), np.log(5))))
        low = rng.uniform(0, 90)
        yield (
            method,
            {
                "stretch_percentiles": {
                    "low": low, "high": rng.uniform(low + 5, 100), "region": ("breast", "image")[place % 2]
                },
                "stretch_limits": {"black": black, "white": white},
                "window_level": {"center": rng.uniform(0, 1), "width": rng.uniform(0.005, 2)},
                "gamma": {"gamma": gamma},
                "levels": {"black": black, "white": white, "gamma": gamma},
            }[method],
        )  # fmt: skip


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_the_canvas_shows_what_python_computes_within_one_gray_level(browser, bits):
    pixels = film(bits)
    breast = breast_mask(pixels)
    packed = live_film.pack_film(pixels, breast, bits)
    settings = [("contrast_stretch", {}), *random_settings(np.random.default_rng(7))]
    shared = {
        "film": packed.id,
        "name": "",
        "facts": "",
        "alt": "",
        "label": "",
        "limits": live_setting.number_limits(),
    }
    views = [asdict(ContrastView(method=method, values=values, **shared)) for method, values in settings]
    page = browser.new_page()
    drawn = page.evaluate(
        DRAW,
        {
            "html": live_contrast.VIEW_HTML,
            "css": live_contrast.VIEW_CSS,
            "filmJs": live_contrast.FILM_JS,
            "viewJs": live_contrast.VIEW_JS,
            "packed": base64.b64encode(packed.content).decode(),
            "views": [{**view, "answered": 0} for view in views],
        },
    )
    page.close()
    for (method, values), canvas in zip(settings, drawn, strict=True):
        expected = to_stored(ENHANCEMENTS[method](pixels, values)[around_breast(breast)], 8)
        shown = np.frombuffer(base64.b64decode(canvas), np.uint8).reshape(expected.shape)
        furthest = np.abs(shown.astype(int) - expected.astype(int)).max()
        assert furthest <= 1, f"{method} {values}: {furthest} gray levels apart"


@pytest.fixture
def contrast(address, open_page):
    """Opens the page under an address and waits for the film."""

    def opened(query="method=levels", **window):
        page = open_page(**window)
        page.sent = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
        visit(page, f"{address}/contrast?{query}", "Contrast")
        film_drawn(page)
        return page

    return opened


def shown(page):
    """The drawn picture's pixels, as one number."""
    return page.locator("canvas.after").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
        ".reduce((sum, value, place) => (sum * 31 + value) % 1000000007, 7)"
    )


def setting(page):
    """The numbers of the address by name."""
    asked = parse_qs(urlparse(page.url).query)
    return {name.partition(".")[2]: float(values[0]) for name, values in asked.items() if "." in name}


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, locator, dx, dy):
    x, y = middle(locator)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=8)
    page.mouse.up()


def released(page, before):
    """Waits until the address is another one than before, and the page at rest."""
    page.wait_for_function("before => location.href !== before", arg=before, timeout=WAIT_MS)
    settled(page)


def test_a_drag_redraws_without_a_message_and_its_release_tells_python_the_same_numbers(contrast):
    page = contrast()
    before, start, (x, y) = page.url, shown(page), middle(page.locator(".stage"))
    other_film = page.locator("[data-testid=stImage] img").first
    other_picture = other_film.get_attribute("src", timeout=WAIT_MS)
    settled(page)
    page.sent.clear()
    page.mouse.move(x - 100, y)
    page.mouse.down()
    seen = {start}
    for step in range(1, 9):
        page.mouse.move(x - 100 - 12 * step, y + 8 * step)
        page.wait_for_timeout(40)
        seen.add(shown(page))
    assert len(seen) == 9
    assert page.sent == []
    page.mouse.up()
    last = shown(page)
    released(page, before)
    # 96 px left and 64 px down, 700 px being all gray levels: a window of 1 - 2 * 96 / 700 around 0.5 + 64 / 700
    told = setting(page)
    assert told["white"] - told["black"] == pytest.approx(1 - 192 / 700, abs=2e-3)
    assert (told["white"] + told["black"]) / 2 == pytest.approx(0.5 + 64 / 700, abs=2e-3)
    assert page.locator("#black").input_value() == str(round(told["black"] * 65535))
    assert shown(page) == last
    expect(other_film).not_to_have_attribute("src", other_picture)
    assert page.problems == []


def test_the_released_address_shows_the_same_picture_in_a_fresh_window(contrast):
    page = contrast("method=contrast_stretch")
    before = page.url
    drag(page, page.locator(".handle.white"), -60, 0)
    released(page, before)
    assert "method=levels" in page.url  # the paper's method has no handles to hold
    again = contrast(urlparse(page.url).query)
    assert shown(again) == shown(page)


def test_handles_gamma_and_numbers_each_set_their_own(contrast):
    page = contrast()
    histogram = page.locator(".histogram").bounding_box()["width"]
    before = page.url
    drag(page, page.locator(".handle.black"), 50, 0)
    released(page, before)
    assert setting(page)["black"] == pytest.approx(50 / histogram, abs=0.01)
    assert setting(page)["white"] == 1
    before = page.url
    drag(page, page.locator(".dot"), 0, -30)
    released(page, before)
    assert setting(page)["gamma"] == pytest.approx(np.exp(-30 / 90), abs=0.02)
    before = page.url
    page.locator("#white").fill("32768")
    page.keyboard.press("Enter")
    released(page, before)
    assert setting(page)["white"] == pytest.approx(32768 / 65535, abs=1e-5)


def test_a_number_that_makes_no_sense_is_put_back_or_brought_to_the_limit(contrast):
    page = contrast()
    for typed in ("abc", "", "NaN", "-1e9", "1e999", "1e9"):
        page.locator("#white").fill(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#white"), typed).not_to_have_value(typed)  # drawn with the next frame
        assert 0 < float(page.locator("#white").input_value()) <= 65535, typed
    page.wait_for_timeout(300)
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.problems == []


def test_percentiles_stay_percentiles_under_the_hand(contrast):
    page = contrast("method=stretch_percentiles")
    before = page.url
    drag(page, page.locator(".handle.white"), -40, 0)
    released(page, before)
    assert "method=stretch_percentiles" in page.url
    assert setting(page)["high"] < 99
    assert float(page.locator("#high").input_value()) == pytest.approx(100 - setting(page)["high"], abs=0.3)


def test_all_of_it_goes_by_keyboard(contrast):
    page = contrast()
    stage = page.locator(".stage")
    stage.focus()
    for key, name, expected in [
        ("ArrowLeft", "black", 0.01),
        ("ArrowUp", "white", 0.98),
        ("Shift+ArrowDown", "white", 1.0),
        ("]", "gamma", 1.05),
    ]:
        expect(stage).to_be_focused()  # the answer to the key before has not taken the focus away
        before = page.url
        page.keyboard.press(key)
        released(page, before)
        assert setting(page)[name] == pytest.approx(expected, abs=1e-3)
    start = page.url
    page.keyboard.press("r")
    released(page, start)
    assert setting(page) == {"black": 0, "white": 1, "gamma": 1}
    before = page.url
    page.keyboard.press("Control+z")
    released(page, before)
    assert page.url == start
    zoom = page.locator(".is-after").text_content()
    page.keyboard.press("+")
    assert page.locator(".is-after").text_content() != zoom
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Show clipped")).to_have_attribute("aria-pressed", "true")
    page.locator(".handle.black").focus()
    before = page.url
    page.keyboard.press("ArrowRight")
    released(page, before)
    assert page.locator(".handle.black").get_attribute("aria-valuetext").endswith("of the breast below")
    assert page.problems == []


def clip(page):
    return page.locator("canvas.before").evaluate("canvas => getComputedStyle(canvas).clipPath")


def lies_in_stage(page):
    """How far the film's middle is from the stage's, and its height, in pixels, whatever width the window leaves."""
    film, stage = (page.locator(name).bounding_box() for name in ("canvas.after", ".stage"))
    middle = film["x"] + film["width"] / 2 - stage["x"] - stage["width"] / 2
    return {"middle": middle, "height": film["height"]}


def test_the_wipe_and_the_zoom_send_nothing_and_redraw_nothing(contrast):
    page = contrast("method=levels&levels.gamma=2")
    start, divided, fitted = shown(page), clip(page), lies_in_stage(page)
    assert fitted["middle"] == pytest.approx(0, abs=1)
    page.wait_for_timeout(500)
    page.sent.clear()
    drag(page, page.locator(".grip"), 120, 0)
    assert page.locator(".grip").get_attribute("aria-valuenow") > "50"
    assert clip(page) != divided
    page.mouse.wheel(0, -200)
    page.wait_for_function("new Promise(done => setTimeout(() => done(true), 100))")
    assert lies_in_stage(page)["height"] > fitted["height"] + 10
    page.locator(".stage").focus()
    page.keyboard.down("b")
    assert clip(page) == "inset(0px)"
    page.keyboard.up("b")
    assert clip(page) != "inset(0px)"
    page.get_by_role("button", name="Fit").click()
    assert lies_in_stage(page) == pytest.approx(fitted, abs=1)
    assert shown(page) == start
    assert page.sent == []


def test_clipped_pixels_are_marked_in_the_picture_and_counted_in_percent(contrast):
    page = contrast("method=levels&levels.black=0.3&levels.white=0.5")
    expect(page.locator(".lost")).to_contain_text("Detail there is lost.")
    gray = "canvas => { const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
    gray += "return d.every((value, place) => place % 4 !== 0 || value === d[place + 1]); }"
    assert page.locator("canvas.after").evaluate(gray)
    page.get_by_role("button", name="Show clipped").click()
    assert not page.locator("canvas.after").evaluate(gray)


def test_a_finger_scrolls_the_page_until_a_tap_gives_it_the_film(browser, address):
    context = browser.new_context(viewport={"width": 400, "height": 900}, has_touch=True)
    page = context.new_page()
    visit(page, f"{address}/contrast?method=levels", "Contrast")
    film_drawn(page)
    stage = page.locator(".stage")
    assert stage.evaluate("stage => getComputedStyle(stage).touchAction") != "none"
    stage.scroll_into_view_if_needed()
    x, y = middle(stage)
    page.touchscreen.tap(x, y)
    expect(stage).to_have_class("stage armed")
    before, picture, fingers = page.url, shown(page), context.new_cdp_session(page)
    for kind, points in [
        ("touchStart", [{"x": x, "y": y}]),
        *[("touchMove", [{"x": x - 10 * step, "y": y}]) for step in range(1, 8)],
        ("touchEnd", []),
    ]:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    released(page, before)
    assert shown(page) != picture
    assert setting(page)["white"] - setting(page)["black"] == pytest.approx(1 - 140 / 700, abs=0.01)
    zoom = page.locator(".film").get_attribute("style")
    for kind, apart in [("touchStart", 20), *[("touchMove", 20 + 10 * step) for step in range(1, 5)], ("touchEnd", 0)]:
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.locator(".film").get_attribute("style") != zoom
    page.get_by_role("heading", name="Contrast", exact=True).tap()
    expect(stage).to_have_class("stage")
    context.close()


def test_a_saved_preset_is_there_for_the_next_visitor(contrast):
    page = contrast("method=levels&levels.gamma=0.6")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("textbox", name="Name of the preset").fill("soft <b>")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as soft <b>.")).to_be_visible(timeout=WAIT_MS)
    other = contrast("method=clahe")
    start = other.url
    other.get_by_role("combobox", name="Preset").click()
    other.get_by_role("option", name="soft <b>").click()
    released(other, start)
    other.wait_for_function("location.search.includes('levels.gamma=0.6')", timeout=WAIT_MS)
    expect(other.locator("#gamma")).to_have_value("0.60")
    assert other.problems == []
