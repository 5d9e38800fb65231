"""Sixty texts that could be scripts, in each name and note, in pages and reports: a browser executes none (B70)."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from playwright.sync_api import expect
from pydicom.dataelem import DataElement

from mammo.datasets.importing import import_collection
from mammo.embedding.catalogue import UsualDistances
from mammo.imaging.reading import decode_image
from mammo.jobs.batch_answers import BatchAnswer, answers_html
from mammo.prediction.wire import Answer
from mammo.report import Further, Likeness, Origin, case_of, report_html
from mammo.report.facts import answer_facts
from mammo.report.likeness import SimilarCase
from mammo.report.pdf import report_pdf
from mammo.store import Failure
from tests.corpus.dicoms import dicom
from tests.corpus.personal import identifiable_elements
from tests.end_to_end.browser import WAIT_MS
from tests.pages.hostile import fill, renamed
from tests.pages.stand_in import FACTS, PNG
from tests.pages.texts import TEXTS

pytestmark = pytest.mark.slow
PAGES = [
    "", "data_sets", "data_sets?job={import}", "contrast", "augmentation", "training", "training?job={failed}",
    "training?job={finished}", "results?job={finished}", "results?job={finished}&section=worklist", "predict?example=1",
    "paper",
]  # fmt: skip
NAMED = tuple(enumerate(TEXTS[:20]))  # as many as one upload takes
_EXECUTED = """
window.executed = [];
for (const name of ['alert', 'confirm', 'prompt', 'print'])
  window[name] = (...what) => window.executed.push([name, ...what]);
"""


@pytest.fixture
def watched(open_page):
    """A window that notes what scripts of others would do."""
    page = open_page()
    page.add_init_script(_EXECUTED)
    page.dialogs = []
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    return page


def executed(page):
    """What was executed, and strangers that were asked for something."""
    strangers = {host for host in page.hosts if host not in ("localhost", "127.0.0.1", None, "")}
    return [*page.dialogs, *page.evaluate("window.executed"), *strangers]


def settled(page):
    """As for other tests, with more patience: Training counts networks, beside a worker that has just begun."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=3 * WAIT_MS)


def hostile_answer():
    text = " ".join(TEXTS)
    shares = dict.fromkeys(TEXTS, 1 / len(TEXTS))
    facts = {**FACTS, "label": TEXTS[0], "explained_label": TEXTS[1], "model": text, "probabilities": shares}
    return Answer(**{**facts, "warnings": TEXTS, "cam_layers": TEXTS}, picture=PNG, heatmap=PNG, network_input=PNG)


@pytest.fixture
def report():
    """Origin and case, every word of which is hostile."""
    origin = Origin(1, TEXTS[0], TEXTS[10], "grad_cam", TEXTS[11], 0.6, TEXTS[12], dict.fromkeys(TEXTS, TEXTS[2]))
    similar = SimilarCase(TEXTS[13], TEXTS[14], TEXTS[15], 0.1)
    further = Further(likeness=Likeness((similar,), UsualDistances(0.1, 0.2, 30, TEXTS[16])))
    return origin, [case_of(name, decode_image("a", PNG), hostile_answer(), origin, further) for name in TEXTS]


def test_no_report_executes_anything(watched, report, tmp_path):
    answer = answer_facts(hostile_answer())
    batch = [BatchAnswer(number, "ab", answer, "") for number in range(3)]
    batch += [BatchAnswer(9, "cd", None, text) for text in TEXTS]
    for name, html in (("report", report_html(*report)), ("batch", answers_html(1, batch))):
        (tmp_path / f"{name}.html").write_text(html)
        watched.goto((tmp_path / f"{name}.html").as_uri())
        expect(watched.get_by_text(TEXTS[3], exact=False).first).to_be_visible()
        assert executed(watched) == []
        assert watched.locator("script:not([type='application/json'])").count() == 0
    assert watched.problems == []


def test_no_pdf_holds_a_script_or_a_link(report):
    pdf = report_pdf(report[0], report[1][:2])
    assert [word for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/OpenAction /") if word in pdf] == []


@pytest.fixture(scope="module")
def hostile_server(trained):
    jobs = fill(trained.store, trained.films, renamed(import_collection(trained.films)))
    trained.store.jobs.fail(jobs["running"], 1, Failure("bug", TEXTS[13], TEXTS[14]))  # no worker is to take it up
    return trained, jobs


@pytest.mark.parametrize("place", PAGES)
def test_no_page_executes_anything(hostile_server, watched, place):
    server, jobs = hostile_server
    watched.goto(f"{server.address}/{place.format(**jobs)}")
    watched.get_by_role("heading", level=1).first.wait_for(timeout=WAIT_MS)
    settled(watched)
    assert executed(watched) == []
    assert watched.locator("[data-testid=stMain] script").count() == 0


def hostile_film(number, pixels):
    """A film whose every text element is one of the texts, in each file other ones."""
    tags = identifiable_elements()
    wordy = [tag for tag, vr in tags if vr in {"LO", "SH", "ST", "LT", "UT", "UC", "PN"}]
    elements = [DataElement(tag, "LO", TEXTS[(number + place) % len(TEXTS)]) for place, tag in enumerate(wordy)]
    marks = {"Modality": TEXTS[number]} if number % 5 == 4 else {"ViewPosition": TEXTS[number]}
    return dicom(pixels, bits=16, elements=elements, **marks)


def test_no_uploaded_files_name_or_dicom_tag_executes_anything_in_the_page_or_its_report(hostile_server, watched):
    server, _ = hostile_server
    pixels = cv2.imread(str(next(server.films.rglob("*LEFT_CC.png"))), cv2.IMREAD_UNCHANGED)
    films = [{"name": f"{text}.dcm", "mimeType": "", "buffer": hostile_film(number, pixels)} for number, text in NAMED]
    rest = [{"name": text, "mimeType": "image/png", "buffer": text.encode()} for text in TEXTS[len(films) :]]
    watched.goto(f"{server.address}/predict?job=1")
    watched.locator("input[type=file]").set_input_files(films)
    watched.get_by_role("button", name="Report").wait_for(timeout=3 * WAIT_MS)
    with watched.expect_download(timeout=3 * WAIT_MS) as coming:
        watched.get_by_role("button", name="Report").click()
    report = Path(coming.value.path()).read_text()
    assert [text for text in TEXTS if "alert" in text and text in report] == []
    watched.locator("input[type=file]").set_input_files(rest)
    watched.get_by_text("files are too many at once").wait_for(timeout=3 * WAIT_MS)
    assert executed(watched) == []
    assert watched.locator("[data-testid=stMain] script").count() == 0


def test_the_trap_itself_would_notice(watched, tmp_path):
    (tmp_path / "trap.html").write_text("<img src=x onerror=alert(1)><script>alert(2)</script>")
    watched.goto((tmp_path / "trap.html").as_uri())
    watched.wait_for_function("window.executed.length === 2")
    assert executed(watched) == [["alert", 2], ["alert", 1]]
