"""From the click on a cell of the matrix to 24 heat maps on the screen, in Chromium, new ones and known ones."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks._chromium import installed_chromium
from benchmarks._dashboard import trained_home, whole_dashboard
from benchmarks._frame import Benchmark, Row
from mammo.config import settings
from mammo.explanation import CAM_METHODS
from mammo.store import JobState, open_store

TILES = 24
WOMEN = 60  # of whom three quarters are tested on
_METHODS = ("hires_cam", "layer_cam", "grad_cam_pp")  # each is new once; Grad-CAM loads the model
_GOALS = {"new": 4.0, "known": 1.5}
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_PATIENCE_MS = 120_000
_CLASSES = ("normal", "benign", "malignant")
_CALM_MS = 3000
_SHOWN = f"""
() => {{
  const found = [];
  const seek = root => root.querySelectorAll('*').forEach(one => {{
    if (one.shadowRoot) seek(one.shadowRoot);
    if (one.matches('.film img') && one.complete && one.naturalWidth && !one.hidden) found.push(one);
  }});
  seek(document);
  return found.length === {TILES};
}}
"""


@dataclass(frozen=True)
class _Cells:
    """Rows and columns of the matrix."""

    fullest: tuple[int, int]
    emptiest: tuple[int, int]


def measure() -> Sequence[Row]:
    """SqueezeNet with random weights; films as large as the phantoms are."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-", dir=".") as folder:
        home = trained_home(Path(folder).absolute(), WOMEN)
        with whole_dashboard(home) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=installed_chromium(), args=_FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            cells = _cells(home)
            _click(page, address, cells, "grad_cam")
            seconds: dict[str, list[float]] = {"new": [], "known": []}
            for method in _METHODS:
                for state in seconds:
                    seconds[state].append(_click(page, address, cells, method))
            browser.close()
    figure = f"click to {TILES} heat maps"
    return [
        Row(
            f"{state} heat maps",
            figure,
            round(median(each), 2),
            "s",
            tuple(round(one, 2) for one in each),
            _GOALS[state],
        )
        for state, each in seconds.items()
    ]


def _click(page: Page, address: str, cells: _Cells, method: str) -> float:
    """From the emptiest cell click the fullest one; seconds until all pictures of its first page are drawn."""
    true, called = cells.emptiest
    label = CAM_METHODS[method].label
    page.goto(f"{address}/results?job=1&method={quote(label)}&true={_CLASSES[true]}&called={_CLASSES[called]}")
    button = page.locator(".st-key-cell-{}-{} button".format(*cells.fullest)).first
    button.wait_for(timeout=_PATIENCE_MS)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=_PATIENCE_MS)
    page.wait_for_timeout(_CALM_MS)  # pictures of the other cell have come too
    began = time.perf_counter()
    button.click()
    page.wait_for_function(_SHOWN, timeout=_PATIENCE_MS, polling=20)
    seconds = time.perf_counter() - began
    if page.get_by_role("combobox", name="Heat map").input_value() != label:
        raise RuntimeError("The page shows another method than was asked for.")
    return seconds


def _cells(home: Path) -> _Cells:
    store = open_store(settings({"MAMMO_HOME": str(home)}))
    job = store.jobs.get(1)
    store.close()
    if job.state != JobState.SUCCEEDED:
        raise RuntimeError(f"The training has {job.state}.")
    counts = np.array((job.result or {})["test"]["confusion"]["counts"])
    if counts.max() < TILES:
        raise RuntimeError(f"The fullest cell holds {counts.max()} images, fewer than a page of the gallery.")
    fullest, emptiest = (divmod(int(one), len(_CLASSES)) for one in (counts.argmax(), counts.argmin()))
    return _Cells(fullest, emptiest)


BENCHMARK = Benchmark("Results: from a click on a cell to a page of heat maps, SqueezeNet with random weights", measure)
