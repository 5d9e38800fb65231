"""An export of an evaluation: what stands in it, and that no name in it does harm."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.predictions import Predictions
from mammo.export.bundle import evaluation_zip
from mammo.export.facts import DataFacts, EvaluationFacts, PartFacts
from mammo.export.model_card import BLANK, model_card
from mammo.export.tables import confusion_csv, latex, predictions_csv, scores_csv, scores_latex

TRUTH = [0, 0, 1, 1]
PROBABILITIES = [[0.9, 0.1], [0.4, 0.6], [0.25, 0.75], [0.3, 0.7]]
WOMEN = ["a", "b", "c", "=cmd|' /C calc'!A0"]
WICKED = ["normal", "100 % $x_1$ & <b>#{}\\|"]


def facts(names=("normal", "benign"), **changes):
    data = DataFacts(
        name="films", layout="folder_of_classes", fingerprint="f" * 64, images=40, women=20,
        classes=dict.fromkeys(names, 20), label_policy="case", refused=2, split_by="patient", split_seed=3,
        split_hash="h" * 64, split_images={"train": 32, "validation": 4, "test": 4},
    )  # fmt: skip
    made = EvaluationFacts(
        job=7,
        owner="anna",
        finished_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        config={"model": "small", "weights": "none", "seed": 1, "selection": "best", "image_size": None},
        model={"class_names": list(names), "family": "small"},
        versions={"torch": "2.15.0"},
        data=data,
        evaluation=evaluate(TRUTH, PROBABILITIES, WOMEN, names, resamples=20),
        predictions=Predictions.checked(TRUTH, PROBABILITIES, WOMEN, names),
        images=("one.png", "two.png", "+three.png", "four.png"),
        notes=("Four women are few.",),
    )
    return replace(made, **changes)


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_predictions_have_a_row_each_and_no_cell_is_a_formula():  # B71
    head, *body = rows(predictions_csv(facts()))
    assert head == ["image", "patient", "true", "predicted", "p(normal)", "p(benign)"]
    assert [row[2:4] for row in body] == [
        ["normal", "normal"], ["normal", "benign"], ["benign", "benign"], ["benign", "benign"],
    ]  # fmt: skip
    assert [float(row[4]) for row in body] == [0.9, 0.4, 0.25, 0.3]
    assert body[2][0] == "'+three.png"
    assert body[3][1] == "'=cmd|' /C calc'!A0"


def test_the_matrix_has_true_classes_in_its_rows():
    assert rows(confusion_csv(facts())) == [
        ["true \\ predicted", "normal", "benign"], ["normal", "1", "1"], ["benign", "0", "2"],
    ]  # fmt: skip


def test_scores_stand_with_definition_and_formula():
    head, *body = rows(scores_csv(facts()))
    top1 = dict(zip(head, next(row for row in body if row[0] == "top1"), strict=True))
    assert float(top1["value"]) == 0.75
    assert top1["definition"]
    assert top1["formula"]


def test_latex_holds_intervals_protocol_and_no_bare_sign():
    table = scores_latex(facts())
    assert r"Top-1 accuracy & 0.75 (" in table
    assert "patients never seen in training" in table
    assert r"95\% intervals" in table
    assert table.count("{") == table.count("}")
    assert latex(r"100 % $x_1$ & #{}~^\ ") == (
        r"100 \% \$x\_1\$ \& \#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{} "
    )


def test_a_split_by_image_is_said_to_leak():
    leaking = replace(facts().data, split_by="image")
    assert "leaks" in scores_latex(facts(data=leaking))
    assert "a woman may have images in training and test" in model_card(facts(data=leaking))


def test_the_card_tells_what_is_known_and_leaves_the_rest_to_its_author():
    card = model_card(facts())
    assert "Research use only" in card
    assert "| Images, women | 40, 20 |" in card
    assert "| **normal** | 1 | 1 |" in card
    assert "- Four women are few." in card
    assert "| 26 How the final model was selected | that of the best validation |" in card
    assert f"| Ethics approval or exemption | {BLANK} |" in card
    assert "| image\\_size | not set |" in card
    assert "no longer on this server" in model_card(facts(data=None))


def test_the_card_names_who_is_in_which_part_and_what_checks_and_audits_found():
    part = PartFacts("test", 4, 3, {"normal": 2, "benign": 2}, (41, 55.5, 70), 1, {"B": 2, "not known": 1})
    card = model_card(facts(parts=(part,), trust=("grad_cam passed.",), robustness=("1 of 4 changes.",)))
    assert "| test | 4 | 3 | normal 2, benign 2 | 41 to 70, median 55.5, not known of 1 | B 2, not known 1 |" in card
    assert "| 30 Robustness or sensitivity analysis | 1 of 4 changes. |" in card
    assert "| 31 Explainability | grad\\_cam passed. |" in card
    assert "| 34 Demographics of each partition | table above |" in card
    assert "| 36 Failure analysis of wrong cases | 1 of 4 images are wrong, most often normal called benign (1)" in card


def test_what_no_program_knows_stays_blank():
    card = model_card(facts(robustness=(), trust=()))
    items = ("30 Robustness", "31 Explainability", "34 Demographics", "15 Rationale", "42 Funding")
    lines = [line for line in card.splitlines() if line.startswith(tuple(f"| {item}" for item in items))]
    assert len(lines) == len(items)
    assert all(line.endswith(f"| {BLANK} |") for line in lines)


@pytest.mark.parametrize(("by", "level"), [("patient", "patient"), ("image", "image"), ("paper", "image")])
def test_the_level_at_which_parts_are_disjoint_is_that_of_the_split(by, level):
    card = model_card(facts(data=replace(facts().data, split_by=by)))
    assert f"| 21 Level at which partitions are disjoint | {level} |" in card


def test_names_stay_text_in_the_card_and_on_one_line():
    card = model_card(facts(names=WICKED, notes=("a\n# b <script>",)))
    assert "<b>" not in card
    assert "\n# b" not in card
    assert "\\<script\\>" in card


@pytest.mark.parametrize("names", [("normal", "benign"), WICKED], ids=["plain", "wicked"])
def test_the_archive_is_whole_the_same_each_time_and_its_pictures_can_be_opened(names):
    made = evaluation_zip(facts(names=names))
    assert evaluation_zip(facts(names=names)) == made
    archive = zipfile.ZipFile(io.BytesIO(made))
    assert archive.testzip() is None
    files = {name.removeprefix("mammo-job-7/"): archive.read(name) for name in archive.namelist()}
    assert "Research use only" in files["README.txt"].decode()
    assert json.loads(files["scores.json"])["confusion"]["counts"] == [[1, 1], [0, 2]]
    for picture in ("confusion-matrix", "roc", "precision-recall", "calibration"):
        assert cv2.imdecode(np.frombuffer(files[f"{picture}.png"], np.uint8), cv2.IMREAD_COLOR).shape[0] > 300
        drawn = "".join(ET.fromstring(files[f"{picture}.svg"]).itertext())  # noqa: S314 - our own
        assert "Research use only" in drawn


def test_one_class_alone_has_no_curve():
    alone = facts(
        evaluation=evaluate([0] * 4, PROBABILITIES, WOMEN, ("normal", "benign"), resamples=20),
        predictions=Predictions.checked([0] * 4, PROBABILITIES, WOMEN, ("normal", "benign")),
    )
    names = zipfile.ZipFile(io.BytesIO(evaluation_zip(alone))).namelist()
    assert "mammo-job-7/confusion-matrix.png" in names
    assert "mammo-job-7/roc.png" not in names
