"""Whatever people and files are named, every page shows it as it is: no page draws markup of theirs, none breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mammo.datasets.importing import import_collection
from mammo.evaluation.evaluation import evaluate
from mammo.store import Failure, NewJob, PredictionRecord
from tests.pages.conftest import WORKER
from tests.pages.texts import TEXTS

CASES = [
    ("overview", {}),
    ("data_sets", {}),
    ("data_sets", {"job": "import"}),
    ("data_sets", {"woman": TEXTS[0]}),
    ("contrast", {}),
    ("augmentation", {}),
    pytest.param("training", {}, marks=pytest.mark.slow),  # a child process counts networks
    ("training", {"job": "failed"}),
    ("training", {"job": "finished"}),
    ("results", {}),
    ("results", {"true": TEXTS[0], "called": TEXTS[0]}),
    ("predict", {"example": "1"}),
]


@pytest.fixture(scope="module")
def named(phantoms, tmp_path_factory):
    """The phantoms with other names: of women, classes, densities, scanners; warnings of the same text."""
    imported = import_collection(phantoms)
    samples = []
    for place, sample in enumerate(imported.samples):
        text = TEXTS[place % len(TEXTS)]
        labels = dict.fromkeys(sample.labels, TEXTS[place % 3])
        samples.append(
            replace(sample, patient_id=text, labels=labels, density=text, scanner=text, view=text, warnings=(text,))
        )
    return replace(imported, samples=tuple(samples), warnings=TEXTS)


@pytest.fixture
def hostile(store, phantoms, named, predictor):
    """An installation in which everything that can have a name or a note is called by one of the texts."""
    predictor.facts |= {"label": TEXTS[0], "explained_label": TEXTS[1], "warnings": TEXTS, "model": TEXTS[2]}
    predictor.facts["probabilities"] = dict.fromkeys(TEXTS[:3], 1 / 3)
    store.data_sets.add("phantoms", phantoms, named, by=TEXTS[0])
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


def drawn(app):
    """What a browser draws as Markdown, and what as HTML."""
    markdown, html = [], []
    for block in (app.main, app.sidebar):
        for element in walked(block):
            texts = list(strings(element))
            (html if element.type == "html" else markdown).extend(texts)
    return markdown, html


def walked(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield child
            yield from walked(child)
        else:
            yield child


# What Streamlit shows as it is: cells of tables, options of selectors, values of fields, names of keys, alt texts.
PLAIN = {"id", "alt", "url", "data", "options", "key", "form_id", "placeholder", "default", "value", "raw_values",
         "json", "query_string", "element_id", "spec", "selection_mode", "script_path", "page", "page_script_hash",
         "imgs_alt", "set_value", "bytes"}  # fmt: skip
MARKDOWN_OPTIONS = {"button_group", "radio"}


def strings(element):
    """All texts in an element's message but those that are shown as they are."""
    proto = getattr(element, "proto", None)
    return texts_of(proto, element.type) if proto is not None else ()


def texts_of(message, kind):
    for field, value in message.ListFields():
        if field.name in PLAIN and not (kind in MARKDOWN_OPTIONS and field.name == "options"):
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif hasattr(one, "ListFields"):
                yield from texts_of(one, kind)


@pytest.mark.parametrize(("page", "address"), CASES)
def test_no_name_and_no_note_becomes_markup(app, hostile, page, address):  # B70
    app.run()
    for name, value in address.items():
        app.query_params[name] = str(hostile.get(value, value))
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    markdown, html = drawn(app)
    assert markdown
    for text in TEXTS:
        assert not [one for one in markdown if text in one]
        assert not [one for one in html if text in one]
