"""From an upload to its explained prediction on the page, in Chromium; and what the model itself takes of that."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks._chromium import installed_chromium
from benchmarks._dashboard import trained_home, whole_dashboard
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved
from mammo.explanation import CAM_METHODS
from mammo.imaging.reading import LoadedImage, read_image
from mammo.inference import answered_and_explained, input_of, load_models
from mammo.training.model_folder import TrainedModel

SIZE = (3000, 4000)  # width, height in pixels of an uploaded film
WOMEN = 24  # of the training, which is not what is measured
ROUNDS = 9
_CALLS = 20  # of the model in a round
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_PATIENCE_MS = 120_000
_SHOWN = """
() => [...document.querySelectorAll('img[alt*="with the heat map"]')].some(one => one.complete && one.naturalWidth)
"""


def measure() -> Sequence[Row]:
    """The page first, then the model alone."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-", dir=".") as folder:
        here = Path(folder).absolute()
        home = trained_home(here, WOMEN)
        film = read_image(next((here / "films").rglob("*LEFT_CC.png")))
        return [_page_row(home, here, film), *_model_rows(home, film)]


def _page_row(home: Path, here: Path, film: LoadedImage) -> Row:
    """Seconds from the answer to the upload until picture and heat map are drawn; each round a film of its own."""
    seconds = []
    with whole_dashboard(home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        for number in range(ROUNDS + 1):  # the first one warms up
            path = here / "upload.png"
            cv2.imwrite(str(path), _large(film, number))
            seconds.append(_upload(page, address, path))
        browser.close()
    kept = tuple(round(one, 3) for one in seconds[1:])
    return Row("PNG of 3000 x 4000, 16 bits", "upload received to heat map shown", median(kept), "s", kept, 1.0)


def _large(film: LoadedImage, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    """A film enlarged to the size of a digitized one, with the grain of one: it packs as badly as real ones do."""
    grain = np.random.default_rng(seed).normal(0, 80, SIZE[::-1])
    large = cv2.resize(film.pixels, SIZE, interpolation=cv2.INTER_CUBIC) * 60000
    return np.asarray(np.clip(large + grain * (large > 3000), 0, 65535), np.uint16)


def _upload(page: Page, address: str, path: Path) -> float:
    page.goto(f"{address}/predict?job=1")
    page.locator("input[type=file]").wait_for(state="attached", timeout=_PATIENCE_MS)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=_PATIENCE_MS)
    with page.expect_response(lambda answer: "upload_file" in answer.url, timeout=_PATIENCE_MS):
        page.locator("input[type=file]").set_input_files(path)
    began = time.perf_counter()
    page.wait_for_function(_SHOWN, timeout=_PATIENCE_MS, polling=10)
    seconds = time.perf_counter() - began
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=_PATIENCE_MS)
    return seconds


def _model_rows(home: Path, film: LoadedImage) -> list[Row]:
    """What answering and explaining take of the network beside the least that Grad-CAM can take."""
    (model,) = load_models(home / "jobs" / "1")
    inputs = input_of(model, film)
    method = CAM_METHODS["grad_cam"]
    cases = {
        "answer and heat map": lambda: _timed(lambda: answered_and_explained([model], inputs, method)),
        "bare forward and backward through the head": lambda: _timed(lambda: _bare(model, inputs)),
    }
    rows = interleaved(cases, [Figure("seconds a picture", "ms")], ROUNDS)
    ours, bare = rows
    rounds = tuple(round(one / other, 3) for one, other in zip(ours.rounds, bare.rounds, strict=True))
    return [*rows, Row("answer and heat map / bare", "ratio", median(rounds), "x", rounds, 1.5)]


def _timed(call: object) -> Figures:
    began = time.perf_counter()
    for _ in range(_CALLS):
        call()  # type: ignore[operator] # one of the cases
    return {"seconds a picture": 1000 * (time.perf_counter() - began) / _CALLS}


def _bare(model: TrainedModel, inputs: torch.Tensor) -> torch.Tensor:
    body, head = model.spec.split(model.network, model.spec.cam_layers[0])
    with torch.no_grad():
        activations = body(inputs)
    activations.requires_grad_()
    logits = head(activations)
    (gradients,) = torch.autograd.grad(logits[0, logits[0].argmax()], activations)
    return gradients


BENCHMARK = Benchmark("Predict: from an upload to the explained prediction, SqueezeNet with random weights", measure)
