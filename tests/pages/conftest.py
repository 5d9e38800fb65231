"""The whole app without a browser: opened through app.py, with an empty or a filled database."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.evaluation.evaluation import evaluate
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import Failure, NewJob, PredictionRecord, Worker
from tests.pages.stand_in import StandIn

APP = Path(__file__).parents[2] / "app.py"
WORKER = Worker(id="test", pid=os.getpid(), boot_id="boot", started=0.0)
SCORES = {"test": {"scores": {"balanced_accuracy": {"value": 0.57, "low": 0.49, "high": 0.66}}}}


@pytest.fixture(scope="session")
def installed_components():
    """Components of installed packages, for which Streamlit looks through all of them."""
    return manifest_scanner.scan_component_manifests()


@pytest.fixture(autouse=True)
def warm_server(monkeypatch, installed_components):
    """AppTest begins each run as a server that just starts; a server that runs has done these things once for all.

    It knows that ``st.navigation`` was called, and which components are installed.
    """
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", lambda: installed_components)
    begin = PagesManager.__init__

    def begin_warm(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begin_warm)


@pytest.fixture
def app():
    """The app at its first page, not yet run."""
    yield AppTest.from_file(str(APP), default_timeout=30)
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def opened(app):
    """Opens a page at an address."""

    def at(page, **address):
        app.query_params.clear()
        for name, value in address.items():
            app.query_params[name] = value
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        return app

    return at


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory):
    """Twelve films of three women, one of each class."""
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=3, pitch_mm=1.5), processes=1)
    return folder


@pytest.fixture(scope="session")
def imported(phantoms):
    """What an import finds in them."""
    return import_collection(phantoms)


@pytest.fixture
def data_set(store, phantoms, imported):
    """The phantoms, imported under the name "phantoms"."""
    return store.data_sets.add("phantoms", phantoms, imported, by="guest")


@pytest.fixture
def jobs(store, data_set):
    """Four trainings: succeeded, failed, running, queued."""
    numbers = [
        store.jobs.submit(NewJob("training", {"model": model}, "guest", data_set.name)).id
        for model in ("small", "alexnet", "squeezenet1_1", "vgg16")
    ]
    attempts = {}
    for number in numbers[:3]:
        attempts[number] = store.jobs.start(number, WORKER)
        store.jobs.begin(number, attempts[number], {})
    store.jobs.finish(numbers[0], attempts[numbers[0]], SCORES)
    store.jobs.fail(numbers[1], attempts[numbers[1]], Failure("out_of_memory", "Out of memory.", "Try 64."))
    store.jobs.report_progress(numbers[2], attempts[numbers[2]], 0.42, "Epoch 5 of 12")
    return numbers


@pytest.fixture
def constant_data_set(store, tmp_path):
    """Two films of one gray value each."""
    folder = tmp_path / "flat"
    for label in ("benign", "normal"):
        (folder / label).mkdir(parents=True)
        cv2.imwrite(str(folder / label / f"{label}.png"), np.full((96, 80), 90, np.uint8))
    return store.data_sets.add("flat", folder, import_collection(folder), by="guest")


@pytest.fixture
def predictor():
    with StandIn(settings()) as stand_in:
        yield stand_in


@pytest.fixture
def tested(store, data_set):
    """A finished training that calls every second film benign and the others what they are; its number."""
    samples, names = store.data_sets.samples(data_set.name), ("normal", "benign", "malignant")
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    rows = []
    for place, sample in enumerate(samples):
        truth = names.index(sample.labels["case"])
        called = 1 if place % 2 else truth
        probabilities = tuple(0.6 if label == called else 0.2 for label in range(3))
        rows.append(PredictionRecord("test", 0, sample.id, sample.id, sample.patient_id, truth, probabilities))
    store.predictions.save(job.id, 1, rows)
    judged = evaluate(
        np.array([row.truth for row in rows]),
        np.array([row.probabilities for row in rows]),
        [row.patient_id for row in rows],
        names,
    )
    store.jobs.finish(job.id, 1, {"test": judged.to_json(), "notes": ["*Three* women are few."]})
    return job.id
