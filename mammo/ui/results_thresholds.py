"""Where to draw the line: a threshold chosen on validation, what it gives on test, and what it would in screening."""

from __future__ import annotations

import math

import streamlit as st

from mammo.evaluation.decision_curve import DecisionCurve, decision_curve
from mammo.evaluation.intervals import Interval
from mammo.evaluation.operating_points import ChosenThreshold, ThresholdRule, applied, chosen_threshold
from mammo.evaluation.prevalence import SCREENING_PREVALENCE, PrevalenceValues, at_prevalence
from mammo.evaluation.questions import BinaryScores, binary_scores
from mammo.ui import charts, curve_charts, numbers, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.plain_text import plain
from mammo.ui.question_choice import choose_question

_PER_THOUSAND = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def show_thresholds(answers: JobAnswers, validation: JobAnswers | None) -> None:
    """Rule, threshold, rates, predictive values at a prevalence, net benefit."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        question, scores = choose_question(answers.predictions)
        rule = _choose_rule()
    if scores.why_one_sided is not None:
        st.info(f"{question.label} has no threshold: {scores.why_one_sided}.", icon=":material/straighten:")
        return
    if validation is None:
        st.info(
            "This training has no validation images. A threshold chosen on the test images would look better than it "
            "is, so none is chosen.",
            icon=":material/straighten:",
        )
        return
    chosen = chosen_threshold(binary_scores(validation.predictions, question.name), rule, part="validation")
    if chosen is None or math.isinf(chosen.threshold):
        st.info("The validation images allow no such threshold.", icon=":material/straighten:")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _show_point(answers, question.name, scores, chosen)
    with right:
        _show_net_benefit(answers, question.name, scores)


def _choose_rule() -> ThresholdRule:
    reaches = st.segmented_control(
        "Reach at least",
        ["sensitivity", "specificity"],
        default="sensitivity",
        required=True,
        key="reaches",
        bind="query-params",
    )
    target = st.slider("of", 0.5, 0.99, 0.9, 0.01, key="target", bind="query-params", width=200)
    return ThresholdRule("specificity" if reaches == "specificity" else "sensitivity", float(target))


def _show_point(answers: JobAnswers, question: str, scores: BinaryScores, chosen: ChosenThreshold) -> None:
    point = applied(chosen, scores, part="test")
    st.markdown(str(chosen))
    st.markdown(f"**On test**, {numbers.counted(point.women, 'woman', 'women')} that had no part in choosing it:")
    rates = {
        "Sensitivity": point.sensitivity,
        "Specificity": point.specificity,
        "PPV here": point.ppv,
        "NPV here": point.npv,
    }
    _show_rates(rates, key="results.threshold")
    st.caption(
        f"{point.true_positives} found, {point.false_negatives} missed, {point.false_positives} called in vain, "
        f"{point.true_negatives} rightly left alone. {plain(' '.join(point.notes))}"
    )
    positives = st.select_slider(
        "If so many of 1,000 were positive",
        _PER_THOUSAND,
        round(1000 * SCREENING_PREVALENCE),
        key="prevalence",
        help="About 5 of 1,000 women screened have cancer; collections hold far more.",
    )
    values = _at_prevalence(answers.key, question, chosen.threshold, int(positives) / 1000, scores)
    of = f"at {positives} of 1,000"
    _show_rates({f"PPV {of}": values.ppv, f"NPV {of}": values.npv}, key="results.ppv")


def _show_rates(rates: dict[str, Interval], key: str) -> None:
    alt = ", ".join(f"{name} {rate}" for name, rate in rates.items())
    charts.show(charts.score_figure(rates, theme.current()), alt=alt, key=key)


def _show_net_benefit(answers: JobAnswers, question: str, scores: BinaryScores) -> None:
    curve = _decision_curve(answers.key, question, scores)
    if curve is None:
        return
    st.markdown("**Is acting on the model better than on all or on none?**")
    alt = "Net benefit over the chance of disease at which one would act"
    charts.show(curve_charts.net_benefit_figure(curve, theme.current()), alt=alt, key="results.benefit")
    useful = curve.useful
    st.caption(
        f"At the {numbers.percent(curve.prevalence)} of positives here. The model surely beats both at thresholds from "
        f"{numbers.percent(useful.min(), 1)} to {numbers.percent(useful.max(), 1)}."
        if len(useful)
        else f"At the {numbers.percent(curve.prevalence)} of positives here the model surely beats both nowhere."
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _at_prevalence(
    key: str,  # noqa: ARG001 - names the scores, with the question
    question: str,  # noqa: ARG001
    threshold: float,
    prevalence: float,
    _scores: BinaryScores,
) -> PrevalenceValues:
    return at_prevalence(_scores, threshold, prevalence)


@st.cache_data(max_entries=64, show_spinner="Drawing women for the band")
def _decision_curve(key: str, question: str, _scores: BinaryScores) -> DecisionCurve | None:  # noqa: ARG001 - name the scores
    return decision_curve(_scores)
