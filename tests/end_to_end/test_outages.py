"""What a watched training does while the dashboard is killed, or the browser is cut off: nothing of it notices."""

import re
import time

import psutil
import pytest
from playwright.sync_api import expect

from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.store import JobState, NewJob, open_store
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import WAIT_MS, environment, serving, settled, visit, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def store(home):
    opened = open_store(settings(environment(home)))
    yield opened
    opened.close()


@pytest.fixture
def job(address, store):
    """A training that is at work until the test is over."""
    made = split_samples(store.data_sets.samples("films"), by="image", fractions=(0.5, 0.25, 0.25), policy="case")
    split = store.splits.add("films", made, by="guest").name
    values = {"epochs": 9000, "batch_size": 2, "image_size": 32, "threads": 1, "accept": "leaking_split"}
    number = store.jobs.submit(NewJob("training", PRESETS["demo"].config(values).to_dict(), "guest", "films", split)).id
    until(lambda: store.jobs.get(number).progress > 0)
    spare_the_processor(address)
    yield number
    store.jobs.cancel(number, by="guest")
    until(lambda: store.jobs.get(number).state == JobState.CANCELLED)


def spare_the_processor(address):
    """The training takes what processor time nobody else wants: a page that is waited for comes first."""
    for process in psutil.Process(app_of(address).ppid()).children(recursive=True):
        if "mammo.jobs.child" in process.cmdline():
            process.nice(19)


def until(is_so, seconds=60):
    """Wait for a condition; how long it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


def app_of(address):
    """The process that draws the pages of an address."""
    port = address.rpartition(":")[2]
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        if "mammo.ui.server" in line and port in line:
            return process
    return None


def epoch_shown(page):
    """The epoch that the page says the job is in."""
    said = page.get_by_text(re.compile(r"Running · epoch \d+ of 9000")).first.inner_text(timeout=WAIT_MS)
    return int(re.search(r"epoch (\d+)", said)[1])


def until_followed(page, epoch):
    """Until the page shows a later epoch; how long it took."""
    return until(lambda: epoch_shown(page) > epoch)


def test_a_killed_dashboard_is_back_and_its_page_follows_the_job_that_did_not_notice(
    address, open_page, store, job, record_property
):
    """F40: nobody touches the page."""
    page = open_page()
    visit(page, f"{address}/training?job={job}", f"Job {job}")
    page.evaluate("window.isSamePage = true")
    app = app_of(address)
    app.kill()
    app.wait(10)
    back = until(lambda: app_of(address) not in {None, app})
    began = time.monotonic()
    wait_for(f"{address}/_stcore/health")
    before = epoch_shown(page)  # read now: what the dead one had sent may still have been drawn
    until_followed(page, before)
    followed = back + time.monotonic() - began
    record_property("seconds until the page follows again", followed)
    assert page.evaluate("window.isSamePage")  # it came back by itself
    assert (store.jobs.get(job).state, store.jobs.get(job).attempt) == (JobState.RUNNING, 1)
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_browser_that_was_cut_off_shows_how_the_job_stands_when_it_is_back(address, open_page, store, job):
    """F41: and what it asked for meanwhile was not done twice."""
    page = open_page()
    visit(page, f"{address}/training?job={job}", f"Job {job}")
    before, jobs = epoch_shown(page), len(store.jobs.list())
    page.context.set_offline(True)
    at_the_cut = store.jobs.get(job).progress
    until(lambda: store.jobs.get(job).progress > at_the_cut)
    page.context.set_offline(False)
    page.goto(f"{address}/training?job={job}")
    until_followed(page, before)
    assert (store.jobs.get(job).state, store.jobs.get(job).attempt) == (JobState.RUNNING, 1)
    assert len(store.jobs.list()) == jobs


class Line:
    """The connection of a page's window to the server; a cut one loses what is sent and is not taken up again."""

    def __init__(self, page):
        self.is_cut, self.loses_answers, self._ends = False, False, []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, window):
        if self.is_cut:
            window.close()
            return
        server = window.connect_to_server()
        window.on_message(lambda sent: None if self.is_cut else server.send(sent))
        server.on_message(lambda sent: None if self.is_cut or self.loses_answers else window.send(sent))
        self._ends += [window, server]

    def cut(self):
        self.is_cut = True
        while self._ends:
            self._ends.pop().close()

    def mend(self):
        self.is_cut = self.loses_answers = False


@pytest.mark.parametrize(("lost", "jobs_more"), [("the click", 0), ("the answer", 1)])
def test_a_start_that_the_line_broke_off_is_done_at_most_once(address, open_page, store, job, lost, jobs_more):
    """F41: the page is back without being loaded anew, and says what there is."""
    page, before = open_page(), len(store.jobs.list())
    line = Line(page)
    split = store.jobs.get(job).split
    visit(page, f"{address}/training?preset=demo&split={split}&set=accept%3Dleaking_split", "Training")
    page.evaluate("window.isSamePage = true")
    line.is_cut, line.loses_answers = lost == "the click", lost == "the answer"
    page.get_by_role("button", name="Start · about").click()
    deadline = time.monotonic() + 30
    while len(store.jobs.list()) < before + jobs_more:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    line.cut()
    page.wait_for_timeout(500)
    line.mend()
    settled(page)
    expect(page.get_by_role("button", name="Start · about").or_(page.get_by_text("Queued")).first).to_be_enabled()
    assert page.evaluate("window.isSamePage")
    assert len(store.jobs.list()) == before + jobs_more
    for one in store.jobs.list()[: len(store.jobs.list()) - before]:
        store.jobs.cancel(one.id, by="guest")


def loaded_libraries(process):
    return {part.path for part in process.memory_maps()}


def test_the_process_that_draws_the_pages_never_loads_torch(address, open_page, job):
    """Whatever a visitor opens; the processes that train and predict do."""
    page = open_page()
    for path, title in [
        ("", "Overview"), ("data_sets", "Data sets"), ("contrast", "Contrast"), ("augmentation", "Augmentation"),
        ("training", "Training"), (f"training?job={job}", f"Job {job}"), ("results", "Results"),
        ("predict", "Predict"), ("paper", "Paper"),
    ]:  # fmt: skip
        visit(page, f"{address}/{path}", title)
    app = app_of(address)
    others = psutil.Process(app.ppid()).children(recursive=True)
    assert not [path for path in loaded_libraries(app) if "torch" in path]
    assert any("libtorch" in path for one in others for path in loaded_libraries(one))
    assert page.problems == []


def test_a_first_start_shows_the_overview_with_the_demo_in_the_making(tmp_path, open_page):
    """``make run`` on a fresh machine: what the page says of the demo is what the queue holds, and it follows."""
    page = open_page()
    with serving(tmp_path / "home", "--demo") as fresh:
        visit(page, fresh, "Overview")
        told = "The demo is being made: job 1 draws synthetic films of 225 women, then a small network is trained on"
        expect(page.get_by_text(told)).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_text(re.compile(r"synthetic mammogram \d+ of \d+")).first).to_be_visible(timeout=WAIT_MS)
        opened = open_store(settings(environment(tmp_path / "home")))
        (job,) = opened.jobs.list()
        assert (job.kind, job.state, job.config["patients"]) == ("phantoms", JobState.RUNNING, 225)
        opened.jobs.cancel(job.id, by="guest")
        expect(page.get_by_text("The demo is being made")).to_be_hidden(timeout=WAIT_MS)
        opened.close()
        assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
        assert page.problems == []


@pytest.mark.long
def test_a_first_start_draws_films_and_trains_on_them_before_the_visitors_eyes(tmp_path, open_page):
    """The overview of ``make run`` on a fresh machine, that nobody touches: from nothing to a scored model."""
    page = open_page()
    with serving(tmp_path / "home", "--demo") as fresh:
        visit(page, fresh, "Overview")
        expect(page.get_by_text("The demo is being made")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_text("demo-phantoms").first).to_be_visible(timeout=10 * WAIT_MS)
        opened = open_store(settings(environment(tmp_path / "home")))
        until(lambda: [job.state for job in opened.jobs.list()] == [JobState.SUCCEEDED] * 2, 600)
        opened.close()
        settled(page)
        expect(page.get_by_text("The demo is being made")).to_be_hidden(timeout=WAIT_MS)
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.problems == []
