"""Seeking films that only look alike, in different parts of a split: every film is read, so it takes a job."""

from __future__ import annotations

from mammo.datasets.leakage import leakage_report
from mammo.datasets.likeness import image_signatures
from mammo.errors import NotFoundError
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind

_MOST_PAIRS = 500  # kept in the result; more than a person compares


def _carry_out(context: JobContext) -> Finished | None:
    job, reporter = context.job, context.reporter
    if job.data_set is None or job.split is None:
        raise NotFoundError("A search for films that look alike names a data set and a split.")

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(done / total, f"comparing film {done} of {total}")

    split = context.store.splits.load(job.data_set, job.split)
    samples = [one for one in context.store.data_sets.samples(job.data_set) if one.id in split.assignment]
    report = leakage_report(samples, split, image_signatures(samples, on_progress=on_progress))
    pairs = [list(pair) for pair in report.near_duplicates_across or ()]
    return Finished({"pairs_found": len(pairs), "pairs": pairs[:_MOST_PAIRS]})


JOB_KINDS.add(JobKind("likeness", "Search for films that look alike", _carry_out))
