"""A search for shortcuts reads the films of an imported data set, and finds what was planted beside the breast."""

import shutil
from contextlib import suppress

import cv2
import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.errors import MammoError
from mammo.imaging.breast import breast_mask
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.kinds import JOB_KINDS, JobContext
from mammo.jobs.reporting import JobReporter, JobStoppedError
from mammo.jobs.shortcuts import RadarReport, data_set_radar
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """120 films of 30 women, a third of them malignant."""
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=30, pitch_mm=2), processes=1)
    return folder


@pytest.fixture
def searched(store, films):
    """Imports the films and carries a search out on them; perhaps something happens between the two."""

    def search(between=lambda _samples: None):
        store.data_sets.add("films", films, import_collection(films), by="anna")
        between(store.data_sets.samples("films"))
        number = store.jobs.submit(NewJob("shortcuts", {}, "anna", "films")).id
        with suppress(MammoError):  # it stands in the job's row
            carry_out_job(store, settings(), number, start_job(store, number, this_process("test")), lambda *_: None)
        return store.jobs.get(number)

    return search


def lights(job):
    return {one["probe"]: one["light"] for one in job.result["probes"]}


def test_films_without_a_shortcut_are_green_and_what_all_share_is_not_judged(searched):
    job = searched()
    assert job.state == JobState.SUCCEEDED, job.failure
    assert (job.result["films"], job.result["women"], job.result["label_policy"]) == (120, 30, "case")
    assert lights(job) == {"scanner": "green", "border": "green", "size": "unknown", "file": "green"}
    assert job.result["light"] == "green"


def test_a_mark_in_the_corner_of_malignant_films_turns_the_border_red(films, store, tmp_path):
    marked = shutil.copytree(films, tmp_path / "marked")
    for sample in import_collection(marked).samples:
        if sample.labels["case"] == "malignant":
            plant_mark(sample.path)
    store.data_sets.add("marked", marked, import_collection(marked), by="anna")
    steps = []
    report = data_set_radar(store, "marked", on_progress=lambda *step: steps.append(step))
    assert {one.probe: one.light for one in report.probes}["border"] == "red"
    assert report.light == "red"
    assert steps == [(number, 120) for number in range(1, 121)]


def plant_mark(path):
    """A bright square of 6 pixels in the lower corner in which there is no breast; labels stand in the upper ones."""
    film = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    breast = breast_mask((film / film.max()).astype("float32"))
    left = 3 if breast[-12:, :12].mean() < breast[-12:, -12:].mean() else film.shape[1] - 9
    film[-9:-3, left : left + 6] = film.max()
    cv2.imwrite(str(path), film)


def test_a_report_comes_back_from_json_as_it_was(searched, store):
    report = RadarReport.from_json(searched().result)
    assert report == data_set_radar(store, "films")
    assert RadarReport.from_json(report.to_json()) == report


def test_a_film_that_is_gone_is_named(searched, tmp_path):
    def hide(samples):
        samples[0].path.rename(tmp_path / "hidden.png")
        hidden.append(samples[0])

    hidden = []
    job = searched(hide)
    (tmp_path / "hidden.png").rename(hidden[0].path)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "source_missing")
    assert f"The film {hidden[0].id} is no longer at its place." in job.failure


def test_a_search_is_laid_down_when_a_person_cancels_it(films, store):
    store.data_sets.add("films", films, import_collection(films), by="anna")
    number = store.jobs.submit(NewJob("shortcuts", {}, "anna", "films"), this_process("test")).id
    store.jobs.begin(number, 1, {})
    store.jobs.cancel(number, by="anna")
    reporter = JobReporter(store, number, 1, lambda *_: None)
    with pytest.raises(JobStoppedError):
        JOB_KINDS["shortcuts"].carry_out(JobContext(store, settings(), store.jobs.get(number), reporter))
    assert reporter.stop_reason == "cancel"


def test_a_search_without_a_data_set_says_so(store):
    number = store.jobs.submit(NewJob("shortcuts", {}, "anna")).id
    with pytest.raises(MammoError, match="names a data set"):
        carry_out_job(store, settings(), number, start_job(store, number, this_process("test")), lambda *_: None)
