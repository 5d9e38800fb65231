"""An installation in which everything that can have a name or a note is called by a text that could be a script."""

from __future__ import annotations

from dataclasses import replace

from mammo.evaluation.evaluation import evaluate
from mammo.store import Failure, NewJob, NewOpinion, PredictionRecord
from tests.pages.conftest import WORKER
from tests.pages.texts import TEXTS


def renamed(imported):
    """A collection with other names: of women, classes, densities, scanners; warnings of the same text."""
    samples = []
    for place, sample in enumerate(imported.samples):
        text = TEXTS[place % len(TEXTS)]
        labels = dict.fromkeys(sample.labels, TEXTS[place % 3])
        samples.append(
            replace(sample, patient_id=text, labels=labels, density=text, scanner=text, view=text, warnings=(text,))
        )
    return replace(imported, samples=tuple(samples), warnings=TEXTS)


def fill(store, root, named):
    """Keep a collection that was renamed, with presets, jobs of each state, predictions and opinions; jobs by name."""
    store.data_sets.add("phantoms", root, named, by=TEXTS[0])
    for text in TEXTS:
        if text.isprintable() and text.strip():
            store.presets.save("enhancement", text[:80], {"method": "gamma", "values": {}}, owner=TEXTS[0])
    jobs = {}
    for name, kind in (
        ("import", "archive"),
        ("failed", "training"),
        ("running", "training"),
        ("finished", "training"),
    ):
        config = {"name": TEXTS[3], "model": "small", "preset": TEXTS[4]}
        jobs[name] = store.jobs.submit(NewJob(kind, config, TEXTS[5], "phantoms"), WORKER).id
        store.jobs.begin(jobs[name], 1, {TEXTS[6]: TEXTS[7]})
        store.jobs.report_progress(jobs[name], 1, 0.5, " ".join(TEXTS)[:200])
    for name in ("import", "failed"):
        store.jobs.fail(jobs[name], 1, Failure("bug", TEXTS[8], TEXTS[9]))
    store.predictions.save(jobs["finished"], 1, predictions(store))
    result = {"test": evaluated(store.predictions.load(jobs["finished"])), "notes": TEXTS}
    store.jobs.finish(jobs["finished"], 1, result)
    image = named.samples[0].sha256
    for person, note in ((TEXTS[5], " ".join(TEXTS)[:2000]), (TEXTS[7], TEXTS[8])):
        store.opinions.give(NewOpinion(image, jobs["finished"], person, "disagree", TEXTS[1], TEXTS[2], note))
    return jobs


def predictions(store):
    samples = store.data_sets.samples("phantoms")
    return [
        PredictionRecord("test", 0, sample.id, sample.id, sample.patient_id, place % 3, (0.6, 0.2, 0.2))
        for place, sample in enumerate(samples)
    ]


def evaluated(rows):
    truth, probabilities = [row.truth for row in rows], [row.probabilities for row in rows]
    return evaluate(truth, probabilities, [row.patient_id for row in rows], TEXTS[:3], resamples=20).to_json()
