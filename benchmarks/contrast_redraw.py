"""How long the browser takes to redraw a film under the hand: the frame that a drag asks for, in Chromium."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks._chromium import installed_chromium
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, percentile
from mammo.imaging.gray_image import GrayImage
from mammo.ui import live_film, live_setting
from mammo.ui.components import live_contrast
from mammo.ui.components.live_contrast import ContrastView

ROUNDS = 5
_SIZE = 900, 720  # height and width of the film in pixels
_MOVES = 120  # of the mouse, in a round
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_FIGURES = [Figure("median", "ms", goal=4), Figure("95th percentile", "ms")]
_OPEN = """
async ({ html, css, filmJs, viewJs, packed, view }) => {
  const load = async code => (await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))).default;
  const place = inner => {
    const host = document.body.appendChild(document.createElement('div'));
    host.attachShadow({ mode: 'open' }).innerHTML = inner;
    return host.shadowRoot;
  };
  window.times = [];
  const inner = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = draw => inner(now => {
    const start = performance.now();
    draw(now);
    window.times.push(performance.now() - start);
  });
  const bytes = Uint8Array.from(atob(packed), sign => sign.charCodeAt(0));
  (await load(filmJs))({ data: bytes, parentElement: place('<i></i>') });
  const parentElement = place(`<style>${css}</style>${html}`);
  (await load(viewJs))({ data: [view], parentElement, setTriggerValue: () => {} });
}
"""


def measure() -> Sequence[Row]:
    """Drag window and level over a noisy film, at 12 and 16 bits."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        rows = interleaved(
            {
                f"900 x 720, {bits} bits, {name}": lambda bits=bits, gamma=gamma: _round(page, bits, gamma)  # type: ignore[misc]
                for bits in (12, 16)
                for name, gamma in (("straight", 1.0), ("gamma 0.7", 0.7))
            },
            _FIGURES,
            ROUNDS,
        )
        browser.close()
    return rows


def _round(page: Page, bits: int, gamma: float) -> Figures:
    pixels = _film(bits)
    packed = live_film.pack_film(pixels, np.ones(pixels.shape, np.bool_), bits)
    values = {"black": 0.1, "white": 0.9, "gamma": gamma}
    view = ContrastView(packed.id, "", "", "", "levels", "", values, live_setting.number_limits())
    page.goto("about:blank")
    page.evaluate(
        _OPEN,
        {
            "html": live_contrast.VIEW_HTML,
            "css": live_contrast.VIEW_CSS,
            "filmJs": live_contrast.FILM_JS,
            "viewJs": live_contrast.VIEW_JS,
            "packed": base64.b64encode(packed.content).decode(),
            "view": {**asdict(view), "answered": 0},
        },
    )
    page.mouse.move(400, 300)
    page.mouse.down()
    for move in range(_MOVES):
        page.mouse.move(400 + move % 30 * 4, 300 + move % 17 * 5)
    page.mouse.up()
    times = page.evaluate("window.times")
    return {"median": median(times), "95th percentile": percentile(times, 0.95)}


def _film(bits: int) -> GrayImage:
    levels = 2**bits - 1
    noise = np.random.default_rng(bits).uniform(0, 1, _SIZE)
    return np.asarray(np.rint(noise * levels) / levels, np.float32)


BENCHMARK = Benchmark("Redrawing a film in the browser while it is dragged", measure)
