"""The embeddings of a finished training are a job's work, kept with it, and found by one picture's own."""

import numpy as np
import pytest
import torch

from mammo.embedding.catalogue import catalogue_path
from mammo.errors import CheckpointError
from mammo.imaging.reading import read_image
from mammo.inference import load_models, predict
from mammo.jobs.embeddings import known_pictures, nearest_cases
from mammo.store import JobState
from mammo.training.batches import to_input

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def embed(small_home):
    """Trains once and computes the embeddings; both jobs."""

    def of(**values):
        trained = small_home.trained(**values)
        job = small_home.carry_out("embeddings", {"job": trained.id}, data_set="films")
        assert job.state == JobState.SUCCEEDED, job.failure
        return trained, job

    return of


@pytest.fixture(scope="module")
def embedded(embed):
    return embed()


def test_every_picture_stands_in_the_catalogue_with_its_part(small_home, embedded):
    trained, job = embedded
    known = known_pictures(small_home.where, trained.id)
    assignment = small_home.store.splits.load("films", trained.split).assignment
    assert {one.sample_id: one.part for one in known.pictures} == dict(assignment)
    assert job.result["pictures"] == [len(assignment)]
    assert known.weights_sha256 == load_models(small_home.where.job_dir(trained.id))[0].weights_sha256


def test_an_embedding_is_the_mean_of_what_the_body_makes_of_the_picture(small_home, embedded):
    trained, _ = embedded
    known, model = known_pictures(small_home.where, trained.id), load_models(small_home.where.job_dir(trained.id))[0]
    sample = next(one for one in small_home.samples().values() if one.id == known.pictures[3].sample_id)
    stored = np.rint(model.pipeline.prepare(read_image(sample.path).pixels).pixels * 65535).astype(np.uint16)
    body, _ = model.spec.split(model.network, model.spec.cam_layers[0])
    with torch.no_grad():
        expected = body(to_input(stored[None], model.pipeline.mean, model.pipeline.std)).mean((2, 3))[0]
    assert known.vectors[3] == pytest.approx(expected.numpy(), abs=1e-5)


def test_a_picture_predicted_alone_finds_itself_and_without_its_woman_others(small_home, embedded):
    trained, _ = embedded
    models = load_models(small_home.where.job_dir(trained.id))
    picture = next(one for one in known_pictures(small_home.where, trained.id).pictures if one.part == "train")
    sample = next(one for one in small_home.samples().values() if one.id == picture.sample_id)
    vector = predict(models, read_image(sample.path)).embedding
    itself = nearest_cases(small_home.where, trained.id, vector)
    assert (itself.neighbours[0].picture, itself.neighbours[0].distance) == (picture, pytest.approx(0, abs=1e-6))
    others = nearest_cases(small_home.where, trained.id, vector, patient_id=sample.patient_id)
    assert sample.patient_id not in {one.picture.patient_id for one in others.neighbours}
    assert len(others.neighbours) == 5  # the other women that were learnt from


def test_every_fold_has_its_own_and_regions_are_embedded_as_regions(small_home, embed):
    trained, job = embed(folds=2, region="lesion", position_control=False)
    tested = small_home.store.predictions.load(trained.id, "test", fold=1)
    known = known_pictures(small_home.where, trained.id, fold=1)
    assert job.result["folds"] == 2
    assert {row.item_id for row in tested} == {one.item_id for one in known.pictures if one.part == "test"}
    assert all("#" in one.item_id for one in known.pictures)


def test_what_is_done_is_not_computed_again_and_what_is_damaged_is(small_home, embedded):
    trained, _ = embedded
    path = catalogue_path(small_home.where.job_dir(trained.id))
    written, before = path.stat().st_mtime_ns, path.read_bytes()
    small_home.carry_out("embeddings", {"job": trained.id})
    assert path.stat().st_mtime_ns == written
    path.write_bytes(before[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        known_pictures(small_home.where, trained.id)
    small_home.carry_out("embeddings", {"job": trained.id})
    assert path.read_bytes() == before


@pytest.mark.parametrize(("config", "failure"), [({}, "parameter"), ({"job": 999}, "not_found")])
def test_what_has_no_embeddings_is_said(small_home, config, failure):
    job = small_home.carry_out("embeddings", config)
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)


def test_before_the_job_has_run_nothing_is_known(small_home):
    with pytest.raises(CheckpointError, match="not been computed yet") as raised:
        nearest_cases(small_home.where, 998, [1.0])
    assert raised.value.code == "no_embeddings"
