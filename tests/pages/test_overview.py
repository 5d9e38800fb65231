import os
from datetime import timedelta

import pytest

from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.jobs import demo
from mammo.store import NewJob, Worker
from tests.pages.words import unescaped

WORKER = Worker(id="test", pid=os.getpid(), boot_id="boot", started=0.0)


def table(app):
    return app.dataframe[0].value.set_index("Job")


def test_an_empty_server_says_so_and_the_next_step_adds_a_data_set(app):
    app.run()
    assert any("holds no data set yet" in one.value for one in app.markdown)
    assert any(one.value == "No job yet." for one in app.caption)
    assert not app.dataframe
    app.button[0].click().run()
    assert app.title[0].value == "Data sets"
    assert app.segmented_control(key="add.way").value == "folder"


def test_while_the_demo_is_made_the_page_says_what_happens_and_when_it_ends(app, store):
    job = store.jobs.submit(NewJob("phantoms", {"name": "demo-phantoms"}, "guest"), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.report_progress(job.id, 1, 0.5, "drawing synthetic mammogram 30 of 60")
    app.run()
    assert "The demo is being made: job 1 draws synthetic films of 225 women" in app.info[0].value
    told = app.get("progress")[0].proto.text.replace("\\", "")
    assert "Job 1, phantoms" in told
    assert "drawing synthetic mammogram 30 of 60 · ends about" in told
    assert app.button[0].label == "Try contrast on a synthetic film"


def test_between_the_demos_films_and_its_training_the_page_says_that_it_is_still_being_made(app, store, phantoms):
    job = store.jobs.submit(NewJob("phantoms", {"name": "demo-phantoms"}, "guest"), WORKER)
    store.data_sets.add("demo-phantoms", phantoms, import_collection(phantoms), by="guest")
    assert app.run().button[0].label == "Try contrast on a synthetic film"  # the films are there, their job not done
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, {})
    told = [one.value for one in app.run().info]
    assert told == [
        "The demo is being made: its films are drawn, and the training of a small network on them comes next; this "
        "page follows by itself."
    ]
    assert app.button[0].label == "Try contrast on a synthetic film"
    assert not any("No model was trained yet" in one.value for one in app.markdown)
    store.jobs.submit(NewJob("training", {"model": "small"}, "guest", "demo-phantoms"))
    assert "job 2 trains a small network" in app.run().info[0].value


def test_films_that_were_drawn_long_ago_and_taught_nothing_are_no_demo_in_the_making(app, store, phantoms, monkeypatch):
    job = store.jobs.submit(NewJob("phantoms", {"name": "demo-phantoms"}, "guest"), WORKER)
    store.data_sets.add("demo-phantoms", phantoms, import_collection(phantoms), by="guest")
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, {})
    monkeypatch.setattr(demo, "_HANDED_OVER_WITHIN", timedelta(0))
    assert not app.run().info
    assert app.button[0].label == "Train a model on demo-phantoms"


def test_other_first_films_are_not_called_a_demo(app, store):
    store.jobs.submit(NewJob("folder", {"name": "mine", "path": "/films"}, "guest"), WORKER)
    assert [one.value for one in app.run().info] == ["The first films are being made; this page follows by itself."]


@pytest.mark.parametrize(
    ("kind", "page", "query"),
    [("training", "training", "job=1"), ("archive", "data_sets", "job=1")],
)
def test_a_job_in_hand_leads_to_where_it_is_followed(app, store, data_set, kind, page, query):
    made = split_samples(store.data_sets.samples("phantoms"), by="image", fractions=(0.5, 0.25, 0.25))
    store.splits.add("phantoms", made, by="guest")
    store.jobs.submit(NewJob(kind, {}, "guest", "phantoms", "image-1"), WORKER)
    link = next(one.proto for one in app.run().get("page_link") if one.proto.label == "Watch")
    assert link.page == page
    assert query in link.query_string


def test_one_line_tells_what_the_server_holds_and_who_is_looking(app, data_set, jobs):
    line = next(one.value for one in app.run().caption if "data set" in one.value)
    assert "1\u00a0data set · 12\u00a0images of 3\u00a0women" in line
    assert "1\u00a0job running" in line
    assert "you are test@example\\.com" in line


def test_jobs_stand_in_the_table_with_state_progress_and_interval(app, jobs):
    rows = table(app.run())
    assert list(rows.index) == sorted(jobs, reverse=True)
    assert list(rows["State"]) == ["queued", "running", "failed", "succeeded"]
    assert rows["Progress"].tolist() == [0, 0.42, 0, 1]
    assert rows.loc[jobs[0], "Balanced accuracy"] == "0.57 (0.49 to 0.66)"
    assert rows.loc[jobs[1], "Note"] == "Out of memory. Try 64."
    assert rows.loc[jobs[2], "What"] == "squeezenet1_1 on phantoms"


def test_the_latest_jobs_come_first_and_old_ones_are_left_out(app, store, data_set):
    for _ in range(14):
        store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name))
    assert list(table(app.run()).index) == list(range(14, 2, -1))


def test_a_data_set_is_a_tile_with_a_film_of_each_class_and_its_women(app, data_set):
    app.run()
    texts = [one.value for one in app.markdown]
    assert app.get("page_link")[0].proto.label
    assert "12\u00a0images of 3\u00a0women" in texts
    assert len(app.image) == 3
    assert any("normal 4" in one.value and "malignant 4" in one.value for one in app.html)


def test_synthetic_films_are_marked(app, data_set):
    assert any("synthetic" in one.value for one in app.run().markdown)


def test_real_films_are_not_marked_synthetic(app, constant_data_set):
    assert not any("synthetic" in one.value for one in app.run().markdown)


def test_the_next_step_opens_training_with_the_data_set(app, data_set):
    app.run().button[0].click().run()
    assert app.selectbox(key="data_set").value == "phantoms"


def test_a_split_that_leaks_is_marked(app, store, data_set):
    made = split_samples(store.data_sets.samples("phantoms"), by="image", fractions=(0.5, 0.25, 0.25))
    store.splits.add("phantoms", made, by="guest")
    assert any("split image-1 leaks" in unescaped(one.value) for one in app.run().markdown)


def test_a_running_job_is_redrawn_with_its_new_progress(app, store, jobs):
    app.run()
    store.jobs.report_progress(jobs[2], 1, 0.9979, "Epoch 12 of 12")
    assert table(app.run()).loc[jobs[2], "Progress"] == 0.99  # whole percents, and 100 only of what is done
