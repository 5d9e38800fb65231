"""Tables of an evaluation: CSV for spreadsheets, LaTeX for papers."""

from __future__ import annotations

import re

from mammo.csv_text import csv_bytes
from mammo.evaluation.intervals import Interval
from mammo.evaluation.scores import SCORES
from mammo.export.facts import EvaluationFacts

_DIGITS = 6
_LATEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    sign: f"\\{sign}" for sign in "&%$#_"
}


def predictions_csv(facts: EvaluationFacts) -> bytes:
    """A row for each test image: true and predicted class, all probabilities."""
    predictions, names = facts.predictions, facts.predictions.class_names
    rows = (
        [image, woman, names[truth], names[called], *(f"{value:.{_DIGITS}f}" for value in probabilities)]
        for image, woman, truth, called, probabilities in zip(
            facts.images,
            predictions.patients.tolist(),
            predictions.truth.tolist(),
            predictions.predicted.tolist(),
            predictions.probabilities.tolist(),
            strict=True,
        )
    )
    return csv_bytes(["image", "patient", "true", "predicted", *(f"p({name})" for name in names)], rows)


def scores_csv(facts: EvaluationFacts) -> bytes:
    """A row for each score, with interval, definition and formula."""
    rows = (
        [name, SCORES[name].label, *_figures(interval), SCORES[name].definition, SCORES[name].formula]
        for name, interval in facts.evaluation.scores.items()
    )
    return csv_bytes(["score", "label", "value", "low", "high", "why undefined", "definition", "formula"], rows)


def confusion_csv(facts: EvaluationFacts) -> bytes:
    """Counts; rows are the true classes."""
    matrix = facts.evaluation.confusion
    rows = ([name, *map(str, row)] for name, row in zip(matrix.class_names, matrix.counts.tolist(), strict=True))
    return csv_bytes(["true \\ predicted", *matrix.class_names], rows)


def scores_latex(facts: EvaluationFacts) -> str:
    """A table environment with intervals and the protocol below it; needs the package booktabs."""
    rows = "\n".join(
        rf"{latex(SCORES[name].label)} & {_latex_figures(interval)} \\"
        for name, interval in facts.evaluation.scores.items()
    )
    return rf"""% Research use only. Not a medical device. Not for diagnosis or treatment.
\begin{{table}}
\centering
\caption{{Scores of job {facts.job} on test images.}}
\begin{{tabular}}{{lr}}
\toprule
Score & Value (95\% interval) \\
\midrule
{rows}
\bottomrule
\end{{tabular}}

\footnotesize {latex(facts.protocol)} Research use only.
\end{{table}}
"""


def latex(text: str) -> str:
    """Text as LaTeX shows it, whatever signs it holds."""
    return re.sub(r"[\\{}~^&%$#_]", lambda match: _LATEX[match[0]], text)


def _figures(interval: Interval) -> list[str]:
    numbers = (interval.value, interval.low, interval.high)
    return [*("" if number is None else f"{number:.{_DIGITS}f}" for number in numbers), interval.reason or ""]


def _latex_figures(interval: Interval) -> str:
    if interval.value is None:
        return "n/a"
    if interval.low is None or interval.high is None:
        return f"{interval.value:.2f}"
    return f"{interval.value:.2f} ({interval.low:.2f}--{interval.high:.2f})"
