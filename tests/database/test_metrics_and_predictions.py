import math
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from db.session import open_database, reading
from mammo.errors import JobStateError, NotFoundError
from mammo.store import MetricRow, PredictionRecord


@dataclass(frozen=True)
class Logged:
    """A number as a training logs it."""

    fold: int
    step: int
    name: str
    value: float


def test_metrics_come_out_by_fold_and_step(store, working):
    rows = [MetricRow(1, 5, "loss", 0.5), MetricRow(0, 20, "loss", 0.25), MetricRow(0, 3, "loss", 1 / 3)]
    store.jobs.record_metrics(*working, rows)
    assert store.jobs.metrics(working[0]) == (rows[2], rows[1], rows[0])


def test_what_a_training_logs_is_kept_as_rows(store, working):
    store.jobs.record_metrics(*working, [Logged(0, 1, "loss", 0.5)])
    assert store.jobs.metrics(working[0]) == ((0, 1, "loss", 0.5),)


def test_a_step_done_again_replaces_its_number(store, working):
    store.jobs.record_metrics(*working, [MetricRow(0, 1, "loss", 0.9), MetricRow(0, 2, "loss", 0.8)])
    store.jobs.record_metrics(*working, [MetricRow(0, 2, "loss", 0.7), MetricRow(0, 3, "loss", 0.6)])
    assert [row.value for row in store.jobs.metrics(working[0])] == [0.9, 0.7, 0.6]


def test_a_job_that_has_ended_tells_the_same_from_one_part_for_each_curve(store, working, database_url):
    for steps in ((1, 2), (2, 3), (3, 4)):  # as after resumes
        rows = [MetricRow(fold, step, "loss", step + steps[0] / 10) for fold in (0, 1) for step in steps]
        store.jobs.record_metrics(*working, [*rows, MetricRow(0, steps[0], "auc", math.nan)])
    before = store.jobs.metrics(working[0])
    store.jobs.finish(*working, {})
    assert repr(store.jobs.metrics(working[0])) == repr(before)  # nan is not equal to itself
    assert [row.value for row in before if (row.fold, row.name) == (0, "loss")] == [1.1, 2.2, 3.3, 4.3]
    engine = open_database(database_url)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM curve_parts")) == 3
    engine.dispose()


def test_curves_of_several_jobs_are_read_at_once(store, working, new_job):
    store.jobs.record_metrics(*working, [MetricRow(0, step, "loss", 1 / step) for step in (1, 2, 4)])
    other = store.jobs.submit(new_job).id
    found = store.jobs.curves([working[0], other], ["loss"])
    assert found[other] == ()
    (curve,) = found[working[0]]
    assert (curve.fold, curve.name, curve.steps.tolist(), curve.values.tolist()) == (
        0,
        "loss",
        [1, 2, 4],
        [1, 0.5, 0.25],
    )


def test_metrics_are_found_by_name(store, working):
    store.jobs.record_metrics(*working, [MetricRow(0, 1, name, 0.5) for name in ("loss", "rate", "top1")])
    assert [row.name for row in store.jobs.metrics(working[0], ["top1", "loss"])] == ["loss", "top1"]


def test_a_value_that_is_not_a_number_stays_one(store, working):
    store.jobs.record_metrics(*working, [MetricRow(0, 1, "auc", math.nan), MetricRow(0, 1, "loss", math.inf)])
    auc, loss = store.jobs.metrics(working[0])
    assert math.isnan(auc.value)
    assert loss.value == math.inf


def test_every_bit_of_a_metric_survives(store, working):
    values = [math.pi, 1e-300, 5e-324, 1.7976931348623157e308, 0.1 + 0.2]
    store.jobs.record_metrics(*working, [MetricRow(0, step, "x", value) for step, value in enumerate(values)])
    assert [row.value for row in store.jobs.metrics(working[0])] == values


def test_a_stale_attempt_writes_no_metric(store, working, other_worker):
    job, attempt = working
    store.jobs.record_metrics(job, attempt, [MetricRow(0, 1, "loss", 0.5)])
    store.jobs.take_over(job, attempt, other_worker)
    with pytest.raises(JobStateError, match="Attempt 1"):
        store.jobs.record_metrics(job, attempt, [MetricRow(0, 1, "loss", 99.0)])
    assert store.jobs.metrics(job) == ((0, 1, "loss", 0.5),)


def test_metrics_and_predictions_of_a_job_that_is_not_there_are_refused(store):
    with pytest.raises(NotFoundError, match="no job 5"):
        store.jobs.record_metrics(5, 1, [MetricRow(0, 1, "loss", 0.5)])
    with pytest.raises(NotFoundError, match="no job 5"):
        store.predictions.save(5, 1, [prediction()])


def prediction(part="test", fold=0, item="a.png", probabilities=(0.1, 0.2, 0.7)):
    return PredictionRecord(part, fold, item, "a.png", "p1", 2, probabilities)


def test_predictions_come_out_as_they_went_in(store, working):
    rows = (
        prediction("test", 0, "a.png#lesion0", (1 / 3, 1 / 3, 1 / 3)),
        prediction("test", 1, "a.png"),
        prediction("validation", 0, "b.png", ()),
    )
    store.predictions.save(*working, rows[::-1])
    assert store.predictions.load(working[0]) == rows
    assert store.predictions.load(working[0], part="test") == rows[:2]
    assert store.predictions.load(working[0], part="test", fold=1) == rows[1:2]
    assert store.predictions.load(working[0], fold=0) == (rows[0], rows[2])


def test_saving_a_fold_again_replaces_it_alone(store, working):
    kept = (prediction("test", 0, "a.png"), prediction("validation", 1, "a.png"))
    store.predictions.save(*working, [*kept, prediction("test", 1, "old.png")])
    store.predictions.save(*working, [prediction("test", 1, "new.png")])
    assert store.predictions.load(working[0]) == (kept[0], prediction("test", 1, "new.png"), kept[1])


def test_a_stale_attempt_replaces_no_predictions(store, working, other_worker):
    job, attempt = working
    store.predictions.save(job, attempt, [prediction()])
    store.jobs.take_over(job, attempt, other_worker)
    with pytest.raises(JobStateError, match="Attempt 1"):
        store.predictions.save(job, attempt, [prediction(probabilities=(1.0, 0.0, 0.0))])
    assert store.predictions.load(job) == (prediction(),)


def test_a_job_without_predictions_has_none(store, working):
    assert store.predictions.load(working[0]) == ()
    assert store.jobs.metrics(working[0]) == ()


def test_how_much_was_logged_is_known_without_reading_it(store, working):
    assert store.jobs.logged_so_far(working[0]) == (0, 0)
    store.jobs.record_metrics(*working, [MetricRow(0, 3, "loss", 0.9), MetricRow(1, 7, "loss", 0.8)])
    assert store.jobs.logged_so_far(working[0]) == (2, 7)
