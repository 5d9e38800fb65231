"""The Predict page: files brought, answered and refused; the example; models that can't judge a film."""

import io
import re
import zipfile
from html import unescape

import numpy as np
import pytest

from mammo.config import settings
from mammo.embedding.catalogue import Catalogue, KnownPicture, UsualDistances, catalogue_path, write_catalogue
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


def opened(app):
    """How many answers stand in a list, each with its button."""
    return sum(button.label == "Open" for button in app.button)


def answers(app):
    return sum("answer of the model, not a diagnosis" in one.value for one in app.caption)


def test_without_a_finished_training_the_page_says_what_it_needs(predict):
    app = predict()
    assert "No training has finished yet" in app.info[0].value
    assert not app.get("file_uploader")


def test_every_file_gets_its_answer_and_a_refused_one_its_sentence_in_its_place(predict, tested, predictor):
    app = bring(predict(), ("a.png", PNG), ("b.png", b"no picture"), ("c.png", PNG))
    assert [unescaped(one.value) for one in app.error] == ["Image 2 is no picture. *Bring* a film."]
    assert opened(app) == 2
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
    assert app.error[0].value == "25 files are too many at once; bring up to 24, or all of them in a ZIP."
    assert predictor.questions == []


def test_while_the_prediction_process_is_away_all_files_wait_with_one_sentence_and_are_answered_after(predict, tested):
    app = bring(predict(), ("a.png", PNG), ("b.png", PNG))
    assert len(app.warning) == 1
    assert "starting again" in app.warning[0].value
    with StandIn(settings()):
        app.run()
    assert not app.warning
    assert opened(app) == 2


def test_who_has_no_file_tries_a_synthetic_film_which_the_address_keeps(predict, tested, predictor):
    app = predict()
    next(button for button in app.button if button.label == "Try the example").click().run()
    assert answers(app) == 1
    assert predictor.questions[0].name == "Synthetic film"
    assert app.query_params["example"] == "1"
    bring(app, ("a.png", PNG))
    assert answers(app) == 1
    assert "example" not in app.query_params


QUALIFIED = {
    "shares": {
        "normal": {"value": 0.07, "low": 0.02, "high": 0.15, "reason": None, "dropped": 0},
        "benign": {"value": 0.35, "low": 0.25, "high": 0.45, "reason": None, "dropped": 0},
        "malignant": {"value": 0.58, "low": 0.45, "high": 0.7, "reason": None, "dropped": 0},
    },
    "fits": ["benign", "malignant"], "at_screening": 0.02, "temperature": 1.3, "goal": 0.9,
    "held": {"value": 0.91, "low": None, "high": None, "reason": None, "dropped": 0},
    "images": 90, "women": 30, "always_fit": {}, "fewest_women": 9, "tested": None,
}  # fmt: skip


def doubts(app):
    return next(one.proto.body for one in app.get("html") if 'class="doubts"' in one.proto.body)


def test_an_answer_is_its_set_in_words_with_calibrated_probabilities_and_what_they_mean(predict, tested, predictor):
    predictor.facts["qualified"] = QUALIFIED
    app = bring(predict(), ("a.png", PNG))
    assert unescaped(app.header[0].value) == "Malignant or benign. The model can't tell which"
    assert any("for 91" in one.value and "validation women" in one.value for one in app.caption)
    assert any("0.58 (0.45 to 0.70)" in one.proto.body for one in app.get("html"))
    assert any("about 58 are malignant; in screening" in one.value for one in app.markdown)


def test_all_doubts_stand_there_and_only_true_ones_call_for_attention(predict, tested, predictor):
    predictor.facts |= {"pixels_per_input": 11.0, "spacing_mm": 0.1}
    app = bring(predict(), ("a.png", PNG))
    lines = re.findall(r"<li( class=\"attention\")?>(.*?)</li>", doubts(app))
    assert [bool(marked) for marked, _ in lines] == [True, False, True, False, True]
    told = [unescape(line) for _, line in lines]
    assert told[0] == "The first choice changed in 1 of 4 small changes of contrast and position."
    assert told[2] == "1 pixel of the model is 1.1 mm: calcifications can't be judged."


def test_what_is_no_mammogram_is_shown_and_not_judged(predict, tested, predictor):
    app = bring(predict(), ("a.png", b"odd"))
    assert [unescaped(one.value) for one in app.error] == [
        "Image 1. This does not look like a mammogram. None was made."
    ]
    assert len(app.image) == 1
    assert not app.header


def test_doubt_of_the_guard_stands_above_the_answer_once(predict, tested, predictor):
    predictor.facts |= {"doubt": "Hardly a film.", "warnings": ("Hardly a film.", "inverted")}
    app = bring(predict(), ("a.png", PNG))
    assert [unescaped(one.value) for one in app.warning] == ["Hardly a film.", "Inverted"]


def test_a_file_of_many_is_opened_and_the_way_leads_back(predict, tested, predictor):
    app = bring(predict(), ("a.png", PNG), ("b.png", PNG))
    [button for button in app.button if button.label == "Open"][1].click().run()
    assert app.query_params["image"] == "2"
    assert answers(app) == 1
    next(button for button in app.button if button.label == "All files").click().run()
    assert opened(app) == 2


def test_a_womans_views_stand_together_left_and_right_facing(predict, tested, predictor):
    app = bring(predict(), ("roe_L_CC.png", PNG), ("roe_R_CC.png", PNG), ("doe_L_CC.png", PNG))
    assert any(one.value == "**Woman 1**, 2 views" for one in app.markdown)
    assert [caption for image in app.image for caption in image.captions if caption] == ["R CC", "L CC"]
    assert any("left breast 0.30 (1 view), right breast 0.30 (1 view)" in unescaped(one.value) for one in app.caption)
    assert not any("roe" in one.value.lower() for kind in (app.caption, app.markdown) for one in kind)


def test_further_models_are_asked_and_a_disagreement_is_said(predict, tested, predictor, store, data_set):
    second = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name), WORKER)
    store.jobs.begin(second.id, 1, {})
    store.jobs.finish(second.id, 1, {})
    predictor.facts["qualified"] = QUALIFIED
    turned = dict(zip(QUALIFIED["shares"], reversed(QUALIFIED["shares"].values()), strict=True))
    predictor.facts_of[second.id] = {
        **predictor.facts,
        "qualified": {**QUALIFIED, "shares": turned, "fits": ["normal"]},
    }
    app = bring(predict(job=str(tested), also=str(second.id)), ("a.png", PNG))
    assert app.header[0].value == "The models can't tell"
    (said,) = [unescaped(one.value) for one in app.warning]
    assert said.startswith("1 of 2 models put")
    assert {question.job for question in predictor.questions} == {tested, second.id}


def test_a_zip_becomes_a_job_whose_tables_are_offered_in_the_end(predict, tested, predictor, store):
    app = predict(job=str(tested))
    app.file_uploader[0].set_value([("films.zip", zipped(PNG), "application/zip")]).run()
    next(button for button in app.button if button.label == "Judge all of it").click().run()
    number = int(app.query_params["batch"])
    batch = store.jobs.get(number)
    assert (batch.kind, batch.config["job"]) == ("batch", tested)
    assert predictor.questions == []
    assert "Judge all of it" not in [button.label for button in app.button]
    store.jobs.start(number, WORKER)
    store.jobs.begin(number, 1, {})
    store.jobs.finish(number, 1, {"files": 2, "answered": 1, "labels": {"benign": 1}, "refused": []})
    app.run()
    assert any("1 of 2 files answered: 1 benign" in unescaped(one.value) for one in app.markdown)
    assert [one.proto.label for one in app.get("download_button")] == ["Table (CSV)", "Table (HTML)"]


@pytest.mark.parametrize("batch", ["999999", "9" * 40, "9" * 5000, "-1", "²", "../../", "٣"])
def test_an_address_that_names_no_batch_is_one_sentence(predict, tested, predictor, batch):
    assert [one.value for one in predict(batch=batch).warning] == ["The address names no batch of this server."]


def test_a_batch_says_what_it_waits_for_and_one_that_cannot_be_cancelled_any_more_says_so(predict, tested, store):
    number = store.jobs.submit(NewJob("batch", {"job": tested, "source": "none.zip"}, "guest")).id
    app = predict(batch=str(number))
    assert f"Job {number} waits for a worker" in told(app)
    store.jobs.request_pause(number, by="guest")
    app.run()
    assert f"Job {number} is paused, until somebody resumes it" in told(app)
    cancel = next(button for button in app.button if button.label == "Cancel")
    store.jobs.cancel(number, by="guest")
    cancel.click().run()
    assert not app.exception
    assert len(app.error) > 0


def told(app):
    return [unescaped(one.proto.text) for one in app.get("progress")]


def zipped(*contents):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.png", content)
    return buffer.getvalue()


def embedded_pictures(store, data_set, job, usual):
    """Embeddings of the training's films as if its job had computed them: each in a direction of its own."""
    samples = store.data_sets.samples(data_set.name)
    known = tuple(KnownPicture.of(one.id, one, one.labels["case"], "train") for one in samples)
    catalogue = Catalogue(known, np.eye(len(known), dtype=np.float32), "last", "ab" * 32, usual)
    write_catalogue(catalogue_path(settings().job_dir(job)), catalogue)
    return samples


def test_the_most_similar_known_cases_are_of_different_women_and_a_far_picture_is_warned_of(
    predict, tested, predictor, store, data_set
):
    usual = UsualDistances(median=0.1, far=0.2, films=20, part="validation")
    samples = embedded_pictures(store, data_set, tested, usual)
    near = [0.0] * len(samples)
    predictor.facts["embedding"] = [1.0, *near[1:]]
    app = bring(predict(), ("a.png", PNG))
    shown = [one.proto.query_string for one in app.get("page_link") if one.proto.label == "Her films"]
    assert len(shown) == len(set(shown)) == 3  # as many as there are women
    assert not any("far" in one.value for one in app.warning)
    predictor.facts["embedding"] = [1.0] * len(samples)  # between all of them, near to none
    app = bring(app, ("b.png", PNG))
    assert any("lies far from all that the model learnt from" in unescaped(one.value) for one in app.warning)


def test_without_embeddings_a_job_is_offered_that_computes_them(predict, tested, predictor):
    app = bring(predict(), ("a.png", PNG))
    assert "Compute the embeddings" in [button.label for button in app.button]
    assert "isn't known" in unescape(doubts(app))


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
