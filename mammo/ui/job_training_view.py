"""What a training has logged so far: curves over a chosen range of epochs, and the matrix of each validation."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from mammo.config import Settings, settings
from mammo.errors import MammoError
from mammo.jobs.planning import policy_of
from mammo.store import Curve, JobRecord, Store
from mammo.training.config import TrainingConfig
from mammo.training.series import TrainingSource, class_names_for
from mammo.ui import cache, charts, theme
from mammo.ui.job_curves import Curves, curves_of, folds_of, loss_figure, score_figure
from mammo.ui.matrix_table import show_matrix
from mammo.ui.theme import Theme

EPOCHS, FOLD, VALIDATION = "epochs_shown", "fold", "validation"  # names in the address
_LATEST = "latest"


@dataclass(frozen=True)
class Logged:
    """What a training has logged, by what would differ if it had logged more: the key of all that is drawn from it."""

    job: int
    attempt: int
    numbers: int
    last_step: int


def show_metrics(store: Store, job: JobRecord) -> None:
    """Curves on the left, the matrix beside them; a sentence as long as nothing was logged."""
    logged = Logged(job.id, job.attempt, *store.jobs.logged_so_far(job.id))
    folds = _folds(settings(), logged)
    if not folds:
        st.caption("Curves come with the end of the first epoch." if not job.is_finished else "Nothing was logged.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = int(job.config.get("epochs", 1))
        shown = st.slider("Epochs shown", 0, epochs, (0, epochs), key=EPOCHS, bind="query-params", width=320)
        fold = st.selectbox("Fold", [one + 1 for one in folds], key=FOLD, bind="query-params") if len(folds) > 1 else 1
        curves = _curves(settings(), logged, fold - 1)
        step = _choose_validation(curves)
    columns = st.columns(3 if step is not None else 2, gap="medium")
    loss, score = _figures(settings(), logged, fold - 1, theme.current(), (shown[0], shown[1]))
    with columns[0]:
        words = _in_words(curves, "validation_loss", "loss")
        charts.show(loss, alt=words, key="job.loss")
    with columns[1]:
        words = _in_words(curves, "validation_balanced_accuracy", "balanced accuracy")
        charts.show(score, alt=words, key="job.balanced")
    if step is not None:
        with columns[2]:
            _show_matrix(store, job, curves, step)
    st.caption("The dotted line is the validation with the least loss. Validation scores are no test of the model.")


def logged_curves(job: JobRecord, fold: int) -> Curves:
    """What one fold of a training has logged so far."""
    return _curves(settings(), Logged(job.id, job.attempt, *cache.store().jobs.logged_so_far(job.id)), fold)


@st.cache_resource(max_entries=8, show_spinner=False)
def _logged(given: Settings, logged: Logged) -> tuple[Curve, ...]:  # noqa: ARG001 - of the key
    return cache.store().jobs.curves([logged.job])[logged.job]


@st.cache_resource(max_entries=64, show_spinner=False)
def _folds(given: Settings, logged: Logged) -> list[int]:
    return folds_of(_logged(given, logged))


@st.cache_resource(max_entries=16, show_spinner=False)
def _curves(given: Settings, logged: Logged, fold: int) -> Curves:
    return curves_of(_logged(given, logged), fold)


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(
    given: Settings, logged: Logged, fold: int, colors: Theme, shown: tuple[float, float]
) -> tuple[go.Figure, go.Figure]:
    """Loss and score, drawn once for all who look, and not anew as long as nothing was logged."""
    curves = _curves(given, logged, fold)
    return loss_figure(curves, colors, shown), score_figure(curves, colors, shown)


def _choose_validation(curves: Curves) -> int | None:
    """Iteration of the validation whose matrix is shown; the latest unless a person holds on to another."""
    steps = sorted(curves.counts)
    if not steps:
        return None
    names = {curves.name_of(step): step for step in steps}
    options = [_LATEST, *names]
    chosen = st.selectbox("Matrix of the validation at", options, key=VALIDATION, bind="query-params", width=220)
    return names.get(str(chosen), steps[-1])


def _show_matrix(store: Store, job: JobRecord, curves: Curves, step: int) -> None:
    cells = curves.counts[step]
    class_names = _class_names(store, job) or tuple(f"class {index + 1}" for index in range(1 + max(max(cells))))
    show_matrix(curves.matrix(step, class_names), f"Validation, {curves.name_of(step)}")


def _class_names(store: Store, job: JobRecord) -> tuple[str, ...] | None:
    """The model's classes, or before it is there those of its data set; None if that is gone."""
    if job.model:
        return tuple(job.model["class_names"])
    try:
        config, data_set = TrainingConfig.of(job.config), str(job.data_set)
        source = TrainingSource(cache.samples(data_set), {}, policy_of(store, data_set, config))
        return class_names_for(config, source)
    except MammoError:
        return None


def _in_words(curves: Curves, name: str, label: str) -> str:
    points = curves.series.get(name, ())
    return f"Validation {label} by epoch, last {points[-1][1]:.2f}" if points else f"Validation {label}, none yet"
