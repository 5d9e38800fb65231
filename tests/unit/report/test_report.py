"""Reports: what they hold, what they do not, and that nothing in them can be changed unseen."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.embedding.catalogue import UsualDistances
from mammo.errors import MammoError
from mammo.evaluation.intervals import Interval
from mammo.evaluation.qualified import OnTest, Qualified
from mammo.imaging.reading import LoadedImage, decode_image
from mammo.prediction.wire import Answer
from mammo.report import RESEARCH_USE, Further, Here, Likeness, Origin, case_of, read_report, report_html, verify
from mammo.report.likeness import SimilarCase
from mammo.report.page import seal_in, seal_of
from mammo.report.pdf import report_pdf
from mammo.stability import Stability

VERSIONS = {"torch": "2", "python": "3.11"}
ORIGIN = Origin(7, "films", "by-patient", "grad_cam", None, 0.6, "2026-01-02T03:04:05+00:00", VERSIONS)
STABILITY = Stability(0.125, 0.1, 0.35, 0.66, 8, ("mirrored",))
NEAREST = (SimilarCase("benign", "L", "CC", 0.0212), SimilarCase("malignant", "R", "MLO", 0.034))
LIKENESS = Likeness(NEAREST, UsualDistances(0.03, 0.06, 40, "validation"))
FURTHER = Further(STABILITY, LIKENESS)
SCRIPT = "</script><script>alert(1)</script>"


def png(image):
    return cv2.imencode(".png", np.rint(image * 255).astype(np.uint8))[1].tobytes()


def judged(question, content):
    """A model that answers with the mean gray, and looks at the brightest row."""
    pixels = decode_image(question.name, content).pixels
    share = float(pixels.mean())
    return Answer(
        label="malignant" if share > 0.5 else "benign",
        probabilities={"benign": 1 - share, "malignant": share},
        explained_label="benign",
        warnings=(),
        weights_sha256="ab" * 32,
        pipeline_hash="cd" * 8,
        model="Small",
        cam_layers=("last",),
        is_whole=False,
        picture=png(pixels),
        heatmap=png(pixels / pixels.max()),
        network_input=png(pixels),
    )


@pytest.fixture
def film(phantom):
    stored = np.rint(phantom * 4095).astype(np.uint16)
    return LoadedImage((stored / np.float32(4095)).astype(np.float32), 12, "PNG")


@pytest.fixture
def case(film):
    answer = judged(type("Question", (), {"name": "a"}), png(film.pixels))
    exact = float(film.pixels.mean())
    answer = replace(answer, probabilities={"benign": 1 - exact, "malignant": exact})
    return case_of("Image 1", film, answer, ORIGIN, FURTHER)


def here(judge=judged, stability=STABILITY, likeness=LIKENESS):
    return Here(judge, decode_image, lambda _job, _fed: stability, lambda _job, _embedding: likeness)


def failed(text, films=(), asked=None):
    return {(one.of, one.name) for one in verify(read_report(text), asked or here(), films) if not one.is_ok}


def resealed(text):
    return text.replace(seal_in(text), seal_of(text))


def test_an_untouched_report_passes_and_tells_where_it_comes_from(case):
    text = report_html(ORIGIN, [case])
    assert failed(text) == set()
    for fact in ("job 7", "films", "by-patient", "ab" * 32, "cd" * 8, "2026-01-02", case.facts.pixels_sha256[:16]):
        assert fact in text
    assert text.count(RESEARCH_USE) == 2


def test_the_picture_in_it_has_every_gray(case, film):
    held = read_report(report_html(ORIGIN, [case])).cases[0].film
    assert np.array_equal(decode_image("a", held).pixels, film.pixels)


def test_every_single_flipped_character_breaks_the_seal(case):
    text = report_html(ORIGIN, [case])
    for place in np.random.default_rng(0).integers(0, len(text), 300):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        assert seal_in(changed) != seal_of(changed)


def test_a_digit_changed_for_the_reader_alone_is_found_though_the_seal_was_made_anew(case):
    text = report_html(ORIGIN, [case])
    shown = f"<td>{case.facts.answer['probabilities']['malignant']:.4f}</td>"
    assert shown in text
    assert failed(resealed(text.replace(shown, "<td>0.9999</td>"))) == {("report", "words")}


def test_a_report_written_anew_with_another_probability_is_found_by_recomputing_it(case):
    answer = {**case.facts.answer, "probabilities": {"benign": 0.3, "malignant": 0.7}}
    text = report_html(ORIGIN, [replace(case, facts=replace(case.facts, answer=answer))])
    assert failed(text) == {("Image 1", "answer")}


@pytest.mark.parametrize("kind", ["film", "shown", "overlay"])
def test_a_changed_picture_is_found_though_the_seal_was_made_anew(case, kind):
    text = report_html(ORIGIN, [case])
    found = re.search(rf'id="{kind}-1"[^>]*?base64,([A-Za-z0-9+/=]*)"', text)
    pixels = cv2.imdecode(np.frombuffer(b64decode(found[1]), np.uint8), cv2.IMREAD_UNCHANGED)
    if kind == "film":
        pixels[40, 20] ^= 1  # one gray of one pixel
    else:
        pixels[40:60, 20:40] = 255 - pixels[40:60, 20:40]
    forged = cv2.imencode(".jpg" if kind == "overlay" else ".png", pixels)[1].tobytes()
    names = {"film": "pixels", "shown": "picture", "overlay": "heat map"}
    assert ("Image 1", names[kind]) in failed(resealed(text.replace(found[1], b64encode(forged).decode())))


def test_a_picture_that_the_report_does_not_hold_is_asked_for_and_known_by_its_pixels(case, film, phantom):
    text = report_html(ORIGIN, [replace(case, film=b"")])
    other = LoadedImage(np.ascontiguousarray(phantom[::-1]), 8, "PNG")
    assert failed(text) == {("Image 1", "pixels")}
    assert failed(text, [other]) == {("Image 1", "pixels")}
    assert failed(text, [other, film]) == set()


def test_what_a_name_or_a_label_holds_is_text(case):
    answer = {**case.facts.answer, "label": SCRIPT, "warnings": [SCRIPT], "probabilities": {SCRIPT: 1.0}}
    text = report_html(
        replace(ORIGIN, data_set=SCRIPT), [replace(case, facts=replace(case.facts, name=SCRIPT, answer=answer))]
    )
    assert text.count("<script") == 1  # the facts, which are data
    assert read_report(text).cases[0].facts.name == SCRIPT


def test_a_heat_map_that_is_not_to_be_trusted_is_gray_and_said_to_be_and_verified_as_such(film):
    answer = judged(type("Question", (), {"name": "a"}), png(film.pixels))
    exact = float(film.pixels.mean())
    answer = replace(answer, probabilities={"benign": 1 - exact, "malignant": exact})
    doubted = replace(ORIGIN, checks=(1, 3))
    case = case_of("Image 1", film, answer, doubted)
    drawn = cv2.imdecode(np.frombuffer(case.overlay, np.uint8), cv2.IMREAD_COLOR).astype(int)
    assert np.ptp(drawn, axis=2).max() <= 3
    text = report_html(doubted, [case])
    assert "Heat map: poor trust, 1 of 3 checks." in text
    assert "Evidence for benign, not to be trusted" in text
    assert failed(text) == set()


@pytest.mark.parametrize(
    ("trust", "sentence"),
    [
        ({"checks": (3, 3)}, "Heat map: good trust, 3 of 3 checks."),
        ({}, "Heat map: nobody has checked yet"),
        ({"checks": (3, 3), "is_void": True}, "Heat map: poor trust"),
    ],
)
def test_a_report_says_how_far_its_heat_maps_can_be_trusted(case, trust, sentence):
    assert sentence in report_html(replace(ORIGIN, **trust), [case])
    assert "Heat map:" not in report_html(replace(ORIGIN, method=None, **trust), [case])


@pytest.mark.parametrize("text", ["", "<html></html>", '<script type="application/json" id="mammo-facts">[]</script>'])
def test_what_is_no_report_is_one_sentence(text):
    with pytest.raises(MammoError, match="no report"):
        read_report(text)


def test_a_report_of_another_layout_names_it(case):
    text = report_html(ORIGIN, [case]).replace('"layout": 4', '"layout": 99')
    with pytest.raises(MammoError, match="layout 99"):
        read_report(text)


SHARES = {"benign": Interval(0.31, 0.2, 0.4), "malignant": Interval(0.69, 0.6, 0.8)}
TESTED = OnTest(322, 161, "malignant", Interval(0.46, 0.31, 0.62), Interval(0.88))
QUALIFIED = Qualified(SHARES, ("malignant",), 0.02, 1.4, 0.9, Interval(0.91), 90, 30, {}, 9, TESTED)


def qualified(question, content):
    header = {"laterality": None, "view": None, "spacing_mm": None, "height_px": 96}
    return replace(judged(question, content), qualified=QUALIFIED, pixels_per_input=11.0, **header)


@pytest.fixture
def qualified_text(film):
    answer = qualified(type("Question", (), {"name": "a"}), png(film.pixels))
    exact = float(film.pixels.mean())
    header = {"laterality": "L", "view": "CC", "spacing_mm": 0.1}
    answer = replace(answer, probabilities={"benign": 1 - exact, "malignant": exact}, embedding=(1.0, 2.0), **header)
    return report_html(ORIGIN, [case_of("Image 1", film, answer, ORIGIN)])


def test_a_report_tells_the_set_its_coverage_the_calibration_and_the_doubts(qualified_text):
    for words in (
        "Malignant is the only class that fits",
        "Such sets held the truth for 91",
        "0.69 (0.60 to 0.80)",
        "about 69 are malignant; in screening",
        "1 pixel of the model is 1.1 mm: calcifications can&#39;t be judged.",
        "Tested on 322 images of 161 women, all of the data set films; malignant found 0.46 (0.31 to 0.62).",
    ):
        assert words in qualified_text
    assert "embedding" not in qualified_text


def test_what_only_the_header_told_is_not_asked_for_again_and_the_rest_is(qualified_text):
    checks = list(verify(read_report(qualified_text), here(qualified)))
    assert [one for one in checks if not one.is_ok] == []
    other = replace(QUALIFIED, fits=("benign",))
    differing = verify(read_report(qualified_text), here(lambda *asked: replace(qualified(*asked), qualified=other)))
    (found,) = [one for one in differing if not one.is_ok]
    assert "fits 1: the report says malignant, the model gives benign" in found.detail


def test_facts_of_an_answer_that_make_no_sense_are_not_the_words_of_any_report(qualified_text):
    broken = resealed(qualified_text.replace('"fits": ["malignant"]', '"fats": ["malignant"]'))
    assert ("report", "words") in {
        (one.of, one.name) for one in verify(read_report(broken), here(qualified)) if not one.is_ok
    }


def test_the_pdf_has_a_page_for_each_case_and_takes_letters_of_any_alphabet(case):
    other = replace(case, facts=replace(case.facts, name="Γυναίκα 2 Жук"))
    content = report_pdf(ORIGIN, [case, other])
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", content)) == 2


def test_a_report_tells_how_steady_the_answer_is_and_which_known_cases_are_similar(case):
    text = report_html(ORIGIN, [case])
    for words in (
        "The first choice changed in 1 of 8 small changes of contrast and position.",
        "The nearest lies at 0.021, nearer than for half of the validation films (0.030).",
        "<td>benign</td><td>L CC</td><td>0.021</td>",
        "<td>malignant</td><td>R MLO</td><td>0.034</td>",
    ):
        assert words in text


def test_a_report_for_which_nobody_computed_the_known_cases_says_so_and_is_not_asked_for_them(case):
    text = report_html(ORIGIN, [replace(case, facts=replace(case.facts, further=Further()))])
    assert "Nobody has yet computed which films the model learnt from" in text
    assert "Most similar" not in text
    assert failed(text, asked=here(stability=None, likeness=None)) == set()


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"stability": replace(STABILITY, turned_by=(), changed=0.0)}, "stability"),
        ({"stability": replace(STABILITY, lowest=0.2)}, "stability"),
        ({"likeness": None}, "similar cases"),
        ({"likeness": replace(LIKENESS, cases=NEAREST[:1])}, "similar cases"),
        ({"likeness": replace(LIKENESS, usual=None)}, "similar cases"),
        ({"likeness": replace(LIKENESS, cases=(replace(NEAREST[0], label="normal"), NEAREST[1]))}, "similar cases"),
        ({"likeness": replace(LIKENESS, cases=(replace(NEAREST[0], distance=0.02), NEAREST[1]))}, "similar cases"),
    ],
)
def test_another_steadiness_or_other_similar_cases_than_here_are_found(case, changed, fails):
    assert failed(report_html(ORIGIN, [case]), asked=here(**changed)) == {("Image 1", fails)}


def test_of_two_cases_that_lie_equally_near_either_may_come_first(case):
    near = tuple(replace(one, distance=0.02 + place * 1e-5) for place, one in enumerate(NEAREST))
    turned = tuple(replace(one, distance=0.02 + place * 1e-5) for place, one in enumerate(reversed(NEAREST)))
    text = report_html(
        ORIGIN, [replace(case, facts=replace(case.facts, further=Further(STABILITY, Likeness(near, None))))]
    )
    assert failed(text, asked=here(likeness=Likeness(turned, None))) == set()
