"""The training page: its form, its cost, the table of jobs, one job."""

import math
import os
import re
from dataclasses import replace
from functools import cache

import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import Split, split_samples
from mammo.store import Failure, JobState, MetricRow, NewJob, Worker
from mammo.training.config import TrainingConfig
from mammo.training.network_size import network_size
from mammo.training.presets import PRESETS
from mammo.ui import training_cost
from mammo.ui.training_fields import fields_by_group
from tests.pages.words import unescaped

PAGE = "pages/training.py"
size_once = cache(network_size)


@pytest.fixture(autouse=True)
def counted_here(monkeypatch):
    """Networks are counted in this process and once: a child for each test would only cost time."""
    monkeypatch.setattr(training_cost, "network_sizes_by_child", lambda shapes: {one: size_once(one) for one in shapes})


@pytest.fixture
def training(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        app.query_params.clear()
        for name, value in address.items():
            app.query_params[name] = value
        return app.switch_page(PAGE).run()

    return opened


@pytest.fixture
def split(store, data_set):
    """Two of three women are learnt from, one is tested on; every class is in each part."""
    samples = store.data_sets.samples(data_set.name)
    made = split_samples(samples, by="image", fractions=(0.5, 0.25, 0.25), policy="case")
    return store.splits.add(data_set.name, made, by="guest")


@pytest.fixture
def running(store, data_set, split):
    """A job of the small network in its third epoch of ten, with everything a training logs."""
    config = PRESETS["demo"].config({"epochs": 10}).to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", data_set.name, split.name))
    attempt = store.jobs.start(job.id, worker())
    store.jobs.begin(job.id, attempt, {"torch": "2.15"})
    store.jobs.record_metrics(job.id, attempt, logged(epochs=2))
    store.jobs.report_progress(job.id, attempt, 0.2, "epoch 3 of 10")
    store.jobs.report_usage(job.id, attempt, {"cpu_percent": 151.4, "memory_bytes": 6.4e8})
    return job.id


def worker():
    return Worker(id="test", pid=os.getpid(), boot_id="boot", started=0.0)


def logged(epochs, steps=4):
    rows = [MetricRow(0, step + 1, "train_loss", 1.0 / (step + 1)) for step in range(epochs * steps)]
    for epoch in range(1, epochs + 1):
        at = epoch * steps
        rows += [
            MetricRow(0, at, "epoch_train_loss", 1.0 / epoch),
            MetricRow(0, at, "validation_loss", 1.1 / epoch),
            MetricRow(0, at, "validation_balanced_accuracy", 0.3 * epoch),
            MetricRow(0, at, "validation_top1", 0.3 * epoch),
        ]
        for true in range(3):
            rows += [
                MetricRow(0, at, f"validation_count.{true}.{called}", float(true == called)) for called in range(3)
            ]
    return rows


def start_button(app):
    return next(button for button in app.button if button.key == "training.start")


def doubt_of(app):
    """The box by which the one doubt about the data is accepted."""
    return next(one for one in app.checkbox if one.key.startswith("training.accept."))


def accept(app):
    """Accept what is doubtful of the split: three women can't be dealt with every class in each part."""
    doubt_of(app).check().run()


def start_all_the_same(app):
    accept(app)
    start_button(app).click().run()


def words(app):
    return [one.value for kind in (app.caption, app.markdown) for one in kind]


def field(app, name):
    key = f"train.{name}"
    return next(
        one for kind in (app.number_input, app.selectbox, app.toggle, app.multiselect) for one in kind if one.key == key
    )


# the form


def test_without_data_there_is_no_form_but_the_way_to_data(training):
    app = training()
    assert not app.exception
    assert "holds no data set yet" in app.info[0].value
    assert any(one.value == "No job yet." for one in app.caption)


def test_every_field_of_a_training_has_one_input_with_help(training, data_set, split):
    app = training()
    names = [one.name for fields in fields_by_group().values() for one in fields]
    assert sorted(names) == sorted(set(TrainingConfig.model_fields) - {"preset", "accept"})
    assert all(field(app, name).help for name in names)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_preset_fills_the_form_with_its_values(training, data_set, split, preset):
    app = training(preset=preset)
    assert not app.exception
    assert not app.error
    config = PRESETS[preset].config()
    assert field(app, "epochs").value == config.epochs
    assert field(app, "learning_rate").value == config.learning_rate
    assert field(app, "model").value == config.model
    assert field(app, "head_relu").value == config.head_relu
    assert "set" not in app.query_params
    assert not any("preset:" in one for one in words(app))


def test_another_preset_takes_the_place_of_every_change(training, data_set, split):
    app = training()
    field(app, "epochs").set_value(7).run()
    app.selectbox(key="preset").select("paper-alexnet-sgdm").run()
    assert not app.exception
    assert field(app, "epochs").value == 10
    assert field(app, "batch_size").value == 128
    assert field(app, "optimizer").value == "sgdm"
    assert app.query_params["preset"] == "paper-alexnet-sgdm"
    assert "set" not in app.query_params


def test_a_changed_field_says_what_it_was_and_stands_in_the_address(training, data_set, split):
    app = training()
    field(app, "epochs").set_value(7).run()
    assert any("preset: 25" in one for one in words(app)) or any("preset: " in one for one in words(app))
    assert app.query_params["set"] == "epochs=7"


def test_the_address_brings_the_changes_back(training, data_set, split):
    app = training(preset="demo", set=["epochs=7", "optimizer=sgdm", "frozen=true", "enhancement=gamma:gamma=2.0"])
    assert not any("address" in one.value for one in app.warning)
    assert field(app, "epochs").value == 7
    assert field(app, "optimizer").value == "sgdm"
    assert field(app, "frozen").value is True
    assert field(app, "enhancement").value == ["gamma"]
    assert app.slider(key="train.enhancement.gamma.gamma").value == 2.0


def test_a_change_of_the_address_that_does_not_fit_is_said_until_a_preset_is_chosen(training, data_set, split):
    app = training(set=["epochs=0"])
    app.run()
    assert [one.value for one in app.warning if "epochs" in one.value]
    app.selectbox(key="preset").select("demo").run()
    assert not [one.value for one in app.warning if "epochs" in one.value]


def test_a_policy_of_ones_own_comes_over_from_the_augmentation_page(training, data_set, split, store):
    own = '{"name": "custom", "label": "Custom", "steps": [{"name": "translation", "values": {"shift": 5}}]}'
    app = training(preset="demo", set=[f"augmentation={own}"])
    assert not any("address" in one.value for one in app.warning)
    assert field(app, "augmentation").value == "custom"
    start_all_the_same(app)
    assert store.jobs.get(1).config["augmentation"]["steps"][0]["values"] == {"shift": 5}


def test_choosing_regions_takes_up_what_the_preset_says_of_them(training, data_set, split):
    app = training()
    field(app, "region").select("lesion").run()
    wanted = PRESETS["recommended"].config({"region": "lesion"})
    assert field(app, "augmentation").value == wanted.augmentation
    assert field(app, "epochs").value == wanted.epochs


def test_a_preset_says_where_its_choices_come_from(training, data_set, split):
    app = training(preset="paper-alexnet-adam")
    sources = next(one.value for one in app.dataframe if "Source" in one.value)
    row = sources.set_index("Field").loc["learning_rate"]
    assert tuple(row) == ("0.0001", "Table 2.")


# bad input

B65 = [
    ("learning_rate", 0.0),
    ("learning_rate", -1.0),
    ("learning_rate", 1e9),
    ("batch_size", 0),
    ("batch_size", 1),
    ("batch_size", 10**6),
    ("epochs", 0),
    ("epochs", 10**9),
    ("image_size", 1),
    ("image_size", 20_000),
    ("seed", -1),
    ("seed", 2**40),
    ("threads", 999),
    ("patience", -1),
    ("momentum", 1.0),
    ("label_smoothing", 150.0),
    ("weight_decay", 1e308),
    ("seed", 2.0**64),
    ("epochs", 1.5),
]


def test_a_value_out_of_its_limits_is_said_at_its_field_and_nothing_starts(training, data_set, split):
    app = training()
    for name, value in B65:  # one after the other in one form: opening it anew for each takes twenty seconds
        usual = field(app, name).value
        field(app, name).set_value(value).run()
        assert not app.exception
        marked = [one.replace("\\", "") for one in words(app) if ":material/error:" in one]
        assert any(f"{name}: " in one for one in marked), (name, value)
        assert start_button(app).disabled
        field(app, name).set_value(usual).run()
    accept(app)
    assert not start_button(app).disabled


def test_fields_that_contradict_each_other_are_said(training, data_set, split):
    app = training()
    field(app, "micro_batches").set_value(16).run()
    assert "has no 16 parts" in app.error[0].value
    assert start_button(app).disabled


BAD = [
    {"job": "999999"},
    {"job": "../../"},
    {"job": "-1"},
    {"job": "NaN"},
    {"job": "9" * 40},
    {"job": "²"},
    {"job": "x" * 512 * 1024},
    {"job": "<script>alert(1)</script>"},
    {"clone": "999999"},
    {"clone": "7; drop table jobs"},
    {"clone": "²"},
    {"clone": "9" * 40},
    {"clone": "9" * 5000},
    {"preset": "../../etc/passwd"},
    {"set": ["epochs=0"]},
    {"set": ["nonsense=1"]},
    {"set": ["epochs"]},
    {"set": ["augmentation={"]},
    {"set": ['augmentation={"steps": [{"values": 3}]}']},
    {"set": ["augmentation=" + "{" * 1500]},
    {"set": ["enhancement=:::+,,=="]},
    {"set": ["image_size=NaN", "learning_rate=nan", "seed=1e400"]},
    {"set": ["weights=/etc/passwd"]},
    {"set": ["epochs=" + "9" * 500_000]},
    {"data_set": "$$\\frac{1}{2}$$"},
    {"split": ":material/close:"},
    {"jobs": "<b>", "owner": "'"},
]


@pytest.mark.parametrize("address", BAD, ids=lambda one: str(one)[:40])
def test_an_address_that_fits_nothing_is_no_traceback(training, data_set, split, address):
    app = training(**address)
    assert not app.exception
    assert all(len(one.value) < 1000 for kind in (app.error, app.warning) for one in kind)


def test_a_job_that_is_not_there_is_one_sentence(training, data_set):
    app = training(job="999999")
    assert app.error[0].value.replace("\\", "").startswith("There is no job 999999.")


XSS = ["<script>alert(1)</script>", "**bold** :material/close: $x^2$", "[a](javascript:alert(1))", "Z̸̛a̷l̴g̶o̵ " * 50]


@pytest.mark.parametrize("text", XSS, ids=["script", "markdown", "link", "zalgo"])
def test_text_of_people_is_shown_as_it_is(training, store, data_set, text):
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name))
    attempt = store.jobs.start(job.id, worker())
    store.jobs.begin(job.id, attempt, {})
    store.jobs.fail(job.id, attempt, Failure("bug", text, "Do nothing."))
    app = training(job=str(job.id))
    assert not app.exception
    assert re.search(r"(?<!\\)[<>*:$\[\]()]", app.error[0].value) is None


# cost


def test_the_cost_stands_before_the_start(training, data_set, split):
    app = training(preset="demo")
    line = next(one for one in words(app) if "iterations" in one)
    assert "6\u00a0images to learn from, 3 to validate" in line
    assert "20 iterations, 1 an epoch" in line
    assert "trainable parameters" in line
    assert "estimated for this processor" in line
    accept(app)
    assert start_button(app).label.startswith("Start · about ")


def test_the_time_is_that_of_jobs_which_this_server_has_finished(training, store, data_set, split):
    config = PRESETS["demo"].config().to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", data_set.name, split.name))
    attempt = store.jobs.start(job.id, worker())
    store.jobs.begin(job.id, attempt, {})
    store.jobs.finish(job.id, attempt, {})
    line = next(one for one in words(training(preset="demo")) if "iterations" in one)
    assert f"as job {job.id} took" in line


def test_a_split_that_leaks_is_trained_only_when_its_doubt_is_accepted(training, store, split):
    app = training(preset="demo", split=split.name)
    assert "with images in more than one part of the split" in app.warning[0].value
    assert start_button(app).disabled
    assert any("when each doubt is accepted" in one for one in words(app))
    start_all_the_same(app)
    assert not app.exception
    assert store.jobs.get(1).config["accept"] == ["leaking_split"]


def test_an_accepted_doubt_stays_accepted_while_a_field_is_mended(training, split):
    app = training(preset="demo", split=split.name)
    accept(app)
    usual = field(app, "micro_batches").value
    field(app, "micro_batches").set_value(4000).run()
    assert "has no 4000 parts" in app.error[0].value
    assert start_button(app).disabled
    field(app, "micro_batches").set_value(usual).run()
    assert doubt_of(app).value
    assert not start_button(app).disabled


def test_a_doubt_about_other_data_is_accepted_anew(training, store, data_set, split):
    by_image = split_samples(store.data_sets.samples(data_set.name), by="image", policy="case")
    other = store.splits.add(data_set.name, by_image, by="guest")
    app = training(preset="demo", split=split.name)
    accept(app)
    app.selectbox(key="split").set_value(other.name).run()
    assert "with images in more than one part" in app.warning[0].value
    assert not doubt_of(app).value


def test_a_training_part_without_a_class_can_not_start(training, store, data_set):
    samples = store.data_sets.samples(data_set.name)
    assignment = {one.id: "train" if one.labels["case"] != "malignant" else "test" for one in samples}
    made = store.splits.add(data_set.name, Split("image", 0, (0.8, 0.1, 0.1), "case", assignment), by="guest")
    app = training(split=made.name)
    assert not app.exception
    assert "malignant" in app.error[0].value
    assert start_button(app).disabled


# starting


def test_start_queues_one_job_with_everything_chosen_and_shows_it(training, store, data_set, split):
    app = training(preset="demo", set=["epochs=3"], split=split.name)
    start_all_the_same(app)
    job = store.jobs.get(1)
    assert (job.state, job.data_set, job.split, job.owner) == (
        JobState.QUEUED,
        "phantoms",
        split.name,
        "test@example.com",
    )
    assert job.config == PRESETS["demo"].config({"epochs": 3, "accept": "leaking_split"}).to_dict()
    assert app.title[0].value == "Job 1"
    assert app.query_params["job"] == "1"


def test_the_same_form_opened_again_makes_another_job(training, store, data_set, split):
    app = training(preset="demo")
    start_all_the_same(app)
    app.query_params.clear()
    app.query_params["preset"] = "demo"
    app.run()
    start_all_the_same(app)
    assert [job.id for job in store.jobs.list()] == [2, 1]


def test_without_a_split_one_by_woman_is_made(training, store, data_set):
    app = training(preset="demo", set=["folds=0"])
    app.selectbox(key="split")
    assert not app.exception
    assert app.error  # three women are too few for a training part of every class, said before anything is made
    assert store.splits.list("phantoms") == ()


# the table of jobs


def shown_jobs(app):
    table = next(one.value for one in app.dataframe if "Progress" in one.value)
    return list(table["Job"])


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ({}, [3, 2, 1, 0]),
        ({"jobs": "failed"}, [1]),
        ({"jobs": "waiting"}, [3]),
        ({"jobs": "in hand"}, [2]),
        ({"jobs": "succeeded", "owner": "all"}, [0]),
        ({"jobs": "nonsense"}, [3, 2, 1, 0]),
    ],
    ids=str,
)
def test_the_table_holds_the_jobs_of_the_chosen_states(training, jobs, address, places):
    assert shown_jobs(training(**address)) == [jobs[place] for place in places]


def test_the_table_can_be_narrowed_to_ones_own_jobs(training, store, jobs):
    store.jobs.submit(NewJob("training", {"model": "small"}, "test@example.com", "phantoms"))
    assert shown_jobs(training(owner="own")) == [max(jobs) + 1]


def queue_button(app, label):
    return app.button(key=f"queue.{label}")


def test_up_and_down_move_a_job_in_the_queue(training, store, data_set):
    for _ in range(3):
        store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name))
    app = training()
    app.selectbox(key="queue.job").select(3).run()
    queue_button(app, "Up").click().run()
    assert [job.id for job in store.jobs.queue()] == [1, 3, 2]
    queue_button(app, "Up").click().run()
    queue_button(app, "Up").click().run()
    assert [job.id for job in store.jobs.queue()] == [3, 1, 2]
    queue_button(app, "Down").click().run()
    assert [job.id for job in store.jobs.queue()] == [1, 3, 2]
    assert not app.exception


def test_a_job_is_cancelled_paused_and_resumed_from_the_table(training, store, data_set):
    store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name))
    app = training()
    queue_button(app, "Pause").click().run()
    assert store.jobs.get(1).state == JobState.PAUSED
    queue_button(app, "Resume").click().run()
    assert store.jobs.get(1).state == JobState.QUEUED
    queue_button(app, "Cancel").click().run()
    assert store.jobs.get(1).state == JobState.CANCELLED
    assert all(queue_button(app, label).disabled for label in ("Up", "Down", "Pause", "Resume", "Cancel"))


def test_an_action_that_came_too_late_is_one_sentence(training, store, data_set):
    store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name))
    app = training()
    store.jobs.cancel(1, by="guest")
    queue_button(app, "Pause").click().run()
    assert not app.exception
    assert "has already been cancelled" in app.error[0].value


# one job


def test_a_running_job_shows_progress_curves_matrix_and_lineage(training, running, split):
    app = training(job=str(running))
    assert not app.exception
    assert app.title[0].value == f"Job {running}"
    assert len(app.get("plotly_chart")) == 2
    matrix = next(one.value for one in app.html if "<table>" in one.value)
    assert "Validation, epoch 2" in matrix
    assert matrix.count("100\u00a0%") == 3
    assert any(split.hash[:12] in one for one in words(app))
    assert any("torch 2.15" in unescaped(one) for one in words(app))


def test_a_job_that_was_wanted_twice_leads_to_the_other(training, store, running):
    """F36."""
    job = store.jobs.get(running)
    again = store.jobs.submit(NewJob(job.kind, job.config, "guest", job.data_set, job.split)).id
    links = [one.proto.label for one in training(job=str(again)).get("page_link")]
    assert f"Same as job {running}" in links


def test_a_running_job_tells_what_it_takes_of_the_machine(training, running):
    text = training(job=str(running)).get("progress")[0].proto.text
    assert "Running · epoch 3 of 10" in text
    assert "151\u00a0% of a core, 0.6\u00a0GB of memory" in text


def test_the_range_of_epochs_survives_news(training, store, running):
    app = training(job=str(running))
    app.slider(key="epochs_shown").set_range(1, 3).run()
    store.jobs.record_metrics(running, 1, logged(epochs=4))
    app.run()
    assert app.slider(key="epochs_shown").value == (1, 3)
    assert "Validation, epoch 4" in next(one.value for one in app.html if "<table>" in one.value)


def test_an_earlier_validation_can_be_held(training, store, running):
    app = training(job=str(running), validation="epoch 1")
    assert "Validation, epoch 1" in next(one.value for one in app.html if "<table>" in one.value)


def test_the_state_of_a_job_that_changed_meanwhile_is_followed(training, store, running):
    app = training(job=str(running))
    store.jobs.cancel(running, by="guest")
    store.jobs.confirm_cancel(running, 1)
    app.run()
    assert app.button(key="job.Cancel").disabled
    assert not app.button(key="job.retry").disabled


def test_a_finished_training_leads_to_its_results_and_a_running_one_does_not(training, running, jobs):
    def links(job):
        return [(one.proto.label, one.proto.query_string) for one in training(job=str(job)).get("page_link")]

    assert ("See its results", f"job={jobs[0]}") in links(jobs[0])
    assert "See its results" not in dict(links(running))


def test_a_failed_job_says_why_and_what_to_do(training, jobs):
    app = training(job=str(jobs[1]))
    assert "Out of memory" in app.error[0].value
    assert "Try 64" in app.error[0].value


def test_a_job_out_of_memory_can_be_cloned_with_half_the_batch(training, store, data_set):
    config = PRESETS["demo"].config().to_dict()
    job = store.jobs.submit(NewJob("training", config, "guest", data_set.name))
    attempt = store.jobs.start(job.id, worker())
    store.jobs.fail(job.id, attempt, Failure("out_of_memory", "Out of memory.", ""))
    app = training(job=str(job.id))
    assert "Clone with a batch size of 16" in [link.proto.label for link in app.get("page_link")]


def test_a_failed_job_is_retried_once(training, store, jobs):
    app = training(job=str(jobs[1]))
    app.button(key="job.retry").click().run()
    assert app.title[0].value == f"Job {max(jobs) + 1}"
    assert store.jobs.get(max(jobs) + 1).cloned_from == jobs[1]


def test_a_clone_begins_with_the_jobs_values_and_marks_changes_against_it(training, store, running, split):
    app = training(clone=str(running), split=split.name)
    assert field(app, "epochs").value == 10
    field(app, "epochs").set_value(12).run()
    assert any(f"job {running}: 10" in one for one in words(app))
    start_all_the_same(app)
    clone = store.jobs.get(running + 1)
    assert clone.cloned_from == running
    assert clone.config["epochs"] == 12


def test_what_differs_from_the_preset_is_listed(training, running):
    app = training(job=str(running))
    table = next(one.value for one in app.dataframe if "Preset demo" in one.value)
    assert table.to_dict("records") == [{"Field": "epochs", "This job": "10", "Preset demo": "20"}]


def test_a_data_set_that_has_changed_since_is_said(training, store, running, phantoms):  # B64
    changed = replace(import_collection(phantoms), fingerprint="f" * 64)
    store.data_sets.add("phantoms", phantoms, changed, by="guest")
    app = training(job=str(running))
    assert any("changed since" in one for one in words(app))


def test_the_end_of_the_log_is_shown_whatever_is_in_it(training, running, tmp_path, monkeypatch):
    path = settings().job_dir(running) / "log.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"old line\n" * 20_000 + b"\xff\xfe <b>last</b> line\n")
    app = training(job=str(running))
    assert app.code[0].value.endswith("<b>last</b> line")
    assert len(app.code[0].value.splitlines()) == 200


def test_a_loss_that_is_no_number_leaves_a_gap(training, store, running):
    store.jobs.record_metrics(running, 1, [MetricRow(0, 12, "validation_loss", math.nan)])
    assert not training(job=str(running)).exception


def test_a_job_whose_configuration_is_of_another_version_is_still_shown(training, store, data_set):
    job = store.jobs.submit(NewJob("training", {"model": "gone", "flux": 3}, "guest", data_set.name))
    assert not training(job=str(job.id)).exception
    app = training(clone=str(job.id))
    assert not app.exception
    assert app.error


def test_a_job_of_another_kind_is_shown_without_curves(training, store):
    job = store.jobs.submit(NewJob("import", {}, "guest"))
    app = training(job=str(job.id))
    assert not app.exception
    assert not app.get("plotly_chart")
