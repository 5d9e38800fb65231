"""An evaluation in words: lines for a terminal, sentences about chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.intervals import Interval
from mammo.evaluation.notes import FEW_WOMEN, counted_women
from mammo.evaluation.scores import CLASS_SCORES, SCORES

_THIN_SPACE = "\N{THIN SPACE}"


def chance_sentences(evaluation: Evaluation) -> list[str]:
    """For each score that chance has a level of, whether it can be told from chance."""
    return [
        _against_chance(SCORES[name].label, interval, chance(evaluation.confusion), evaluation.patients)
        for name, interval in evaluation.scores.items()
        if (chance := SCORES[name].chance) is not None
    ]


def _against_chance(label: str, interval: Interval, chance: float, women: int) -> str:
    if interval.low is None or interval.high is None:
        return f"{label} {interval}; so nothing can be said about chance ({chance:.2f})."
    limit = f", as far as {counted_women(women)} can show" if women < FEW_WOMEN else ""
    if interval.low > chance:
        return f"{label} {interval}: better than chance ({chance:.2f}){limit}."
    if interval.high < chance:
        return f"{label} {interval}: worse than chance ({chance:.2f}){limit}."
    return f"{label} {interval}: can't be told from chance ({chance:.2f})."


def summary_lines(evaluation: Evaluation) -> list[str]:
    """Scores, scores by class, and notes, as lines of text in columns."""
    images = f"{evaluation.n:,}".replace(",", _THIN_SPACE)
    women = f"{evaluation.patients:,}".replace(",", _THIN_SPACE)
    head = f"Images: {images}, women: {women}; 95\N{NO-BREAK SPACE}% intervals in parentheses"
    return [
        head,
        "",
        *score_lines(evaluation.scores),
        "",
        *_columns(_class_rows(evaluation)),
        *_noted(evaluation.notes),
    ]


def score_lines(scores: Mapping[str, Interval]) -> list[str]:
    """Scores by name as lines of text in columns."""
    return _columns([(SCORES[name].label, str(interval)) for name, interval in scores.items()])


def _class_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    counts = zip(evaluation.confusion.class_names, evaluation.confusion.true_counts, strict=True)
    head = ("Class", "Images", *(score.label for score in CLASS_SCORES.values()))
    return [head, *((name, str(n), *_cells(evaluation.per_class[name])) for name, n in counts)]


def _cells(intervals: Mapping[str, Interval]) -> list[str]:
    """Short cells; the notes name the classes behind what is missing."""
    return [str(replace(interval, reason=None)) for interval in intervals.values()]


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _noted(notes: tuple[str, ...]) -> list[str]:
    return ["", *notes] if notes else []
