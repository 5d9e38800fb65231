"""A finished training's heat maps are checked by a job of their own, on a real data set and model."""

from contextlib import suppress

import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.errors import MammoError
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, open_store
from mammo.training.presets import PRESETS
from mammo.trust.heatmap_trust import HeatmapTrust

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
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.4, 0.2, 0.4), policy="case")
    split = store.splits.add("films", made, by="anna").name

    def of(kind, config, **facts):
        number = store.jobs.submit(NewJob(kind=kind, config=config, owner="anna", **facts)).id
        with suppress(MammoError):  # it stands in the job's row
            carry_out_job(store, where, number, start_job(store, number, this_process("test")), lambda *_: None)
        return store.jobs.get(number)

    of.split = split
    yield of
    store.close()


def trained(carried_out, **values):
    config = PRESETS["demo"].config({**SMALL, **values}).to_dict()
    job = carried_out("training", config, data_set="films", split=carried_out.split)
    assert job.state == JobState.SUCCEEDED, job.failure
    return job


def test_each_method_gets_its_figures_and_a_model_at_chance_is_doubted(carried_out):
    model = trained(carried_out)
    job = carried_out("heatmap_check", {"job": model.id, "methods": ["grad_cam", "layer_cam"], "images": 6})
    assert job.state == JobState.SUCCEEDED
    checks = [HeatmapTrust.from_json(one) for one in job.result["checks"]]
    assert [one.method for one in checks] == ["grad_cam", "layer_cam"]
    assert all(one.images == one.outlined == 6 for one in checks)
    assert job.result["checks"][0]["failures"] == list(checks[0].failures)
    assert any("told from chance" in failure for failure in checks[0].failures)


def test_regions_are_checked_as_the_model_sees_them(carried_out):
    model = trained(carried_out, region="lesion")
    job = carried_out("heatmap_check", {"job": model.id, "images": 4})
    (check,) = job.result["checks"]
    assert check["images"] == check["outlined"] == 4


@pytest.mark.parametrize(
    ("config", "failure"),
    [({}, "parameter"), ({"job": 999}, "not_found"), ({"job": 1, "methods": ["magic"]}, "unknown_name")],
)
def test_what_cannot_be_checked_is_said(carried_out, config, failure):
    if config.get("job") == 1:
        config = {**config, "job": trained(carried_out).id}
    job = carried_out("heatmap_check", config)
    assert (job.state, job.failure_kind) == (JobState.FAILED, failure)
    assert job.failure
