"""The radar on the Data sets page: a button, a job, a light with a word and what to do for each probe."""

import pytest

from mammo.audits.shortcut_radar import ProbeResult
from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.evaluation.intervals import Interval
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.shortcuts import RadarReport
from mammo.jobs.workers import this_process
from mammo.store import Failure, NewJob
from tests.pages.conftest import WORKER
from tests.pages.words import unescaped

BUTTON = "Seek shortcuts"


@pytest.fixture
def page(app):
    def opened():
        app.switch_page("pages/data_sets.py").run()
        assert not app.exception
        return app

    return opened


def buttons(page):
    return [button for button in page.button if button.label == BUTTON]


def words(page):
    return unescaped("\n".join(one.value for one in [*page.markdown, *page.caption]))


def finished(store, data_set, *probes):
    job = store.jobs.submit(NewJob("shortcuts", {}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, RadarReport(1200, 300, "case", probes).to_json())


def test_a_click_queues_one_search_that_is_followed_and_then_told(page, store, data_set):
    buttons(page())[0].click().run()
    (job,) = store.jobs.list()
    assert (job.kind, job.data_set) == ("shortcuts", data_set.name)
    assert f"Job {job.id} is queued" in unescaped(page().get("progress")[0].proto.text)
    assert not buttons(page())
    carry_out_job(store, settings(), job.id, start_job(store, job.id, this_process("test")), lambda *_: None)
    assert "Not judged. The scanner can't be judged: 3 women are too few, 20 are needed." in words(page()).replace(
        "**", ""
    )


def test_a_shortcut_has_an_icon_a_word_figures_and_what_to_do_and_comes_first(page, store, data_set):
    finished(
        store,
        data_set,
        ProbeResult("scanner", Interval(0.5, 0.45, 0.55), 0.3, 0.34, 0.8),
        ProbeResult("border", Interval(0.81, 0.75, 0.86), 0.6, 0.34, 0.004),
        ProbeResult("size", Interval(0.55, 0.51, 0.59), 0.36, 0.34, 0.02),
    )
    told = [one.value for one in page().markdown if "shortcut" in one.value.lower()]
    assert told[0].startswith(":red[:material/dangerous:] **Shortcut.** What lies beside the breast alone tells")
    assert "AUC 0.81 (0.75 to 0.86)" in unescaped(told[0])
    assert "Train with the background black" in told[0]
    assert told[1].startswith(":orange[:material/warning:] **Weak shortcut.** The picture")
    assert told[2].startswith(":green[:material/check_circle:] **No shortcut.** The scanner")
    assert ":material/arrow_forward:" not in told[2]
    assert "1\N{NARROW NO-BREAK SPACE}200" in words(page())


def test_a_search_that_failed_says_why_and_can_be_tried_again(page, store, data_set):
    job = store.jobs.submit(NewJob("shortcuts", {}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.fail(job.id, 1, Failure("source_missing", "The film a.png is no longer at its place."))
    opened = page()
    assert "The film a.png is no longer at its place." in unescaped(opened.error[0].value)
    buttons(opened)[0].click().run()
    assert [one.state.value for one in store.jobs.list()] == ["queued", "failed"]


def test_films_without_a_label_have_no_shortcut_to_seek(page, store, phantoms, tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    for number, film in enumerate(sorted(phantoms.rglob("*.png"))[:2]):
        (folder / f"{number}.png").write_bytes(film.read_bytes())
    store.data_sets.add("bare", folder, import_collection(folder, layout="unlabelled"), by="guest")
    assert not buttons(page())
