"""The embeddings of a finished training are a job's work, kept with it, and found by one picture's own."""

from contextlib import suppress

import numpy as np
import pytest
import torch

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.embedding.catalogue import catalogue_path
from mammo.errors import CheckpointError, MammoError
from mammo.imaging.reading import read_image
from mammo.inference import load_models, predict
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.embeddings import known_pictures, nearest_cases
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, open_store
from mammo.training.batches import to_input
from mammo.training.presets import PRESETS

pytestmark = pytest.mark.slow
SMALL = {"epochs": 1, "image_size": 64, "batch_size": 8, "threads": 1}


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory):
    """Carries jobs out on a home with films of twelve women."""
    where = settings({"MAMMO_HOME": str(tmp_path_factory.mktemp("home"))})
    films = tmp_path_factory.mktemp("data") / "films"
    write_phantoms(films, PhantomOptions(patients=12, pitch_mm=2), processes=1)
    store = open_store(where)
    store.data_sets.add("films", films, import_collection(films), by="anna")
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    split = store.splits.add("films", made, by="anna").name

    def of(kind, config, **facts):
        number = store.jobs.submit(NewJob(kind=kind, config=config, owner="anna", **facts)).id
        with suppress(MammoError):  # it stands in the job's row
            carry_out_job(store, where, number, start_job(store, number, this_process("test")), lambda *_: None)
        return store.jobs.get(number)

    def embedded(**values):
        facts = {} if values.get("folds") else {"split": split}
        config = PRESETS["demo"].config({**SMALL, **values}).to_dict()
        trained = of("training", config, data_set="films", **facts)
        job = of("embeddings", {"job": trained.id}, data_set="films")
        assert job.state == JobState.SUCCEEDED, job.failure
        return trained, job

    of.embedded, of.store, of.where = embedded, store, where
    yield of
    store.close()


@pytest.fixture(scope="module")
def embedded(carried_out):
    return carried_out.embedded()


def test_every_picture_stands_in_the_catalogue_with_its_part(carried_out, embedded):
    trained, job = embedded
    known = known_pictures(carried_out.where, trained.id)
    assignment = carried_out.store.splits.load("films", trained.split).assignment
    assert {one.sample_id: one.part for one in known.pictures} == dict(assignment)
    assert job.result["pictures"] == [len(assignment)]
    assert known.weights_sha256 == load_models(carried_out.where.job_dir(trained.id))[0].weights_sha256


def test_an_embedding_is_the_mean_of_what_the_body_makes_of_the_picture(carried_out, embedded):
    trained, _ = embedded
    known, model = known_pictures(carried_out.where, trained.id), load_models(carried_out.where.job_dir(trained.id))[0]
    sample = next(one for one in carried_out.store.data_sets.samples("films") if one.id == known.pictures[3].sample_id)
    stored = np.rint(model.pipeline.prepare(read_image(sample.path).pixels).pixels * 65535).astype(np.uint16)
    body, _ = model.spec.split(model.network, model.spec.cam_layers[0])
    with torch.no_grad():
        expected = body(to_input(stored[None], model.pipeline.mean, model.pipeline.std)).mean((2, 3))[0]
    assert known.vectors[3] == pytest.approx(expected.numpy(), abs=1e-5)


def test_a_picture_predicted_alone_finds_itself_and_without_its_woman_others(carried_out, embedded):
    trained, _ = embedded
    models = load_models(carried_out.where.job_dir(trained.id))
    picture = next(one for one in known_pictures(carried_out.where, trained.id).pictures if one.part == "train")
    sample = next(one for one in carried_out.store.data_sets.samples("films") if one.id == picture.sample_id)
    vector = predict(models, read_image(sample.path)).embedding
    itself = nearest_cases(carried_out.where, trained.id, vector)
    assert (itself.neighbours[0].picture, itself.neighbours[0].distance) == (picture, pytest.approx(0, abs=1e-6))
    others = nearest_cases(carried_out.where, trained.id, vector, patient_id=sample.patient_id)
    assert sample.patient_id not in {one.picture.patient_id for one in others.neighbours}
    assert len(others.neighbours) == 5  # the other women that were learnt from


def test_every_fold_has_its_own_and_regions_are_embedded_as_regions(carried_out):
    trained, job = carried_out.embedded(folds=2, region="lesion", position_control=False)
    tested = carried_out.store.predictions.load(trained.id, "test", fold=1)
    known = known_pictures(carried_out.where, trained.id, fold=1)
    assert job.result["folds"] == 2
    assert {row.item_id for row in tested} == {one.item_id for one in known.pictures if one.part == "test"}
    assert all("#" in one.item_id for one in known.pictures)


def test_what_is_done_is_not_computed_again_and_what_is_damaged_is(carried_out, embedded):
    trained, _ = embedded
    path = catalogue_path(carried_out.where.job_dir(trained.id))
    written, before = path.stat().st_mtime_ns, path.read_bytes()
    carried_out("embeddings", {"job": trained.id})
    assert path.stat().st_mtime_ns == written
    path.write_bytes(before[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        known_pictures(carried_out.where, trained.id)
    carried_out("embeddings", {"job": trained.id})
    assert path.read_bytes() == before


@pytest.mark.parametrize(("config", "failure"), [({}, "parameter"), ({"job": 999}, "not_found")])
def test_what_has_no_embeddings_is_said(carried_out, config, failure):
    job = carried_out("embeddings", config)
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)


def test_before_the_job_has_run_nothing_is_known(carried_out):
    with pytest.raises(CheckpointError, match="not been computed yet") as raised:
        nearest_cases(carried_out.where, 998, [1.0])
    assert raised.value.code == "no_embeddings"
