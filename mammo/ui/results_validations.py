"""Which validation of a training is looked at: of one fold, by the model that was kept or one on the way to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Interval
from mammo.evaluation.outcomes import Outcomes
from mammo.evaluation.scores import SCORES
from mammo.store import JobRecord
from mammo.ui import charts, numbers, theme
from mammo.ui.fold_choice import choose_fold
from mammo.ui.job_answers import folds_of
from mammo.ui.job_training_view import VALIDATION, logged_curves
from mammo.ui.matrix_buttons import Shares
from mammo.ui.matrix_table import show_matrix
from mammo.ui.results_gallery import IMAGE

_KEPT = "as kept"
_SCORES = ("balanced_accuracy", "top1", "mean_ovr_accuracy", "macro_f1")  # that counts alone allow


@dataclass(frozen=True, eq=False)
class Validation:
    """One look of one model at its validation images."""

    fold: int
    name: str
    earlier: ConfusionMatrix | None  # None: by the model that was kept, whose single answers are known


def choose_validation(job: JobRecord, class_names: tuple[str, ...]) -> Validation:
    """Let a person choose; both choices stand in the address, by the names that they have on the Training page."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        fold = choose_fold(range(folds_of(job)), on_change=_leave_image)
        curves = logged_curves(job, fold)
        steps = {curves.name_of(step): step for step in sorted(curves.counts)}
        options = [_KEPT, *steps]
        chosen = str(
            st.selectbox(
                "Model",
                options,
                key=VALIDATION,
                bind="query-params",
                width=220,
                on_change=_leave_image,
                help="The one kept has the least loss; earlier and later ones are known by their counts alone.",
            )
        )
    if chosen not in steps:
        return Validation(fold, "by the model kept", None)
    return Validation(fold, f"at {chosen}", curves.matrix(steps[chosen], class_names))


def show_earlier(matrix: ConfusionMatrix, name: str, shares: Shares) -> None:
    """Counts and what they alone allow to be said."""
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_matrix(matrix, f"Validation {name}", of_called=shares == "called")
        st.caption(
            f"{numbers.counted(matrix.n, 'image')} in all. Of a validation on the way only these counts are kept: its "
            "cells can't be opened, and its scores have no intervals."
        )
    with right:
        scores = {SCORES[score].label: value for score, value in _scores(matrix).items()}
        alt = ", ".join(f"{label} {value}" for label, value in scores.items())
        charts.show(charts.score_figure(scores, theme.current()), alt=alt, key="results.earlier")


def _scores(matrix: ConfusionMatrix) -> dict[str, Interval]:
    unknown = np.full((1, len(matrix.class_names)), np.nan)  # AUCs: they take the probabilities
    outcomes = Outcomes(matrix.class_names, matrix.counts[np.newaxis].astype(float), unknown)
    values = {name: float(SCORES[name].compute(outcomes)[0]) for name in _SCORES}
    return {
        name: Interval(None, reason="a class has no image") if np.isnan(value) else Interval(value)
        for name, value in values.items()
    }


def _leave_image() -> None:
    for name in (IMAGE, "page"):
        st.query_params.pop(name, None)
