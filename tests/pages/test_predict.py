"""The Predict page: files brought, answered and refused; the example; models that can't judge a film."""

import pytest

from mammo.config import settings
from mammo.store import NewJob
from tests.pages.conftest import WORKER
from tests.pages.stand_in import PNG, StandIn
from tests.pages.words import unescaped

PAGE = "pages/predict.py"


@pytest.fixture
def predict(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        app.query_params.clear()
        for name, value in address.items():
            app.query_params[name] = value
        app.switch_page(PAGE).run()
        assert not app.exception
        return app

    return opened


def bring(app, *files):
    app.file_uploader[0].set_value([(name, content, "image/png") for name, content in files]).run()
    assert not app.exception
    return app


def answers(app):
    return [one.value for one in app.markdown].count("The model's answer, not a diagnosis:")


def test_without_a_finished_training_the_page_says_what_it_needs(predict):
    app = predict()
    assert "No training has finished yet" in app.info[0].value
    assert not app.get("file_uploader")


def test_every_file_gets_its_answer_and_a_refused_one_its_sentence_in_its_place(predict, tested, predictor):
    app = bring(predict(), ("a.png", PNG), ("b.png", b"no picture"), ("c.png", PNG))
    assert [unescaped(one.value) for one in app.error] == ["Image 2 is no picture. *Bring* a film."]
    assert answers(app) == 2
    assert [question.name for question in predictor.questions] == ["Image 1", "Image 2", "Image 3"]
    assert [one.proto.label for one in app.get("download_button")] == ["Report", "As PDF"]


def test_the_name_of_a_file_is_neither_shown_nor_sent(predict, tested, predictor):
    app = bring(predict(), ("Mrs. Roe 1961.png", PNG))
    assert answers(app) == 1
    assert "Roe" not in "".join(question.name for question in predictor.questions)
    assert not any("Roe" in one.value for kind in (app.caption, app.markdown, app.header) for one in kind)


def test_reasons_to_doubt_stand_beside_the_answer(predict, tested, predictor):
    predictor.facts["warnings"] = ("constant image", "inverted")
    app = bring(predict(), ("a.png", PNG))
    assert [one.value for one in app.warning] == ["Constant image", "Inverted"]


def test_too_many_files_are_one_sentence_and_none_is_judged(predict, tested, predictor):
    app = bring(predict(), *((f"{number}.png", PNG) for number in range(25)))
    assert app.error[0].value == "25 files are too many at once; bring up to 24."
    assert predictor.questions == []


def test_while_the_prediction_process_is_away_all_files_wait_with_one_sentence_and_are_answered_after(predict, tested):
    app = bring(predict(), ("a.png", PNG), ("b.png", PNG))
    assert len(app.warning) == 1
    assert "starting again" in app.warning[0].value
    with StandIn(settings()):
        app.run()
    assert not app.warning
    assert answers(app) == 2


def test_who_has_no_file_tries_a_synthetic_film_which_the_address_keeps(predict, tested, predictor):
    app = predict()
    next(button for button in app.button if button.label == "Try the example").click().run()
    assert answers(app) == 1
    assert predictor.questions[0].name == "Synthetic film"
    assert app.query_params["example"] == "1"
    bring(app, ("a.png", PNG))
    assert answers(app) == 1
    assert "example" not in app.query_params


def test_no_heat_map_is_asked_for_where_it_is_off(predict, tested, predictor):
    app = predict(example="1", method="Off")
    assert predictor.questions[0].method is None
    assert not any("Evidence for" in caption for image in app.image for caption in image.captions)


@pytest.mark.parametrize("asked", ["999999", "../../", "NaN", "²", "<script>", "x" * 100_000], ids=lambda x: x[:9])
def test_a_job_that_the_address_does_not_name_rightly_gives_way_to_the_latest(predict, tested, asked):  # B69
    app = predict(job=asked, method=asked, opacity=asked)
    assert app.warning[0].value == "The address names no finished training of this server; the latest is shown."
    assert app.query_params["job"] == str(tested)


def test_a_model_of_squares_takes_no_films_and_leads_to_what_it_was_tested_on(predict, store, data_set):
    job = store.jobs.submit(NewJob("training", {"model": "small", "region": "lesion"}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, {})
    app = predict()
    assert "judges squares around lesions" in app.info[0].value
    assert not app.get("file_uploader")
    assert app.get("page_link")[0].proto.query_string == f"job={job.id}"
