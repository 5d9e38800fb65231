"""Where to draw the line: a threshold chosen on other women, what it gives on test, and what it would in screening."""

from __future__ import annotations

import math
from dataclasses import dataclass

import streamlit as st

from mammo.evaluation.across_folds import thresholds_across_folds
from mammo.evaluation.decision_curve import DecisionCurve, decision_curve
from mammo.evaluation.intervals import Interval
from mammo.evaluation.operating_points import MeasuredPoint, ThresholdRule, applied, chosen_threshold, measured_at
from mammo.evaluation.prevalence import SCREENING_PREVALENCE, PrevalenceValues, at_prevalence
from mammo.evaluation.questions import BinaryScores, binary_scores
from mammo.ui import charts, curve_charts, numbers, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.plain_text import plain
from mammo.ui.question_choice import choose_question
from mammo.ui.scaled_answers import scaled_answers

_PER_THOUSAND = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, eq=False)
class _Judged:
    """Test images judged by a threshold that other women chose."""

    words: str  # how it was chosen
    where: str  # it was measured, after "On test,"
    scores: BinaryScores
    threshold: float  # of these scores
    point: MeasuredPoint


def show_thresholds(answers: JobAnswers, validation: JobAnswers | None) -> None:
    """Rule, threshold, rates, predictive values at a prevalence, net benefit."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        question, scores = choose_question(answers.predictions)
        rule = _choose_rule()
    if scores.why_one_sided is not None:
        st.info(f"{question.label} has no threshold: {scores.why_one_sided}.", icon=":material/straighten:")
        return
    if validation is None and not answers.is_cross_validated:
        st.info(
            "This training has no validation images. A threshold chosen on the test images would look better than it "
            "is, so none is chosen.",
            icon=":material/straighten:",
        )
        return
    judged = (
        _across_folds(answers, question.name, rule)
        if validation is None
        else _judged(answers, validation, question.name, rule)
    )
    if judged is None:
        whose = "validation images" if validation is not None else "women of the other folds"
        st.info(f"The {whose} allow no such threshold.", icon=":material/straighten:")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _show_point(answers, f"{question.name}|{rule}", judged)
    with right:
        _show_net_benefit(answers, validation, question.name)


def _judged(answers: JobAnswers, validation: JobAnswers, question: str, rule: ThresholdRule) -> _Judged | None:
    chosen = chosen_threshold(binary_scores(validation.predictions, question), rule, part="validation")
    if chosen is None or math.isinf(chosen.threshold):
        return None
    scores = binary_scores(answers.predictions, question)
    point = applied(chosen, scores, part="test")
    where = f"{numbers.counted(point.women, 'woman', 'women')} that had no part in choosing it"
    return _Judged(str(chosen), where, scores, chosen.threshold, point)


def _across_folds(answers: JobAnswers, question: str, rule: ThresholdRule) -> _Judged | None:
    found = thresholds_across_folds(answers.predictions, answers.folds, question, rule)
    if found is None:
        return None
    thresholds = [one.threshold for one in found.by_fold]
    words = (
        f"{found.overall} Measured is what such a choice gives on other women: those of each fold are judged by the "
        f"threshold chosen on the women of the other folds ({min(thresholds):.3f} to {max(thresholds):.3f})."
    )
    point = measured_at(found.margins, 0.0)
    where = f"{numbers.counted(point.women, 'woman', 'women')}, none of whom had a part in choosing her own threshold"
    return _Judged(words, where, found.margins, 0.0, point)


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


def _show_point(answers: JobAnswers, chosen: str, judged: _Judged) -> None:
    point = judged.point
    st.markdown(judged.words)
    st.markdown(f"**On test**, {judged.where}:")
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
        bind="query-params",
        help="About 5 of 1,000 women screened have cancer; collections hold far more.",
    )
    values = _at_prevalence(answers.key, chosen, int(positives) / 1000, judged)
    of = f"at {positives} of 1,000"
    _show_rates({f"PPV {of}": values.ppv, f"NPV {of}": values.npv}, key="results.ppv")
    st.caption(_per_thousand(values))


def _per_thousand(values: PrevalenceValues) -> str:
    """Predictive values as people, for at a low prevalence two decimals would make a certainty of the negative one."""
    told = []
    if (ppv := values.ppv).value is not None:
        limits = "" if ppv.low is None or ppv.high is None else f" ({1000 * ppv.low:.0f} to {1000 * ppv.high:.0f})"
        told.append(f"Of 1,000 called positive {1000 * ppv.value:.0f}{limits} are.")
    if (npv := values.npv).value is not None:
        missed = 1000 * (1 - npv.value)
        limits = ""
        if npv.low is not None and npv.high is not None:
            limits = f" ({1000 * (1 - npv.high):.1f} to {1000 * (1 - npv.low):.1f})"
        told.append(f"Of 1,000 called negative {missed:.1f}{limits} are positive all the same.")
    return " ".join(told)


def _show_rates(rates: dict[str, Interval], key: str) -> None:
    alt = ", ".join(f"{name} {rate}" for name, rate in rates.items())
    charts.show(charts.score_figure(rates, theme.current()), alt=alt, key=key)


def _show_net_benefit(answers: JobAnswers, validation: JobAnswers | None, question: str) -> None:
    """Of calibrated chances: one acts on a chance, and the scores as trained are usually too sure."""
    calibrated = scaled_answers(answers, validation)
    if calibrated is None:
        return
    curve = _decision_curve(answers.key, question, binary_scores(calibrated.predictions, question))
    if curve is None:
        return
    st.markdown("**Is acting on the model better than on all or on none?**")
    alt = "Net benefit over the chance of disease at which one would act"
    charts.show(curve_charts.net_benefit_figure(curve, theme.current()), alt=alt, key="results.benefit")
    useful = curve.useful
    here = f"At the {numbers.percent(curve.prevalence)} of positives here"
    st.caption(
        "The chances are those after temperature scaling, see Calibration. "
        + (
            f"{here}, the model surely beats both at thresholds from {numbers.percent(useful.min(), 1)} to "
            f"{numbers.percent(useful.max(), 1)}."
            if len(useful)
            else f"{here} the model surely beats both nowhere."
        )
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _at_prevalence(
    key: str,  # noqa: ARG001 - names the scores
    chosen: str,  # noqa: ARG001 - the question and the rule
    prevalence: float,
    _judged: _Judged,
) -> PrevalenceValues:
    return at_prevalence(_judged.scores, _judged.threshold, prevalence)


@st.cache_data(max_entries=64, show_spinner="Drawing women for the band")
def _decision_curve(key: str, question: str, _scores: BinaryScores) -> DecisionCurve | None:  # noqa: ARG001 - name the scores
    return decision_curve(_scores)
