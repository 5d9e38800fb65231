"""The sections of the Results page, on two trainings with known answers to sixty women's images."""

import io
import re
import zipfile
from base64 import b64decode
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.intervals import Interval
from mammo.export.bundle import evaluation_zip
from mammo.jobs.exporting import export_facts
from mammo.store import MetricRow, NewJob, PredictionRecord
from mammo.training.presets import PRESETS
from mammo.trust.heatmap_trust import HeatmapTrust
from tests.pages.conftest import WORKER
from tests.pages.test_results import tiles
from tests.pages.words import unescaped

NAMES = ("normal", "benign", "malignant")
SECTIONS = ("curves", "thresholds", "calibration", "groups", "plane", "compare", "maps", "export")


def rows_of(part, samples, seed, skill):
    """Two images of each of sixty women; the better the skill, the likelier the truth."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(120):
        woman, truth = place // 2, place // 2 % 3
        weights = rng.dirichlet([1, 1, 1]) + skill * np.eye(3)[truth] * rng.random()
        sample = samples[place].id if place < len(samples) else f"gone-{place}"
        probabilities = tuple((weights / weights.sum()).tolist())
        rows.append(PredictionRecord(part, 0, sample, sample, f"{part} woman {woman}", truth, probabilities))
    return rows


def evaluated(rows):
    answers = ([row.truth for row in rows], [row.probabilities for row in rows], [row.patient_id for row in rows])
    return evaluate(*answers, NAMES, resamples=50).to_json()


@pytest.fixture
def trained(store, data_set):
    """Makes a finished training with answers."""
    samples = store.data_sets.samples(data_set.name)

    def made(skill, *, seed=0, validation=True, folds=0, logged=()):
        config = PRESETS["demo"].config({"seed": seed, "folds": folds}).to_dict()
        job = store.jobs.submit(NewJob("training", config, "guest", data_set.name), WORKER)
        store.jobs.begin(job.id, 1, {})
        rows = rows_of("test", samples, seed, skill)
        extra = rows_of("validation", (), seed + 1, skill) if validation else []
        if folds:
            rows = [replace(row, fold=int(row.patient_id.split()[-1]) // 3 % folds) for row in rows]
            extra = [replace(row, fold=fold) for fold in range(folds) for row in extra]
        store.jobs.record_metrics(job.id, 1, logged)
        store.predictions.save(job.id, 1, [*rows, *extra])
        parts = {"test": evaluated(rows), **({"validation": evaluated(extra)} if validation else {})}
        store.jobs.finish(job.id, 1, {**parts, "notes": []}, {"class_names": list(NAMES)})
        return job.id

    return made


@pytest.fixture
def section(app):
    """Opens a section, with more of an address if there is some."""

    def opened(name, **address):
        app.query_params.clear()
        for key, value in {"section": name, **address}.items():
            app.query_params[key] = value
        app.switch_page("pages/results.py").run()
        assert not app.exception
        return app

    return opened


def words(app):
    return unescaped("\n".join(one.value for one in [*app.markdown, *app.caption, *app.info, *app.header]))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_opens_by_its_address_and_keeps_it(section, trained, name):
    trained(2.0)
    app = section(name)
    assert app.query_params["section"] == name
    assert not app.error
    assert not [button for button in app.button if (button.key or "").startswith("cell-")]


def test_a_section_that_there_is_not_shows_the_matrix(section, trained):
    trained(2.0)
    app = section("<script>")
    assert len([button for button in app.button if (button.key or "").startswith("cell-")]) == 9


def cell_counts(app):
    return [int(button.label.split("**")[1]) for button in app.button if (button.key or "").startswith("cell-")]


@pytest.mark.parametrize(("level", "total"), [("image", 120), ("breast", 114), ("woman", 60)])
def test_the_matrix_counts_images_breasts_or_women(section, trained, level, total):
    trained(2.0)
    app = section("matrix", level=level)
    assert sum(cell_counts(app)) == total
    chosen = next(button for button in app.button if button.key == "cell-0-0")
    chosen.click().run()
    assert not app.exception
    assert "Normal, called normal" in words(app)
    assert "are called normal. Of the" in words(app)


def test_the_matrix_of_the_validation_part_is_a_choice_away_and_is_called_no_test(section, store, trained):
    job = trained(2.0)
    app = section("matrix", part="validation")
    counts = store.jobs.get(job).result["validation"]["confusion"]["counts"]
    assert cell_counts(app) == [count for row in counts for count in row]
    assert "no test of it" in app.warning[0].value


def counts_at(fold, epoch, counts):
    rows = [MetricRow(fold, 10, "epoch_train_loss", 1.0)] if epoch == 1 else []
    for true, row in enumerate(counts):
        rows += [MetricRow(fold, 10 * epoch, f"validation_count.{true}.{at}", n) for at, n in enumerate(row)]
    return rows


def test_the_matrix_of_an_earlier_validation_stands_in_the_address_with_what_its_counts_allow(section, trained):
    trained(2.0, logged=[*counts_at(0, 1, [[7, 1, 0], [2, 2, 0], [0, 3, 1]]), *counts_at(0, 2, [[9, 0, 0]])])
    app = section("matrix", part="validation", validation="epoch 1")
    table = next(one.proto.body for one in app.get("html") if "<table" in one.proto.body)
    assert re.findall(r"<b>(\d+)</b><br><small>(\d+)", table)[:5] == [
        ("7", "88"), ("1", "12"), ("0", "0"), ("2", "50"), ("2", "50")
    ]  # fmt: skip
    assert "Validation at epoch 1" in table
    assert "cells can't be opened" in words(app)
    assert not [button for button in app.button if (button.key or "").startswith("cell-")]


@pytest.mark.parametrize(("fold", "models"), [("1", ["as kept"]), ("2", ["as kept", "epoch 1"])])
def test_of_folds_one_validation_is_counted_at_a_time(section, store, trained, fold, models):
    job = trained(2.0, folds=3, logged=counts_at(1, 1, [[5, 0, 0], [0, 5, 0], [0, 0, 5]]))
    app = section("matrix", part="validation", fold=fold)
    assert sum(cell_counts(app)) == len({row.item_id for row in store.predictions.load(job, "validation")}) == 120
    assert app.selectbox(key="validation").options == models


def test_a_threshold_calls_more_abnormal_the_lower_it_is(section, trained):
    trained(1.0)
    app = section("matrix", rule="abnormal", threshold="0.05")
    normal_called_normal = cell_counts(app)[0]
    assert normal_called_normal < 5
    assert "0." in words(app)


@pytest.mark.parametrize("name", ["surest_wrong", "unsure_right"])
def test_lists_of_errors_and_of_luck_stand_in_the_address(section, trained, name):
    trained(1.0)
    app = section("matrix")
    next(button for button in app.button if button.key == f"list.{name}").click().run()
    assert app.query_params["list"] == name
    assert not app.exception
    assert ("Surest errors" if name == "surest_wrong" else "Least sure, but right") in words(app)


def test_curves_name_their_area_with_its_interval(section, trained):
    trained(3.0)
    shown = words(section("curves", question="malignant"))
    assert "**ROC**, area 0.99 (0.99 to 1.00)" in shown
    assert "average precision 0.99 (0.97 to 1.00)" in shown


def test_a_threshold_is_chosen_on_validation_and_measured_on_test(section, trained):
    trained(3.0)
    shown = words(section("thresholds", target="0.8"))
    assert "chosen on validation (60 women) for a sensitivity of 0.80 or more" in shown
    assert "**On test**, 60\N{NO-BREAK SPACE}women that had no part in choosing it" in shown


def test_what_a_negative_answer_is_worth_where_disease_is_rare_is_never_written_as_certainty(section, store, trained):
    job = trained(1.0)
    shown = words(section("thresholds", target="0.8", prevalence="5", question="malignant"))
    threshold = float(re.search(r"Threshold (\d\.\d+)", shown)[1])
    rows = store.predictions.load(job, "test")
    found = [row.probabilities[2] >= threshold - 5e-4 for row in rows if row.truth == 2]
    spared = [row.probabilities[2] < threshold - 5e-4 for row in rows if row.truth != 2]
    missed, right = 0.005 * (1 - sum(found) / len(found)), 0.995 * sum(spared) / len(spared)
    told = float(re.search(r"called negative (\d+\.\d)", shown)[1])
    assert told == pytest.approx(1000 * missed / (missed + right), abs=0.15)
    assert 0 < told < 5


@pytest.mark.parametrize("name", ["thresholds", "calibration"])
def test_of_folds_the_women_of_the_others_teach_and_no_validation_image_does(section, trained, name):
    shown = []
    for validation in (True, False):
        trained(3.0, folds=3, validation=validation)
        shown.append(re.sub(r"Job \d+", "", words(section(name, target="0.8"))))
    assert shown[0] == shown[1]
    assert {
        "thresholds": "chosen on the women of all folds (60 women)",
        "calibration": "fitted on the women of all folds",
    }[name] in shown[0]
    assert "women of the other folds" in shown[0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("thresholds", "This training has no validation images."),
        ("calibration", "Without validation images no temperature can be fitted."),
    ],
)
def test_without_validation_no_threshold_is_chosen_and_no_temperature_fitted(section, trained, name, sentence):
    trained(3.0, validation=False)
    assert sentence in words(section(name))


def test_calibration_stands_before_and_after_scaling(section, trained):
    trained(3.0)
    shown = words(section("calibration"))
    assert "**As trained.** Probabilities are off by" in shown
    assert "**Scaled.** Temperature" in shown


def test_groups_of_a_few_women_get_no_figure(section, trained):
    trained(3.0)
    assert "can't be compared between groups" in words(section("groups", trait="density"))


def test_a_training_alone_has_nothing_to_be_compared_with(section, trained):
    trained(1.0)
    assert "no other finished training on this data set" in words(section("compare"))


def test_two_trainings_are_compared_on_their_common_images_in_words(section, trained):
    worse, better = trained(0.2, seed=1), trained(6.0, seed=2)
    app = section("compare", job=str(better), **{"with": str(worse)})
    shown = words(app)
    assert f"Job {worse} is worse than job {better}: Balanced accuracy" in shown
    assert "On 120\N{NO-BREAK SPACE}images of 60\N{NO-BREAK SPACE}women" in shown
    spoilt = next(button for button in app.button if button.key == "flip.harmful")
    assert f"spoilt by job {worse}" in spoilt.label
    spoilt.click().run()
    assert app.query_params["flip"] == "harmful"
    assert not app.exception


@pytest.mark.parametrize("others", ["9" * 5000, "9" * 40, "²,x,,-1", "٣"])
def test_an_address_that_names_no_other_training_compares_with_none(section, trained, others):
    trained(0.2, seed=1), trained(6.0, seed=2)
    app = section("compare", **{"with": others})
    assert not app.exception
    assert "Compare with" in [one.label for one in app.multiselect]


def test_heat_maps_are_checked_by_a_job_that_two_clicks_queue_once(section, store, trained):
    number = trained(2.0)
    app = section("maps")
    next(button for button in app.button if button.label == "Check heat maps").click().run()
    assert not app.exception
    checks = [job for job in store.jobs.list() if job.kind == "heatmap_check"]
    assert [job.config["job"] for job in checks] == [number]
    assert "is checking heat maps" in words(app)
    assert not [button for button in app.button if button.label == "Check heat maps"]


def test_an_export_holds_every_answer_and_its_names_do_no_harm(store, trained):
    number = trained(2.0)
    facts = export_facts(store, number)
    archive = zipfile.ZipFile(io.BytesIO(evaluation_zip(facts)))
    assert archive.testzip() is None
    predictions = archive.read(f"mammo-job-{number}/predictions.csv").decode("utf-8-sig").splitlines()
    assert len(predictions) == 121
    assert "Research use only" in archive.read(f"mammo-job-{number}/README.txt").decode()


def with_checks(store, trained, failing):
    """A training whose Grad-CAM has been checked; its map hardly depends on the weights if ``failing``."""
    number = trained(3.0)
    fine, likeness = Interval(0.9, 0.8, 1.0), Interval(0.8 if failing else 0.1, 0.0, 0.9)
    check = HeatmapTrust(
        method="grad_cam", layer="features", images=40, women=20, blank=0, like_random_weights=likeness, repeated=fine,
        faithfulness=fine, outlined=0, outlined_women=0, over_chance=Interval(None), over_random_weights=Interval(None),
        over_center=Interval(None),
    )  # fmt: skip
    job = store.jobs.submit(NewJob("heatmap_check", {"job": number}, "guest"), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, {"job": number, "checks": [check.to_json()]})
    return number


@pytest.mark.parametrize("failing", [True, False])
def test_a_check_says_why_a_map_is_not_to_be_trusted_or_that_it_passed(section, store, trained, failing):
    with_checks(store, trained, failing)
    shown = words(section("maps"))
    assert ("Grad-CAM: not to be trusted" in shown) is failing
    assert ("shows the picture, not what the model has learnt" in shown) is failing
    assert ("Grad-CAM: passed every check" in shown) is not failing


@pytest.mark.parametrize("failing", [True, False])
def test_an_image_tells_the_doubts_about_its_map_and_methods_stand_side_by_side(
    section, store, trained, predictor, failing
):
    number = with_checks(store, trained, failing)
    image = next(row for row in store.predictions.load(number, "test") if not row.sample_id.startswith("gone"))
    app = section("matrix", job=str(number), image=image.item_id, methods="true")
    assert any("not what the model has learnt" in unescaped(one.value) for one in app.warning) is failing
    assert {question.method for question in predictor.questions} >= {"grad_cam", "layer_cam", "integrated_gradients"}
    assert "occlusion" not in {question.method for question in predictor.questions}
    assert "not checked" in words(app)


@pytest.mark.parametrize("failing", [True, False])
def test_tiles_lose_their_color_where_the_large_image_does(section, store, trained, predictor, failing):
    with_checks(store, trained, failing)
    app = section("matrix", true="benign", called="benign")
    while not tiles(app) or any(tile["picture"] is None for tile in tiles(app)):
        app.run()
    levels = [decoded(tile["picture"]) for tile in tiles(app)]
    assert all(bool(np.ptp(one, axis=2).max() <= 3) == failing for one in levels)


def decoded(url):
    content = b64decode(url.split(",", 1)[1])
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR).astype(int)
