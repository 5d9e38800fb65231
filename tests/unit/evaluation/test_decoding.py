"""Published tables: read as people paste them, and held against each definition of accuracy."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from mammo.errors import ParameterError
from mammo.evaluation.decoding import PrintedFigure, PrintedRow, verdict, which_definition_fits
from mammo.evaluation.printed_table import read_printed_table

EXPECTED = (
    PrintedRow("AlexNet ADAM", PrintedFigure(0.77, 0.01), PrintedFigure(0.84, 0.01)),
    PrintedRow("SqueezeNet SGDM", PrintedFigure(0.57, 0.01), PrintedFigure(0.71, 0.01)),
)
PASTED = {
    "spaces": "Model TPR Precision Accuracy F1\nAlexNet ADAM 0.77 0.77 0.84 0.76\nSqueezeNet SGDM 0.57 0.59 0.71 0.56",
    "tabs": "Model\tTPR\tAccuracy\nAlexNet ADAM\t0.77\t0.84\nSqueezeNet SGDM\t.57\t.71\n",
    "two columns of words": "net;optimizer;Recall;Acc.\nAlexNet;ADAM;0,77;0,84\nSqueezeNet;SGDM;0,57;0,71",
    "LaTeX in percent": r"""\hline
        Model & Sensitivity (\%) & Accuracy (\%) \\ \hline
        AlexNet ADAM & \textbf{77} & \textbf{84} \\
        SqueezeNet SGDM & 57 & 71 \\""",
    "Markdown": "| Model | TPR | Accuracy |\n|---|---|---|\n| **AlexNet ADAM** | 77 % | 84 % |\n"
    "| SqueezeNet SGDM | 57 % | 71 % |",
    "commas and deviations": "model,recall,accuracy\nAlexNet ADAM,0.77 ± 0.02,0.84 ± 0.01\n\n"
    "SqueezeNet SGDM,0.57 ± 0.1,0.71 ± 0.1",
    "names of several words": "Model True positive rate Accuracy F1 score\nAlexNet ADAM 0.77 0.84 0.76\n"
    "SqueezeNet SGDM 0.57 0.71 0.56",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_a_table_is_read_however_it_is_written(text):
    found = read_printed_table(text)
    assert [row.label for row in found] == [row.label for row in EXPECTED]
    figures = [[row.tpr.value, row.tpr.step, row.accuracy.value, row.accuracy.step] for row in found]
    np.testing.assert_allclose(figures, [[0.77, 0.01, 0.84, 0.01], [0.57, 0.01, 0.71, 0.01]], rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There is no table yet"),
        ("0.77 0.84", "names no column accuracy"),
        ("Model Accuracy\nAlexNet 0.84", "An accuracy alone"),
        ("Model,TPR,Accuracy\nAlexNet,good,better", "No line below"),
        ("Model,TPR,Accuracy\nAlexNet,77,184", "more than 100 %"),
        ("Model,TPR,Recall,Accuracy\nAlexNet,77,77,84", "leave one of them out"),
        ("x" * 30_000, "more than 20000 characters"),
    ],
)
def test_what_is_no_such_table_is_answered_with_what_to_change(text, says):
    with pytest.raises(ParameterError, match=says):
        read_printed_table(text)


def test_a_planted_definition_is_found_by_what_scikit_learn_counts():
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1, 2], 400)
    predicted = np.where(rng.random(1200) < 0.7, truth, rng.integers(0, 3, 1200))
    tpr = PrintedFigure(round(balanced_accuracy_score(truth, predicted), 3), 0.001)
    ovr = np.mean([accuracy_score(truth == label, predicted == label) for label in range(3)])
    specificity = np.mean([recall_score(truth != label, predicted != label) for label in range(3)])
    planted = {
        "top1": accuracy_score(truth, predicted),
        "mean_ovr_accuracy": ovr,
        "mean_of_sensitivity_and_specificity": (balanced_accuracy_score(truth, predicted) + specificity) / 2,
    }
    for name, figure in planted.items():
        row = PrintedRow("one", tpr, PrintedFigure(round(figure, 3), 0.001))
        assert [fit.definition.name for fit in which_definition_fits(row, 3) if fit.fits] == [name]


def test_the_papers_accuracy_is_the_mean_one_vs_rest_and_nothing_else():
    assert verdict(EXPECTED, 3) == "Mean one-vs-rest accuracy fits all 2 rows, and no other definition does."


def test_a_verdict_says_what_it_can_not_tell():
    coarse = PrintedRow("coarse", PrintedFigure(0.8, 0.1), PrintedFigure(0.8, 0.1))
    assert "can't tell which is meant" in verdict([coarse], 3)
    assert "nothing to decode" in verdict(EXPECTED, 2)
    odd = PrintedRow("odd", PrintedFigure(0.9, 0.01), PrintedFigure(0.2, 0.01))
    assert verdict([odd], 3).startswith("None of the definitions fits it.")
    assert "Nearest is mean one-vs-rest accuracy, with 2 of 3." in verdict([*EXPECTED, odd], 3)
