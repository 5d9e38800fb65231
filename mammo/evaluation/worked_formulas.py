"""Formulas with the counts of one set of predictions put in, so that a reader can redo a score by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.outcomes import observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import SCORES


@dataclass(frozen=True)
class WorkedFormula:
    """What was counted, and the arithmetic that makes a score of it."""

    words: tuple[str, ...]  # sentences; one for each class where the score is made of classes
    arithmetic: str  # of numbers, + - * / ( ) ^2 and sqrt alone
    value: float


@dataclass(frozen=True, eq=False)
class _Counts:
    names: tuple[str, ...]
    matrix: list[list[int]]  # rows: truth
    right: list[int]  # of each class
    true: list[int]
    called: list[int]
    aucs: list[float]
    n: int

    @property
    def classes(self) -> list[tuple[str, int, int, int]]:
        """Name, rightly called, true and called images of each class."""
        return list(zip(self.names, self.right, self.true, self.called, strict=True))


def worked_formula(score: str, predictions: Predictions) -> WorkedFormula | None:
    """One score of SCORES as it is computed from these predictions; None where it is undefined."""
    outcomes = observed_outcomes(predictions)
    value = float(SCORES[score].compute(outcomes)[0])
    if np.isnan(value):
        return None
    matrix = ConfusionMatrix.from_labels(predictions.truth, predictions.predicted, predictions.class_names)
    counts = _Counts(
        names=predictions.class_names,
        matrix=matrix.counts.tolist(),
        right=np.diagonal(matrix.counts).tolist(),
        true=matrix.true_counts.tolist(),
        called=matrix.predicted_counts.tolist(),
        aucs=outcomes.aucs[0].tolist(),
        n=matrix.n,
    )
    way = _WAYS[score]
    return WorkedFormula(tuple(way.words(counts)), way.arithmetic(counts), value)


@dataclass(frozen=True)
class _Way:
    words: Callable[[_Counts], list[str]]
    arithmetic: Callable[[_Counts], str]


def _mean(terms: list[str]) -> str:
    return f"({' + '.join(terms)}) / {len(terms)}"


def _found(counts: _Counts) -> list[str]:
    return [f"{right} of the {true} that are {name} are called {name}." for name, right, true, _ in counts.classes]


def _meant(counts: _Counts) -> list[str]:
    return [f"{right} of the {called} called {name} are {name}." for name, right, _, called in counts.classes]


def _missed(counts: _Counts) -> list[str]:
    return [
        f"{name.capitalize()}: {right} found (TP), {called - right} wrongly called it (FP), {true - right} missed (FN)."
        for name, right, true, called in counts.classes
    ]


def _told_apart(counts: _Counts) -> list[str]:
    return [
        f"{name.capitalize()}: {right} rightly called it (TP), {counts.n - true - called + right} rightly not (TN)."
        for name, right, true, called in counts.classes
    ]


def _penalties(counts: _Counts) -> tuple[int, int]:
    """Squared distances of what is called from what is true: as it is, and N times what chance would give."""
    labels = range(len(counts.names))
    cells = [((i - j) ** 2, i, j) for i in labels for j in labels]
    observed = sum(weight * counts.matrix[i][j] for weight, i, j in cells)
    return observed, sum(weight * counts.true[i] * counts.called[j] for weight, i, j in cells)


def _kappa_words(counts: _Counts) -> list[str]:
    observed, expected = _penalties(counts)
    return [
        f"An error counts by the square of its distance in the order {', '.join(counts.names)}: {observed} in all.",
        f"The same calls dealt out by chance would give {expected} / {counts.n}.",
    ]


def _kappa(counts: _Counts) -> str:
    observed, expected = _penalties(counts)
    return f"1 - {observed} / ({expected} / {counts.n})"


def _mcc_words(counts: _Counts) -> list[str]:
    return [
        f"{sum(counts.right)} of {counts.n} are right.",
        *(f"{true} are {name}, {called} are called {name}." for name, _, true, called in counts.classes),
    ]


def _mcc(counts: _Counts) -> str:
    n = counts.n
    by_chance = " - ".join(f"{true} * {called}" for _, _, true, called in counts.classes)
    spreads = [" - ".join(f"{one}^2" for one in each) for each in (counts.true, counts.called)]
    return f"({n} * {sum(counts.right)} - {by_chance}) / sqrt(({n}^2 - {spreads[0]}) * ({n}^2 - {spreads[1]}))"


def _pairs(counts: _Counts, label: int) -> tuple[str, int]:
    """Pairs that are in the right order, an equal one counting half, and all pairs."""
    pairs = counts.true[label] * (counts.n - counts.true[label])
    won = round(2 * counts.aucs[label] * pairs) / 2
    return f"{won:.1f}".removesuffix(".0"), pairs


def _pair_words(counts: _Counts, label: int) -> str:
    won, pairs = _pairs(counts, label)
    name, true = counts.names[label], counts.true[label]
    return (
        f"{true} {name} with {counts.n - true} others make {pairs} pairs; in {won} of them the {name} one has the "
        f"higher probability of {name} (equal ones count half)."
    )


def _auc(counts: _Counts, label: int) -> str:
    won, pairs = _pairs(counts, label)
    return f"{won} / {pairs}"


def _auc_way(name: str) -> _Way:
    return _Way(
        lambda counts: [_pair_words(counts, counts.names.index(name))],
        lambda counts: _auc(counts, counts.names.index(name)),
    )


_WAYS = {
    "top1": _Way(_found, lambda counts: f"({' + '.join(map(str, counts.right))}) / {counts.n}"),
    "balanced_accuracy": _Way(
        _found, lambda counts: _mean([f"{right} / {true}" for _, right, true, _ in counts.classes])
    ),
    "macro_precision": _Way(
        _meant, lambda counts: _mean([f"{right} / {called}" for _, right, _, called in counts.classes])
    ),
    "macro_f1": _Way(
        _missed,
        lambda counts: _mean([f"2 * {right} / ({true} + {called})" for _, right, true, called in counts.classes]),
    ),
    "mean_ovr_accuracy": _Way(
        _told_apart,
        lambda counts: _mean(
            [f"{counts.n - true - called + 2 * right} / {counts.n}" for _, right, true, called in counts.classes]
        ),
    ),
    "cohen_kappa": _Way(_kappa_words, _kappa),
    "mcc": _Way(_mcc_words, _mcc),
    "auc_ovr_macro": _Way(
        lambda counts: [_pair_words(counts, label) for label in range(len(counts.names))],
        lambda counts: _mean([_auc(counts, label) for label in range(len(counts.names))]),
    ),
    "auc_malignant": _auc_way("malignant"),
    "auc_abnormal": _auc_way("normal"),
}
