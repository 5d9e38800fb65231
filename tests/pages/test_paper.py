"""The paper's page: what will be queued and what it costs, the table while jobs come in, each state said."""

import os
import re
from functools import cache

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mammo.datasets.importing import import_collection
from mammo.evaluation.evaluation import evaluate
from mammo.jobs.paper import plan_reproduction, queue_reproduction, reproductions
from mammo.paper.protocols import PaperOptions
from mammo.paper.recipes import RECIPES
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import Failure, JobState, MetricRow, PredictionRecord, Worker
from mammo.training.network_size import network_size
from mammo.ui import training_cost
from tests.pages.conftest import APP
from tests.pages.words import unescaped

PAGE = "pages/paper.py"
OPTIONS = PaperOptions(epochs=2, batch_size=8, image_size=64)
NAMES = ("normal", "benign", "malignant")
WORKER = Worker(id="test", pid=os.getpid(), boot_id="boot", started=0.0)
size_once = cache(network_size)


@pytest.fixture(autouse=True)
def counted_here(monkeypatch):
    """Networks are counted in this process and once: a child for each test would only cost time."""
    monkeypatch.setattr(training_cost, "network_sizes_by_child", lambda shapes: {one: size_once(one) for one in shapes})


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """96 films of 24 women."""
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=24, pitch_mm=2), processes=1)
    return folder, import_collection(folder)


@pytest.fixture
def data(store, films):
    return store.data_sets.add("films", *films, by="guest")


@pytest.fixture
def paper(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        app.query_params.clear()
        for name, value in address.items():
            app.query_params[name] = value
        return app.switch_page(PAGE).run()

    return opened


@pytest.fixture
def queued(store, data):
    return queue_reproduction(store, plan_reproduction(store, "films", OPTIONS), by="guest")


@pytest.fixture
def finish(store):
    """Lets a job succeed that calls every ``wrong``-th image benign and the others what they are."""

    def finished(job, wrong):
        samples = {sample.id: sample for sample in store.data_sets.samples("films")}
        split = store.splits.load("films", job.split)
        attempt = store.jobs.start(job.id, WORKER)
        store.jobs.begin(job.id, attempt, {})
        tested = sorted(name for name, part in split.assignment.items() if part == "test")
        rows = []
        for place, name in enumerate(tested):
            truth = NAMES.index(samples[name].labels["case"])
            called = 1 if place % wrong == 0 else truth
            odds = tuple(0.6 if label == called else 0.2 for label in range(3))
            rows.append(PredictionRecord("test", 0, name, name, samples[name].patient_id, truth, odds))
        store.predictions.save(job.id, attempt, rows)
        curve = [MetricRow(0, 8, "epoch_train_loss", 0.9), MetricRow(0, 8, "validation_loss", 1.1)]
        store.jobs.record_metrics(job.id, attempt, curve)
        judged = evaluate(
            np.array([row.truth for row in rows]),
            np.array([row.probabilities for row in rows]),
            [row.patient_id for row in rows],
            NAMES,
        )
        store.jobs.finish(job.id, attempt, {"test": judged.to_json(), "notes": []})
        return judged

    return finished


def tables(app):
    return [one.proto.body for one in app.get("html") if "<table" in one.proto.body]


def table_of(app, caption):
    return next(one for one in tables(app) if caption in one)


def cells(table):
    """Rows of the body as texts."""
    rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1])
    return [
        [re.sub(r"(<[^>]+>)+", "|", cell).strip("|") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def button(app):
    return next(one for one in app.button if one.key == "paper.queue")


def test_an_empty_server_shows_the_printed_table_decoded_and_the_way_to_data(paper):
    app = paper()
    assert not app.exception
    rows = cells(table_of(app, "Table 3"))
    assert [row[:6] for row in rows] == [
        ["AlexNet + Adam", "0.77", "0.77", "0.84", "0.76", "0.760|0.7525 to 0.7675"],
        ["AlexNet + SGDM", "0.70", "0.71", "0.80", "0.71", "0.700|0.6925 to 0.7075"],
        ["SqueezeNet + Adam", "0.70", "0.70", "0.80", "0.70", "0.700|0.6925 to 0.7075"],
        ["SqueezeNet + SGDM", "0.57", "0.59", "0.71", "0.56", "0.565|0.5575 to 0.5725"],
    ]
    assert "no data set yet" in app.info[0].value


def test_the_plan_says_what_is_trained_on_whom_and_what_leaks(paper, data):
    app = paper(data_set="films", paper_batch="8", paper_size="64", paper_epochs="2")
    assert not app.exception
    by_image, by_woman = cells(table_of(app, "Four trainings by each protocol"))
    assert by_image[1] == "by image"
    assert int(by_image[5].split(" of ")[0]) > 12
    assert by_woman[5] == "0 of 24"
    assert by_image[6] == f"{int(by_image[2]) // 8 * 2}|{int(by_image[2]) // 8} an epoch"
    assert button(app).label.startswith("Queue 8 jobs · about")


def test_models_without_weights_start_from_scratch_and_that_is_said(paper, data, monkeypatch, tmp_path):
    (tmp_path / "squeezenet1_1-imagenet.pth").touch()
    monkeypatch.setenv("MAMMO_WEIGHTS_DIR", str(tmp_path))
    app = paper(data_set="films", paper_batch="8")
    said = " ".join(one.value for one in app.warning)
    assert "AlexNet starts from scratch" in said
    assert "SqueezeNet" not in said
    assert "SqueezeNet 1.1 from ImageNet weights" in " ".join(one.value for one in app.caption)


def test_the_papers_batch_on_few_images_is_said_and_another_offered(paper, data):
    app = paper(data_set="films", paper_size="64")
    assert any("fewer than one batch of 128" in one.value for one in app.warning)
    next(one for one in app.button if one.label == "Use batches of 8").click()
    app.run()
    assert not any("fewer than one batch" in one.value for one in app.warning)
    assert "Batch" in table_of(app, "What the paper says")


def test_one_click_queues_all_eight_and_a_second_visit_queues_nothing(paper, store, data):
    wanted = {"data_set": "films", "paper_batch": "8", "paper_size": "64", "paper_epochs": "2"}
    app = paper(**wanted)
    button(app).click().run()
    assert not app.exception
    (group,) = reproductions(store, "films")
    assert len(store.jobs.list()) == 8
    assert app.query_params["group"] == group
    assert all(row[6] == row[7] == "queued" for row in cells(table_of(app, "on the test parts")))
    reloaded = AppTest.from_file(str(APP), default_timeout=30)
    reloaded.query_params.update({"group": "new", **wanted})
    app = reloaded.switch_page(PAGE).run()
    button(app).click().run()
    assert len(store.jobs.list()) == 8
    assert app.query_params["group"] == group


def test_half_finished_shows_what_there_is_and_where_the_rest_stands(paper, store, queued, finish):
    jobs = queued.jobs
    judged = finish(jobs["paper", "paper-squeezenet-adam"], 5)
    attempt = store.jobs.start(jobs["clean", "paper-squeezenet-adam"].id, WORKER)
    running = jobs["clean", "paper-squeezenet-adam"].id
    store.jobs.begin(running, attempt, {})
    store.jobs.report_progress(running, attempt, 0.42, "epoch 1 of 2")
    app = paper(data_set="films")
    assert not app.exception
    row = cells(table_of(app, "on the test parts"))[2]
    assert str(judged.scores["top1"]) in row[6]
    assert row[7].startswith("running 42")
    assert "once both are done" in row[8]
    assert f'href="results?job={jobs["paper", "paper-squeezenet-adam"].id}"' in table_of(app, "on the test parts")
    assert "2\N{NO-BREAK SPACE}epochs" in table_of(app, "on the test parts")


def test_the_finished_table_holds_every_jobs_figures_and_the_premium(paper, store, queued, finish):
    judged = {place: finish(job, 50 if place[0] == "paper" else 1) for place, job in queued.jobs.items()}
    app = paper(data_set="films", score="mean_ovr_accuracy")
    assert not app.exception
    rows = cells(table_of(app, "on the test parts"))
    for row, name in zip(rows, RECIPES, strict=True):
        assert row[6].split("|")[0] == str(judged["paper", name].scores["mean_ovr_accuracy"])
        assert row[7] == str(judged["clean", name].scores["mean_ovr_accuracy"])
        by_image, by_woman = (judged[one, name].scores["mean_ovr_accuracy"].value for one in ("paper", "clean"))
        assert row[8].startswith(f"{by_image - by_woman:+.2f} (")
    assert sum('class="matrix"' in one and "it is" in one for one in tables(app)) == 8
    assert len(app.get("plotly_chart")) == 8
    said = unescaped(" ".join(one.value for one in app.markdown))
    chance = [one.value for one in app.caption if "most frequent class" in one.value]
    assert [one.count("by the paper's protocol and 0.") for one in chance] == [1]
    assert said.count("by image split") == len(RECIPES)


def test_a_failed_one_of_eight_says_why_and_the_others_stand(paper, store, queued, finish):
    for place, job in queued.jobs.items():
        if place == ("clean", "paper-alexnet-adam"):
            attempt = store.jobs.start(job.id, WORKER)
            store.jobs.begin(job.id, attempt, {})
            store.jobs.fail(job.id, attempt, Failure("out_of_memory", "Out of *memory*.", "Try 64."))
        else:
            finish(job, 5)
    app = paper(data_set="films")
    assert not app.exception
    rows = cells(table_of(app, "on the test parts"))
    assert rows[0][7] == "failed|Out of *memory*."
    assert rows[0][8] == "once both are done"
    assert rows[1][8] != rows[0][8]
    assert store.jobs.get(queued.jobs["clean", "paper-alexnet-adam"].id).state == JobState.FAILED


def test_every_deviation_stands_with_its_source(paper, queued):
    rows = cells(table_of(paper(data_set="films"), "What the paper says"))
    what = [row[0] for row in rows]
    assert what[:3] == ["Epochs", "Batch", "Size of images"]
    assert {"AlexNet", "Normalization", "Order of images", "Resizing"} <= set(what)
    assert all(row[3] for row in rows)


def test_a_data_set_that_can_not_be_split_says_so_and_has_no_button(paper, data_set):
    app = paper(data_set=data_set.name)
    assert not app.exception
    assert app.error
    assert not [one for one in app.button if one.key == "paper.queue"]
