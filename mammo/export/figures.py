"""Figures for papers, drawn by matplotlib without a screen: each as PNG and SVG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mammo.evaluation.calibration import calibration, top_answers
from mammo.evaluation.curves import precision_recall, roc
from mammo.evaluation.questions import binary_scores, questions_for
from mammo.export.facts import EvaluationFacts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 200
_RESAMPLES = 200  # for figures that show no interval of their own
_DARK_CELL = 0.55  # share of a row above which a number is written in white


def drawn(figure: Figure, name: str) -> dict[str, bytes]:
    """A figure as ``name.png`` and ``name.svg``; equal figures give equal bytes."""
    import matplotlib as mpl

    files = {}
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=_DPI, bbox_inches="tight", metadata=metadata)
            files[f"{name}.{kind}"] = buffer.getvalue()
    return files


def confusion_figure(facts: EvaluationFacts) -> Figure:
    """Counts with shares of each true class."""
    matrix = facts.evaluation.confusion
    rates, names = matrix.row_rates, matrix.class_names
    figure, axes = _empty(0.9 * len(names) + 2.2)
    axes.imshow(rates, cmap="Blues", vmin=0, vmax=1)
    for true, row in enumerate(matrix.counts.tolist()):
        for called, count in enumerate(row):
            share = rates[true, called]
            words = f"{count}" if share != share else f"{count}\n{100 * share:.0f} %"  # noqa: PLR0124 - NaN: no image
            color = "white" if share > _DARK_CELL else "black"
            axes.text(called, true, words, ha="center", va="center", color=color)
    axes.set_xticks(range(len(names)), [_plain(name) for name in names])
    axes.set_yticks(range(len(names)), [_plain(name) for name in names])
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return _signed(figure)


def roc_figure(facts: EvaluationFacts) -> Figure | None:
    """The ROC curve of every question that has both sides; None where none has."""
    figure, axes = _empty(4.6)
    predictions, is_empty = facts.predictions, True
    for name, question in questions_for(predictions.class_names).items():
        curve = roc(binary_scores(predictions, name))
        if curve is not None:
            axes.plot(curve.false_positive_rate, curve.sensitivity, label=_plain(question.label))
            is_empty = False
    if is_empty:
        return None
    axes.plot([0, 1], [0, 1], color="gray", linestyle=":", linewidth=1)
    axes.set_xlabel("1 - specificity")
    axes.set_ylabel("sensitivity")
    axes.legend(loc="lower right", fontsize=8)
    return _signed(figure)


def precision_figure(facts: EvaluationFacts) -> Figure | None:
    """Precision over recall for every question that has both sides; None where none has."""
    figure, axes = _empty(4.6)
    predictions, is_empty = facts.predictions, True
    for name, question in questions_for(predictions.class_names).items():
        curve = precision_recall(binary_scores(predictions, name))
        if curve is not None:
            label = f"{_plain(question.label)}, average {curve.average_precision:.2f}"
            (drawn_line,) = axes.step(curve.recall, curve.precision, where="pre", label=label)
            axes.axhline(curve.prevalence, color=drawn_line.get_color(), linestyle=":", linewidth=1)
            is_empty = False
    if is_empty:
        return None
    axes.set_xlabel("recall (sensitivity)")
    axes.set_ylabel("precision (positive predictive value)")
    axes.set_ylim(0, 1.02)
    axes.legend(loc="lower left", fontsize=8)
    return _signed(figure)


def reliability_figure(facts: EvaluationFacts) -> Figure:
    """How often the called class is right against how probable it was said to be, with intervals."""
    found = calibration(top_answers(facts.predictions), resamples=_RESAMPLES)
    figure, axes = _empty(4.6)
    axes.plot([0, 1], [0, 1], color="gray", linestyle=":", linewidth=1)
    for one in found.bins:
        if one.share.low is not None and one.share.high is not None:
            axes.plot([one.mean_probability] * 2, [one.share.low, one.share.high], color="tab:blue", linewidth=1)
    shares = [(one.mean_probability, one.share.value) for one in found.bins if one.share.value is not None]
    axes.plot([x for x, _ in shares], [y for _, y in shares], "o", color="tab:blue")
    axes.set_xlabel("probability of the called class")
    axes.set_ylabel("share that is right")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    if found.ece is not None:
        axes.set_title(f"ECE {found.ece:.3f}", fontsize=9)
    return _signed(figure)


def _empty(side_inches: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(side_inches, side_inches))
    return figure, figure.add_subplot()


def _signed(figure: Figure) -> Figure:
    figure.text(0.5, -0.02, "Research use only. Not for diagnosis.", ha="center", fontsize=7, color="gray")
    return figure


def _plain(name: str) -> str:
    """A name in which matplotlib sees no formula."""
    return name.replace("$", r"\$")
