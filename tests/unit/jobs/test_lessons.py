"""What a training teaches, by how its women were judged: validation women, or every woman once by the folds."""

from types import SimpleNamespace

import numpy as np
import pytest

from mammo.config import settings
from mammo.evaluation.conformal import crossfitted_coverage
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.predictions import Predictions
from mammo.jobs.lessons import learn_and_keep
from mammo.prediction.lessons_file import read_lessons
from mammo.store import PredictionRecord
from mammo.training.presets import PRESETS

NAMES = ("normal", "benign", "malignant")
FOLDS, WOMEN = 5, 60


def rows_of(part, women, fold, seed=0):
    """Two images of each woman, answered with what chances there are; their truth drawn by them."""
    generator = np.random.default_rng([seed, fold])
    for woman in women:
        for image in range(2):
            chances = generator.dirichlet([1, 1, 1])
            name = f"{woman}-{image}"
            truth = int(generator.choice(3, p=chances))
            yield PredictionRecord(part, fold, name, name, f"W{woman}", truth, tuple(chances))


def predictions(rows):
    return Predictions.checked(
        [row.truth for row in rows], [row.probabilities for row in rows], [row.patient_id for row in rows], NAMES
    )


@pytest.fixture
def learn():
    """Lessons of rows as a training with so many folds would learn and keep them."""

    def learnt(rows, folds):
        where, test = settings(), predictions([row for row in rows if row.part == "test" and row.fold < max(folds, 1)])
        where.job_dir(1).mkdir(parents=True)
        scores = evaluate(test.truth, test.probabilities, test.patients.tolist(), NAMES, resamples=50)
        job = SimpleNamespace(id=1, config=PRESETS["demo"].config({"folds": folds}).to_dict())
        lessons = learn_and_keep(where, job, rows, {"test": scores.to_json()})
        assert read_lessons(where.job_dir(1)) == lessons
        return lessons

    return learnt


def test_folds_teach_by_each_woman_once_and_not_by_the_few_women_that_all_of_them_validated_on(learn):
    test = [row for fold in range(FOLDS) for row in rows_of("test", range(fold, WOMEN, FOLDS), fold)]
    validation = [row for fold in range(FOLDS) for row in rows_of("validation", range(6), fold, seed=1)]
    control = list(rows_of("test", range(WOMEN), FOLDS, seed=2))
    lessons = learn([*validation, *test, *control], FOLDS)
    assert (lessons.images, lessons.women, lessons.folds) == (2 * WOMEN, WOMEN, FOLDS)
    assert lessons.held == crossfitted_coverage(predictions(test))
    assert (lessons.tested.women, lessons.tested.held) == (WOMEN, None)


def test_one_split_teaches_by_its_validation_women_and_is_tested_on_others(learn):
    validation, test = list(rows_of("validation", range(40), 0)), list(rows_of("test", range(40, WOMEN), 0, seed=1))
    lessons = learn([*validation, *test], 0)
    assert (lessons.women, lessons.folds, lessons.tested.women) == (40, 0, 20)
    assert lessons.tested.held.value is not None
