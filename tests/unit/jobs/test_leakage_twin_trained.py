"""Leakage twins really trained: a premium where women can be remembered, none where there is nothing to remember.

Four films of each of 48 synthetic women, so small that lesions are hard to see and the texture is not; three seeds.
"""

from dataclasses import replace

import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.leakage_twin import TwinRecipe, find_twin, premium_of, queue_twin
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import open_store
from mammo.training.presets import PRESETS

pytestmark = [pytest.mark.slow, pytest.mark.long]

CONFIG = PRESETS["demo"].config(
    {"epochs": 60, "image_size": 32, "batch_size": 8, "threads": 1, "augmentation": "none", "orientation": "face_right"}
)


@pytest.fixture
def premium(tmp_path, record_property):
    """Trains a twin on phantoms of a texture, perhaps with the films dealt to other women; its premium of top-1."""

    def trained(*, patient_texture, dealt_anew=False):
        write_phantoms(
            tmp_path, PhantomOptions(patients=48, pitch_mm=2, patient_texture=patient_texture, seed=2), processes=1
        )
        store, imported = open_store(settings()), import_collection(tmp_path)
        if dealt_anew:
            imported = replace(imported, samples=of_other_women(imported.samples))
        store.data_sets.add("films", tmp_path, imported, by="anna")
        recipe = TwinRecipe("films", CONFIG, "case", fractions=(0.75, 0.0, 0.25))
        for job in queue_twin(store, recipe, seeds=3, by="anna").jobs:
            attempt = start_job(store, job.id, this_process("test"))
            carry_out_job(store, settings(), job.id, attempt, lambda *_: None)
        found = premium_of(store, find_twin(store, recipe), "top1")
        store.close()
        record_property("premium", str(found))
        return found.premium

    return trained


def of_other_women(samples):
    """The films with women traded within each class, so that nothing joins the films of one."""
    rng = np.random.default_rng(7)
    patient_of = {}
    for label in ("normal", "benign", "malignant"):
        of_class = [sample for sample in samples if sample.labels["case"] == label]
        traded = rng.permutation([sample.patient_id for sample in of_class])
        patient_of.update({sample.id: str(woman) for sample, woman in zip(of_class, traded, strict=True)})
    return tuple(replace(sample, patient_id=patient_of[sample.id]) for sample in samples)


def test_women_of_a_strong_texture_of_their_own_give_a_premium(premium):
    found = premium(patient_texture=1.0)
    assert found.low > 0


def test_without_a_texture_of_their_own_no_premium_can_be_told(premium):
    """A woman's outline and density are still hers: of other phantoms' seeds some show a small premium."""
    found = premium(patient_texture=0.0)
    assert found.low < 0 < found.high


def test_films_that_nothing_joins_give_no_premium(premium):
    found = premium(patient_texture=1.0, dealt_anew=True)
    assert found.low < 0 < found.high
    assert abs(found.value) < 0.1
