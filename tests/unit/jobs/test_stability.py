"""How steady a training's answers are is measured by a job that can be stopped and goes on where it was."""

import json

import numpy as np
import pytest

from mammo.imaging.gray_image import to_stored
from mammo.imaging.reading import read_image
from mammo.inference import load_models
from mammo.jobs.stability import known_stability, measure_job, stability_path
from mammo.stability import stability_of
from mammo.store import JobState

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured(small_home):
    trained = small_home.trained()
    job = small_home.carry_out("stability", {"job": trained.id}, data_set="films")
    assert job.state == JobState.SUCCEEDED, job.failure
    return trained, job, small_home.where.job_dir(trained.id)


def test_every_test_image_is_measured_as_it_is_alone(small_home, measured):
    trained, job, folder = measured
    found, rows = known_stability(folder), small_home.store.predictions.load(trained.id, "test")
    assert set(found) == {row.item_id for row in rows}
    assert job.result["images"] == len(rows)
    model = load_models(folder)[0]
    image = read_image(small_home.samples()[rows[0].sample_id].path)
    alone = stability_of([model], [to_stored(model.pipeline.prepare(image.pixels).pixels, image.bits)])[0]
    assert found[rows[0].item_id].turned_by == alone.turned_by
    assert found[rows[0].item_id].spread == pytest.approx(alone.spread, abs=1e-4)


def test_what_is_measured_is_not_measured_again_and_a_part_goes_on(small_home, measured):
    trained, _, folder = measured
    path = stability_path(folder)
    stored = json.loads(path.read_text())
    (kept, of_kept), *others = stored["found"].items()
    path.write_text(json.dumps({**stored, "found": {kept: {**of_kept, "spread": 0.123}}}))
    assert known_stability(folder) is None
    steps = []
    measure_job(small_home.store, small_home.where, trained.id, on_progress=lambda *one: steps.append(one))
    assert known_stability(folder)[kept].spread == 0.123
    assert steps == [(len(others) + 1, len(others) + 1)]


def test_another_models_figures_are_not_taken_for_this_ones(small_home, measured):
    trained, _, folder = measured
    stored = json.loads(stability_path(folder).read_text())
    changed = {name: {**one, "spread": 9.0} for name, one in stored["found"].items()}
    stability_path(folder).write_text(json.dumps({**stored, "weights_sha256": ["other"], "found": changed}))
    found = measure_job(small_home.store, small_home.where, trained.id)
    assert np.max([one.spread for one in found.values()]) <= 0.5


@pytest.mark.parametrize(("config", "failure"), [({}, "parameter"), ({"job": 999}, "not_found")])
def test_what_can_not_be_measured_is_said(small_home, config, failure):
    job = small_home.carry_out("stability", config)
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)
