"""Predict in a browser: every kind of file a visitor may have, alone and many at once; all of it with a real model."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid
from sklearn.datasets import load_sample_images

from tests.end_to_end.browser import WAIT_MS, settled, visit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(trained):
    return trained.address


@pytest.fixture(scope="module")
def films(trained):
    """The four views of one woman."""
    case = min((trained.films / "MINI-DDSM-Complete-PNG-16").glob("*/*"))
    return sorted(path for path in case.glob("*.png") if "mask" not in path.name.lower())


def dicom(path, modality="MG", patient="ROE^ANNA"):
    """A film as DICOM, bytes; it names a woman."""
    levels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.uint16)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.PatientName, made.Modality, made.ImageLaterality, made.ViewPosition = patient, modality, "L", "CC"
    made.ImagerPixelSpacing = [0.1, 0.1]
    made.Rows, made.Columns, made.SamplesPerPixel = *levels.shape, 1
    made.PhotometricInterpretation, made.PixelRepresentation = "MONOCHROME2", 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.PixelData = levels.tobytes()
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def file(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def bring(page, address, *files):
    visit(page, f"{address}/predict", "Predict")
    page.locator("input[type=file]").set_input_files([*files])


def opens(page):
    """The buttons beside the answers of many files."""
    return page.locator("button:has-text('Open'):visible")


def doubts_of(page):
    page.locator(".doubts").get_by_text("small changes of contrast and position").wait_for(timeout=WAIT_MS)
    page.locator(".doubts").get_by_text("asked again").wait_for(state="detached", timeout=WAIT_MS)
    return page.locator(".doubts li").all_inner_texts()


def test_a_png_gets_picture_answer_probabilities_and_all_doubts_in_this_order(open_page, address, films):
    page = open_page()
    bring(page, address, file("film.png", films[0].read_bytes()))
    page.locator(".calibrated").wait_for(timeout=WAIT_MS)
    expect(page.locator("img[alt^='Image 1 with the heat map of']")).to_have_count(1, timeout=WAIT_MS)
    answer = page.locator(".st-key-answer h2").inner_text()
    assert any(words in answer for words in ("is the only class that fits", "can't tell", "Unlike anything"))
    assert "validation women (goal 90" in page.get_by_text("Such sets held the truth").inner_text()
    assert len(doubts_of(page)) == 5
    tops = [page.locator(one).first.bounding_box()["y"] for one in (".st-key-answer", ".calibrated", ".doubts")]
    assert tops == sorted(tops)
    assert page.get_by_role("button", name="Report").is_visible()
    assert page.problems == []


def test_dicom_without_an_extension_is_read_with_its_spacing_and_no_name_is_shown(open_page, address, films):
    page = open_page()
    bring(page, address, file("IM0001", dicom(films[0])))
    told = doubts_of(page)
    assert any(line.startswith("1 pixel of the model is") and "mm" in line for line in told)
    assert "ROE" not in page.locator("[data-testid=stMain]").inner_text().upper()


def test_twelve_files_at_once_with_refused_ones_among_them_are_all_answered_in_place(open_page, address, films):
    page = open_page(width=1440)
    contents = [(dicom(film), film.read_bytes())[number % 2] for number in range(10) for film in [films[number % 4]]]
    good = [file(f"{number}.png", content) for number, content in enumerate(contents)]
    bring(page, address, *good, file("bad.png", b"no picture at all, whatever it is called"), file("empty.png", b""))
    expect(opens(page)).to_have_count(10, timeout=2 * WAIT_MS)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(2, timeout=WAIT_MS)
    settled(page)
    opens(page).nth(2).click()
    page.locator(".doubts").wait_for(timeout=WAIT_MS)
    assert "image=3" in page.url
    expect(page.locator(".st-key-answer")).to_have_count(1)
    page.get_by_role("button", name="All files").click()
    opens(page).nth(9).wait_for(timeout=WAIT_MS)
    assert page.problems == []


def test_a_womans_four_views_hang_facing_each_other(open_page, address, films):
    page = open_page(width=1440)
    bring(page, address, *(file(path.name, path.read_bytes()) for path in films))
    page.get_by_text("Woman 1").wait_for(timeout=WAIT_MS)
    settled(page)
    captions = page.locator("[class*=st-key-films_1] [data-testid=stImageCaption]")
    expect(captions).to_have_text(["R CC", "L CC", "R MLO", "L MLO"], timeout=WAIT_MS)
    lefts = [one.bounding_box()["x"] for one in page.locator("[class*=st-key-films_1] img").all()]
    assert lefts == sorted(lefts)


def test_a_zip_is_judged_as_a_job_that_leaves_its_tables(open_page, address, films):
    page = open_page()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in films:
            archive.write(path, path.name)
        archive.writestr("bad.png", b"no picture")
    bring(page, address, file("films.zip", buffer.getvalue()))
    page.get_by_role("button", name="Judge all of it").click()
    page.get_by_text("4 of 5 files answered").wait_for(timeout=3 * WAIT_MS)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Table (CSV)").click()
    table = Path(coming.value.path()).read_text("utf-8-sig").splitlines()
    assert len(table) == 6
    assert "classes that fit" in table[0]
    later = open_page("light", 400)
    later.goto(page.url)
    later.get_by_text("4 of 5 files answered").wait_for(timeout=WAIT_MS)
    assert later.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.problems == later.problems == []


def test_two_tabs_at_once_are_answered_each_its_own_files(open_page, address, films):
    one = open_page()
    two = one.context.new_page()
    for tab in (one, two):
        visit(tab, f"{address}/predict", "Predict")
    one.locator("input[type=file]").set_input_files([file("left.png", films[0].read_bytes())])
    two.locator("input[type=file]").set_input_files([file(f"{path.stem}.png", path.read_bytes()) for path in films[1:]])
    expect(opens(two)).to_have_count(len(films) - 1, timeout=WAIT_MS)
    expect(one.locator(".st-key-answer")).to_have_count(1, timeout=WAIT_MS)
    expect(opens(one)).to_have_count(0)
    assert one.problems == []


def chest():
    """What a chest film looks like: two dark lungs in a bright body from side to side."""
    body = np.full((900, 800), 200, np.uint8)
    for x in (250, 550):
        cv2.ellipse(body, (x, 430), (120, 280), 0, 0, 360, 50, cv2.FILLED)
    return cv2.GaussianBlur(body, (0, 0), 9)


@pytest.mark.parametrize("what", ["photo", "chest", "ct"])
def test_what_is_no_mammogram_is_shown_with_the_reason_and_gets_no_answer(open_page, address, films, what):
    page = open_page()
    photo = load_sample_images().images[0][..., ::-1]
    content = {
        "photo": lambda: bytes(cv2.imencode(".jpg", photo)[1]),
        "chest": lambda: bytes(cv2.imencode(".png", chest())[1]),
        "ct": lambda: dicom(films[0], modality="CT"),
    }[what]()
    bring(page, address, file("picture", content))
    page.get_by_text("No prediction was made").wait_for(timeout=WAIT_MS)
    expect(page.locator("img[alt='Image 1, not judged']")).to_have_count(1, timeout=WAIT_MS)
    assert page.locator(".st-key-answer").count() == 0


def test_who_has_no_file_tries_the_example(open_page, address):
    page = open_page()
    visit(page, f"{address}/predict", "Predict")
    page.get_by_role("button", name="Try the example").click()
    page.locator(".calibrated").wait_for(timeout=WAIT_MS)
    assert "example=1" in page.url
    assert len(doubts_of(page)) == 5
