"""The promise of conformal sets: a real model on 2,000 phantoms, and over a thousand simulated studies."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.evaluation.conformal import GOAL, coverage, crossfitted_coverage, fitted_sets
from mammo.evaluation.predictions import Predictions
from mammo.inference import load_models, probabilities_of_items
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.training.items import film_items
from mammo.training.presets import PRESETS
from mammo.training.procedure import TrainingFolders, TrainingSource, train_and_evaluate

pytestmark = [pytest.mark.long]

WOMEN, TRAINED_ON, CASES, STUDIES = 560, 60, 2000, 1000
CLASSES = ("normal", "benign", "malignant")


class Silent:
    def metrics(self, rows): ...
    def progress(self, share, note): ...
    def checkpoint_kept(self): ...
    def should_stop(self):
        return False


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A small model's answers to the films of 500 women that it has never seen."""
    folder = tmp_path_factory.mktemp("coverage")
    write_phantoms(folder / "films", PhantomOptions(patients=WOMEN, pitch_mm=1.5))
    samples = import_collection(folder / "films").samples
    women = sorted({one.patient_id for one in samples})
    known = set(np.random.default_rng(0).permutation(women)[:TRAINED_ON])
    learnt_from = [one for one in samples if one.patient_id in known]
    split = split_samples(learnt_from, by="patient", fractions=(0.7, 0.15, 0.15), policy="case")
    config = PRESETS["demo"].config({"epochs": 4, "image_size": 96, "batch_size": 16})
    where = settings({"MAMMO_HOME": str(folder / "home")})
    where.job_dir(1).mkdir(parents=True)
    folders = TrainingFolders(where.job_dir(1), where.prepared_dir, where.weights_dir)
    assert train_and_evaluate(
        config, TrainingSource(learnt_from, split.assignment, "case"), folders, Silent()
    ).completed
    items = film_items([one for one in samples if one.patient_id not in known], "case", CLASSES)
    probabilities = probabilities_of_items(load_models(where.job_dir(1)), items, where.prepared_dir)
    return Predictions.checked(
        [one.label for one in items], probabilities, [one.sample.patient_id for one in items], CLASSES
    )


def chosen(predictions, women):
    inside = np.isin(predictions.patients, women)
    return Predictions(
        predictions.truth[inside],
        predictions.predicted[inside],
        predictions.probabilities[inside],
        predictions.patients[inside],
        predictions.class_names,
    )


def test_sets_hold_the_truth_of_2000_phantoms_as_often_as_promised(answered):
    """Each woman's films are judged by sets fitted on the women of the other half."""
    women = np.random.default_rng(1).permutation(np.unique(answered.patients))
    halves = [chosen(answered, half) for half in np.array_split(women, 2)]
    held = [coverage(fitted_sets(one), other).value for one, other in (halves, halves[::-1])]
    error = np.sqrt(GOAL * (1 - GOAL) / len(women))  # as if a woman's films were one
    assert answered.n == CASES
    assert np.mean(held) >= GOAL - 2 * error


def test_what_validation_women_are_said_to_be_held_is_what_new_women_are(answered):
    generator, women = np.random.default_rng(2), np.unique(answered.patients)
    said, came = [], []
    for _ in range(STUDIES // 20):
        drawn = generator.permutation(women)
        validation, new = chosen(answered, drawn[:60]), chosen(answered, drawn[60:])
        said.append(crossfitted_coverage(validation).value)
        came.append(coverage(fitted_sets(validation), new).value)
    assert np.mean(came) >= GOAL - 2 * np.std(came) / np.sqrt(len(came))
    assert np.mean(said) == pytest.approx(np.mean(came), abs=0.02)


def test_the_promise_holds_over_a_thousand_studies_with_women_whose_images_resemble_each_other(simulated_predictions):
    held = []
    for seed in range(STUDIES):
        both = simulated_predictions(80, seed=seed)[0]
        women = np.unique(both.patients)
        held.append(coverage(fitted_sets(chosen(both, women[:50])), chosen(both, women[50:])).value)
    assert np.mean(held) >= GOAL - 2 * np.std(held) / np.sqrt(STUDIES)
