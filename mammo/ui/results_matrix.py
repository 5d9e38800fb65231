"""The matrix of a finished training, at the level and by the rule that a person chooses, and the images behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import streamlit as st

from mammo.evaluation.aggregation import LEVELS, Level
from mammo.evaluation.calling import called_by_threshold
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import questions_for
from mammo.evaluation.shares import clustered_share
from mammo.store import JobRecord, PredictionRecord
from mammo.ui import numbers
from mammo.ui.job_answers import JobAnswers
from mammo.ui.kept_choice import kept_choice, kept_segment
from mammo.ui.matrix_buttons import CALLED, LIST, SHARES, TRUE, Shares, choose_cell
from mammo.ui.plain_text import plain
from mammo.ui.results_gallery import surest_first
from mammo.ui.unstable_answers import stability_of_answers

_UNITS = {"image": ("image", "images"), "breast": ("breast", "breasts"), "woman": ("woman", "women")}
MOST_PROBABLE = "most probable"


_UNSTABLE = "unstable"
_LISTS = {"surest_wrong": "Surest errors", "unsure_right": "Least sure, but right", _UNSTABLE: "Most unstable"}


@dataclass(frozen=True, eq=False)
class MatrixView:
    """How the answers are counted."""

    level: Level
    shares: Shares
    rule: str  # name of a question whose threshold calls, or MOST_PROBABLE
    threshold: float
    called: Predictions  # at the level, called by the rule

    @property
    def is_usual(self) -> bool:
        """Whether it is images by their most probable class, as the stored scores have it."""
        return self.level == "image" and self.rule == MOST_PROBABLE


@dataclass(frozen=True, eq=False)
class ChosenImages:
    """What a person wants to see of the matrix."""

    title: str
    words: str
    rows: list[PredictionRecord]  # in the order to be shown
    remarks: Mapping[str, str] = field(default_factory=dict)  # by item id


def choose_in_matrix(job: JobRecord, answers: JobAnswers, view: MatrixView) -> ChosenImages | None:
    """Draw the matrix; the images that a person has chosen, None as long as none are."""
    called = view.called
    one, many = _UNITS[view.level]
    cell = choose_cell(called, view.shares, many)
    asked = _choose_list()
    st.caption(
        f"{numbers.counted(called.n, one, many)} in all; below each share its 95\N{NO-BREAK SPACE}% interval. "
        "Choose a cell or a list to see its images."
    )
    if asked == _UNSTABLE:
        return _unstable(job, answers)
    if asked in _LISTS:
        return _listed(answers, asked)
    if cell is None:
        return None
    true, predicted = cell
    names = called.class_names
    is_there = (called.truth == true) & (called.predicted == predicted)
    return ChosenImages(
        title=f"{names[true].capitalize()}, called {names[predicted]}: {int(is_there.sum())}",
        words=_in_words(called, cell, many),
        rows=_rows_of(answers, view.level, is_there),
    )


def show_heading(chosen: ChosenImages) -> None:
    """What is shown below."""
    st.header(plain(chosen.title), anchor=False)
    st.caption(plain(chosen.words))


def _choose_list() -> str | None:
    """Buttons for lists that go across the cells; what was chosen stands in the address."""
    asked = st.query_params.get(LIST)
    with st.container(horizontal=True, gap="small"):
        for name, label in _LISTS.items():
            kind: Literal["primary", "secondary"] = "primary" if name == asked else "secondary"
            st.button(label, key=f"list.{name}", type=kind, on_click=_show_list, args=(name,))
    return asked


def _show_list(name: str) -> None:
    for other in (TRUE, CALLED, "image", "page"):
        st.query_params.pop(other, None)
    st.query_params[LIST] = name


def _listed(answers: JobAnswers, name: str) -> ChosenImages:
    is_right = answers.predictions.predicted == answers.predictions.truth
    wanted = is_right if name == "unsure_right" else ~is_right
    rows = surest_first(row for row, there in zip(answers.rows, wanted, strict=True) if there)
    if name == "unsure_right":
        rows.reverse()
    words = "By the probability of the class that each image is called."
    return ChosenImages(f"{_LISTS[name]}: {len(rows)}", words, rows)


def _unstable(job: JobRecord, answers: JobAnswers) -> ChosenImages | None:
    """Images by how often their answer changes, those that never do left out."""
    found = stability_of_answers(job)
    if found is None:
        return None
    known = [(row, found[row.item_id]) for row in answers.rows if row.item_id in found]
    if not known:
        st.info("Stability is measured on test images; none of these is one.", icon=":material/vibration:")
        return None
    known.sort(key=lambda one: (-one[1].changed, -one[1].spread, one[0].item_id))
    changed = [(row, one) for row, one in known if one.changed > 0]
    words = (
        f"Of {numbers.counted(len(known), 'image')}, {len(changed)} get another class under one or more of "
        f"{known[0][1].changes} small changes of contrast and position; below each stands under how many."
    )
    remarks = {row.item_id: f"{len(one.turned_by)}/{one.changes}" for row, one in changed}
    return ChosenImages(f"{_LISTS[_UNSTABLE]}: {len(changed)}", words, [row for row, _ in changed], remarks)


def choose_view(answers: JobAnswers) -> MatrixView:
    """Let a person choose what is counted; all of it stands in the address."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        level = cast(
            "Level", kept_segment("Count", LEVELS, key="level", in_words=lambda name: _UNITS[name][1].capitalize())
        )
        shares = choose_shares()
        predictions = answers.at(level)
        questions = questions_for(predictions.class_names)
        rule = kept_choice(
            "Called by",
            [MOST_PROBABLE, *questions],
            key="rule",
            in_words=lambda name: "Most probable class" if name == MOST_PROBABLE else questions[name].label,
        )
        if rule == MOST_PROBABLE:
            return MatrixView(level, shares, rule, 0.5, predictions)
        threshold = st.slider("Threshold", 0.01, 0.99, 0.5, 0.01, key="threshold", bind="query-params", width=200)
    return MatrixView(level, shares, rule, float(threshold), called_by_threshold(predictions, rule, float(threshold)))


def choose_shares() -> Shares:
    """Let a person choose of which class the shares in the cells are."""
    return cast("Shares", kept_segment("Share of", list(SHARES), key="share", in_words=SHARES.__getitem__))


def _in_words(called: Predictions, cell: tuple[int, int], many: str) -> str:
    """How much of the row and of the column the cell is."""
    true, predicted = cell
    names = called.class_names
    of_row, of_column = called.truth == true, called.predicted == predicted
    row = clustered_share((of_column)[of_row], called.patients[of_row])
    column = clustered_share((of_row)[of_column], called.patients[of_column])
    return (
        f"Of the {numbers.count(int(of_row.sum()))} {many} that are {names[true]}, {row} are called "
        f"{names[predicted]}. Of the {numbers.count(int(of_column.sum()))} called {names[predicted]}, {column} are "
        f"{names[true]}."
    )


def _rows_of(answers: JobAnswers, level: Level, is_there: npt.NDArray[np.bool_]) -> list[PredictionRecord]:
    """Images that are there themselves, or whose breast or woman is."""
    keys = answers.keys(level)
    units = [(row.item_id,) for row in answers.rows] if level == "image" else sorted(set(keys))
    chosen = {unit for unit, there in zip(units, is_there, strict=True) if there}
    return surest_first(row for row, key in zip(answers.rows, keys, strict=True) if key in chosen)
