"""The results of a finished training: its matrix, its scores, the images behind a cell."""

from __future__ import annotations

import streamlit as st

from mammo.evaluation.evaluation import Evaluation, evaluate
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import SCORES
from mammo.store import JobRecord
from mammo.ui import charts, finished_jobs, numbers, theme
from mammo.ui.job_answers import JobAnswers, answers_of, folds_of
from mammo.ui.kept_choice import kept_segment
from mammo.ui.plain_text import plain
from mammo.ui.results_formula import show_formula
from mammo.ui.results_gallery import IMAGE, show_images
from mammo.ui.results_image import show_image
from mammo.ui.results_matrix import MatrixView, choose_in_matrix, choose_shares, choose_view, show_heading
from mammo.ui.results_sections import MATRIX, choose_section, show_section
from mammo.ui.results_validations import choose_validation, show_earlier

_VALIDATION = "validation"
_PARTS = {"test": "Test", _VALIDATION: "Validation"}
_SCORES = ("balanced_accuracy", "top1", "mean_ovr_accuracy", "macro_f1", "auc_malignant", "auc_abnormal")


def show_results(job: JobRecord) -> None:
    """All of one training's results on its test part."""
    stored = (job.result or {}).get("test")
    if stored is None:
        st.info(plain(f"{finished_jobs.in_words(job)}, has no test part: its split holds no test images."))
        return
    evaluation = Evaluation.from_json(stored)
    women, images = numbers.counted(evaluation.patients, "woman", "women"), numbers.counted(evaluation.n, "image")
    folds = folds_of(job)
    unseen = "it never saw" if folds == 1 else f"in {folds} folds, each of them judged by the model that never saw her"
    st.caption(plain(f"{finished_jobs.in_words(job)} · tested on {images} of {women} {unseen}"))
    section = choose_section()
    if section != MATRIX:
        show_section(section, job)
        return
    _show_matrix(job)


def _show_matrix(job: JobRecord) -> None:
    """The matrix beside the scores of one part, and what was chosen in it below."""
    part, stored = _choose_part(job), (job.result or {})
    evaluation, fold = Evaluation.from_json(stored[part]), None
    if part == _VALIDATION:
        validation = choose_validation(job, evaluation.confusion.class_names)
        if validation.earlier is not None:
            show_earlier(validation.earlier, validation.name, choose_shares())
            return
        fold = validation.fold if folds_of(job) > 1 else None
    answers = answers_of(job, part, fold)
    if answers is None:
        st.info("The answers to the single images of this training are not kept any more.")
        return
    matrix_view = choose_view(answers)
    is_stored = matrix_view.is_usual and fold is None
    left, right = st.columns([1, 1], gap="medium")
    with left:
        chosen = choose_in_matrix(job, answers, matrix_view)
    with right:
        _show_scores(evaluation if is_stored else _evaluated(answers, matrix_view), matrix_view.called)
    notes = (job.result or {}).get("notes", [])
    if notes:
        with st.expander("What can and can't be said", icon=":material/rule:"):
            st.markdown("\n".join(f"- {plain(note)}" for note in notes))
    if st.query_params.get(IMAGE):
        show_image(job, answers)
    elif chosen is not None:
        show_heading(chosen)
        show_images(job, chosen.rows, answers.predictions.class_names, chosen.remarks)


def _choose_part(job: JobRecord) -> str:
    """Test or validation, where there is one; the latter is no test, and says so."""
    if _VALIDATION not in (job.result or {}):
        return "test"
    part = kept_segment("Images of", list(_PARTS), key="part", in_words=_PARTS.__getitem__, drops=[IMAGE, "page"])
    if part == _VALIDATION:
        again = "thresholds are chosen on them" if folds_of(job) == 1 else "each is a test image of another fold"
        st.warning(
            f"These images were looked at while the model was made, and {again}: no test of it.",
            icon=":material/warning:",
        )
    return part


def _show_scores(evaluation: Evaluation, called: Predictions) -> None:
    scores = {name: evaluation.scores[name] for name in _SCORES if name in evaluation.scores}
    alt = ", ".join(f"{SCORES[name].label} {interval}" for name, interval in scores.items())
    labelled = {SCORES[name].label: interval for name, interval in scores.items()}
    charts.show(charts.score_figure(labelled, theme.current()), alt=alt, key="results.scores")
    show_formula(evaluation, called)


def _evaluated(answers: JobAnswers, view: MatrixView) -> Evaluation:
    return _evaluation(f"{answers.key}|{view.level}|{view.rule}|{view.threshold}", view)


@st.cache_data(max_entries=64, show_spinner="Drawing women for the intervals")
def _evaluation(key: str, _view: MatrixView) -> Evaluation:  # noqa: ARG001 - names the view
    called = _view.called
    patients = called.patients.tolist()
    return evaluate(called.truth, called.probabilities, patients, called.class_names, predicted=called.predicted)
