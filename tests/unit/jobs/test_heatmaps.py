"""Heat maps of all test images are drawn beforehand, as the gallery would have asked for them, and kept."""

import cv2
import numpy as np
import pytest

from mammo.jobs.heatmaps import draw_job, drawn_count, items_tested, square_of
from mammo.prediction.kept import TILE_PX, kept_answer, kept_path
from mammo.prediction.lessons_file import read_lessons
from mammo.prediction.server import PredictionServer
from mammo.prediction.wire import Question
from mammo.store import JobState

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[{}, {"region": "lesion", "position_control": False}], ids=["films", "regions"])
def drawn(request, small_home):
    trained = small_home.trained(**request.param)
    job = small_home.carry_out("heatmaps", {"job": trained.id, "method": "layer_cam"}, data_set="films")
    assert job.state == JobState.SUCCEEDED, job.failure
    return trained, job


def path_of(small_home, trained, fold, item):
    folder = small_home.where.job_dir(trained.id)
    return kept_path(folder, "layer_cam", item.sample.sha256, fold, square_of(item))


def gray(picture):
    return cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED).astype(int)


def test_every_test_image_has_its_map_the_one_that_the_prediction_process_would_draw(small_home, drawn):
    trained, job = drawn
    rows = small_home.store.predictions.load(trained.id, "test")
    assert read_lessons(small_home.where.job_dir(trained.id)) is not None
    assert drawn_count(small_home.where.job_dir(trained.id), "layer_cam") == job.result["images"] == len(rows)
    fold, item = next(items_tested(small_home.store, trained.id))
    kept = kept_answer(path_of(small_home, trained, fold, item))
    film = item.sample.path
    question = Question(
        trained.id, film.name, "layer_cam", path=str(film), fold=fold, square=square_of(item), longest_px=TILE_PX
    )
    asked = PredictionServer(small_home.where).explained(question, b"")
    assert kept.qualified == asked.qualified is not None
    assert (kept.probabilities, kept.label, kept.is_whole) == (asked.probabilities, asked.label, asked.is_whole)
    assert np.abs(gray(kept.heatmap) - gray(asked.heatmap)).mean() < 3
    assert gray(kept.picture).shape == gray(asked.picture).shape


def test_what_is_drawn_stays_and_what_is_damaged_is_drawn_again(small_home, drawn):
    trained, _ = drawn
    (fold, first), (other_fold, second) = list(items_tested(small_home.store, trained.id))[:2]
    whole, damaged = path_of(small_home, trained, fold, first), path_of(small_home, trained, other_fold, second)
    written, before = whole.stat().st_mtime_ns, damaged.read_bytes()
    damaged.write_bytes(b"\0\0\0\5{}")
    assert kept_answer(damaged) is None
    kept = []
    draw_job(small_home.store, small_home.where, trained.id, "layer_cam", on_kept=lambda: kept.append(damaged))
    assert kept == [damaged]
    assert whole.stat().st_mtime_ns == written
    assert damaged.read_bytes() == before


@pytest.mark.parametrize(
    ("config", "failure"), [({}, "parameter"), ({"job": 999}, "not_found"), ({"method": "magic"}, "unknown_name")]
)
def test_what_can_not_be_drawn_is_said(small_home, config, failure):
    if "method" in config:
        config = {**config, "job": small_home.trained().id}
    job = small_home.carry_out("heatmaps", config)
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)
