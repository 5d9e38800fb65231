"""Pictures of every page for the README: ``make screenshots`` writes them into docs/screenshots."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks._chromium import installed_chromium
from mammo.config import settings
from mammo.jobs.demo import submit_demo
from mammo.store import JobFilter, JobState, Store, open_store
from tests.end_to_end.browser import FLAGS, ROOT, environment, serving, settled

FOLDER = ROOT / "docs" / "screenshots"
PAGES = {
    "overview": "Overview",
    "data_sets": "Data sets",
    "contrast": "Contrast",
    "augmentation": "Augmentation",
    "training": "Training",
    "results": "Results",
    "predict": "Predict",
    "paper": "Paper",
}
QUERIES = {"results": "?true=benign&called=malignant", "predict": "?example=1", "training": "?job={job}"}
SETTLED_MS = 6000  # pictures that are made meanwhile have come


def main() -> None:
    """Take pictures of an empty server, then of one with the finished demo, light and dark."""
    program = installed_chromium()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        with serving(Path(home)) as address:
            _take(browser, address, "empty", {})
            store = open_store(settings(environment(home)))
            job = _demo(store)
            _take(browser, address, "full", {name: query.format(job=job) for name, query in QUERIES.items()})
        browser.close()


def _demo(store: Store) -> int:
    """Have the server's worker make the demo; return its training."""
    done = JobFilter(kind="training", states={JobState.SUCCEEDED})
    while not store.jobs.list(done):
        submit_demo(store)
        time.sleep(2)
    return store.jobs.list(done)[0].id


def _take(browser: Browser, address: str, state: str, queries: dict[str, str]) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=scheme)
        for name in PAGES:
            page = context.new_page()
            page.goto(f"{address}/{'' if name == 'overview' else name}{queries.get(name, '')}")
            page.locator("h1").first.wait_for(timeout=60_000)
            settled(page)
            page.wait_for_timeout(SETTLED_MS)
            page.screenshot(path=FOLDER / f"{name}-{state}-{scheme}.jpg", type="jpeg", quality=80)
            page.close()
        context.close()


if __name__ == "__main__":
    main()
