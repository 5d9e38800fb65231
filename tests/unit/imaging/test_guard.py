import cv2
import numpy as np
import pytest

from benchmarks._not_mammograms import KINDS, not_mammograms
from mammo.datasets.importing import import_collection
from mammo.imaging.guard import ODD, USUAL, GuardVerdict, Usual, guard, measures
from mammo.imaging.reading import read_image
from mammo.phantoms import PhantomOptions, write_phantoms


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Twelve synthetic films, as read."""
    folder = tmp_path_factory.mktemp("films")
    write_phantoms(folder, PhantomOptions(patients=3, seed=7), processes=1)
    return [read_image(one.path).pixels for one in import_collection(folder).samples]


def test_nothing_speaks_against_a_film(films):
    verdicts = [guard(film) for film in films]
    assert all(verdict.is_mammogram for verdict in verdicts)
    assert {verdict.sentence for verdict in verdicts} == {""}


@pytest.mark.parametrize("change", ["mirrored", "half the size", "half the contrast", "with a gray offset"])
def test_a_film_stays_one_when_it_is_changed_as_films_are(films, change):
    changed = {
        "mirrored": lambda film: film[:, ::-1],
        "half the size": lambda film: cv2.resize(film, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        "half the contrast": lambda film: film / 2,
        "with a gray offset": lambda film: 0.2 + 0.6 * film,
    }[change]
    assert all(guard(np.ascontiguousarray(changed(film))).is_mammogram for film in films)


def test_a_negative_is_told_as_such(films):
    verdicts = [guard(1 - film) for film in films]
    assert not any(verdict.is_mammogram for verdict in verdicts)
    assert all(verdict.is_negative for verdict in verdicts)
    assert "inverted" in verdicts[0].sentence


@pytest.mark.parametrize(("kind", "least"), [("noise", 30), ("text", 30), ("shapes", 24), ("discs", 18)])
def test_what_is_no_mammogram_is_said_to_be_none_with_reasons(kind, least):
    """Some drawn shapes look like breasts on dark air; discs are drawn to."""
    verdicts = [guard(picture) for picture in not_mammograms(kind, 30, seed=5)]
    stopped = [verdict for verdict in verdicts if not verdict.is_mammogram]
    assert len(stopped) >= least
    assert all(verdict.reasons or verdict.is_negative for verdict in stopped)
    assert all(verdict.sentence.endswith("worth nothing.") for verdict in stopped)


def test_every_kind_of_drawn_picture_is_tried():
    assert set(KINDS) == {"noise", "text", "shapes", "discs"}


def test_a_breast_on_gray_air_is_told_by_its_background():
    film = np.full((600, 450), 0.5, np.float32)
    film[::2] = 0.0  # air at half of the grays, in lines
    cv2.ellipse(film, (0, 300), (220, 200), 0, 0, 360, 0.9, cv2.FILLED)
    verdict = guard(film)
    assert "the background is not dark" in verdict.reasons
    assert verdict.sentence.startswith("This does not look like a mammogram: ")


@pytest.mark.parametrize(
    "picture",
    [np.zeros((64, 64)), np.ones((64, 400)), np.eye(80), np.full((70, 70), 0.5), np.pad([[1.0]], 40)],
    ids=["black", "white", "a line", "gray", "a dot"],
)
def test_odd_pictures_have_finite_measures_and_are_stopped(picture):
    picture = picture.astype(np.float32)
    assert all(np.isfinite(value) for value in measures(picture).values())
    assert not guard(picture).is_mammogram


def test_oddity_grows_with_the_distance_from_the_usual_range_up_to_one():
    usual = Usual(2, 4, "less", "more")
    assert [usual.oddity(value) for value in (2, 3, 4, 5, 6, 60, 1, -50)] == [0, 0, 0, 0.5, 1, 1, 0.5, 1]
    assert Usual(0, 0, "", "more", unit=0.5).oddity(0.25) == 0.5


@pytest.mark.shared
@pytest.mark.slow
def test_real_films_pass(shared):
    """The figure by folds of women is a benchmark: benchmarks/guard.py."""
    samples = import_collection(shared / "data" / "mias-dev").samples
    passed = [guard(read_image(one.path).pixels).oddity <= ODD for one in samples]
    assert sum(passed) >= 0.98 * len(passed)
    assert set(measures(read_image(samples[0].path).pixels)) == set(USUAL)


def test_what_is_far_from_a_film_is_failed_and_what_is_a_little_odd_is_doubtful(films):
    outcomes = {guard(np.ascontiguousarray(picture)).outcome for picture in (films[0], 1 - films[0])}
    assert outcomes == {"passed", "failed"}
    doubtful = GuardVerdict(1.4, ("the background is not dark",), is_negative=False)
    assert doubtful.outcome == "doubtful"
    assert doubtful.sentence.startswith("This hardly looks like a mammogram: the background is not dark.")


@pytest.mark.parametrize(
    ("modality", "outcome"), [("MG", "passed"), ("CT", "failed"), (None, "passed"), ("CR", "passed")]
)
def test_a_header_that_names_another_kind_of_picture_is_believed(films, modality, outcome):
    assert guard(films[0], modality).outcome == outcome
