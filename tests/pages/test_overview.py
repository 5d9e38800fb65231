from mammo.store import NewJob


def table(app):
    return app.dataframe[0].value.set_index("Job")


def test_an_empty_server_says_so_and_offers_a_synthetic_film(app):
    app.run()
    assert any("holds no data set yet" in one.value for one in app.caption)
    assert app.code[0].value == "python -m mammo datasets add FOLDER"
    assert "demo is being made" in app.info[0].value
    assert any(one.value == "No job yet." for one in app.caption)
    assert not app.dataframe


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
    assert "**phantoms**" in texts
    assert "12\u00a0images of 3\u00a0women" in texts
    assert len(app.image) == 3
    assert any("normal 4" in one.value and "malignant 4" in one.value for one in app.html)


def test_synthetic_films_are_marked(app, data_set):
    assert any("synthetic" in one.value for one in app.run().markdown)


def test_real_films_are_not_marked_synthetic(app, constant_data_set):
    assert not any("synthetic" in one.value for one in app.run().markdown)


def test_the_next_step_opens_contrast_with_the_data_set(app, data_set):
    app.run().button[0].click().run()
    assert app.title[0].value == "Contrast"
    assert app.selectbox(key="data_set").value == "phantoms"


def test_after_a_preset_the_next_step_is_training(app, store, data_set):
    store.presets.save("enhancement", "soft", {"method": "gamma", "values": {}}, owner="guest")
    assert app.run().code[0].value == "python -m mammo train --dataset phantoms"


def test_a_running_job_is_redrawn_with_its_new_progress(app, store, jobs):
    app.run()
    store.jobs.report_progress(jobs[2], 1, 0.5, "Epoch 6 of 12")
    assert table(app.run()).loc[jobs[2], "Progress"] == 0.5
