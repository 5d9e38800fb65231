"""The paper reproduced by clicking: eight small trainings by the server's own worker, and their table."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mammo.config import settings
from mammo.store import JobState, open_store
from tests.end_to_end.browser import WAIT_MS, environment, serving, settled
from tests.end_to_end.installations import with_films

pytestmark = pytest.mark.long  # AlexNet's checkpoints of four trainings alone are gigabytes
ALL_DONE_MS = 900_000


@pytest.fixture
def server(tmp_path):
    """An own server with 96 films of 24 women; its address and its store."""
    with_films(tmp_path, patients=24)
    store = open_store(settings(environment(tmp_path / "home")))
    with serving(tmp_path / "home") as address:
        yield address, store
    store.close()


def test_one_click_trains_all_eight_and_the_table_is_filled_with_their_figures(server, open_page):
    address, store = server
    page = open_page("light", 1400)
    page.goto(f"{address}/paper?data_set=films&paper_epochs=1&paper_batch=8&paper_size=64")
    page.get_by_role("button", name=re.compile("^Queue 8 jobs")).click(timeout=WAIT_MS)
    figures = page.locator("a[href^='results?job=']")
    expect(figures).to_have_count(8, timeout=ALL_DONE_MS)
    settled(page)
    jobs = {job.id: job for job in store.jobs.list()}
    assert {job.state for job in jobs.values()} == {JobState.SUCCEEDED}
    assert len(jobs) == 8
    for figure in figures.all():
        number = int(figure.get_attribute("href").rpartition("=")[2])
        scores = jobs[number].result["test"]["scores"]["top1"]
        assert figure.inner_text().startswith(f"{scores['value']:.2f} (")
    address_of_page = page.url
    page.goto(address_of_page)
    expect(page.locator("a[href^='results?job=']")).to_have_count(8, timeout=WAIT_MS)
    assert len(store.jobs.list()) == 8
    page.locator("a[href^='results?job=']").first.click()
    page.get_by_role("heading", name="Results", exact=True).wait_for(timeout=WAIT_MS)
    assert page.problems == []
