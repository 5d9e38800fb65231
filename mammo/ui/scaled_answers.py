"""Test answers whose probabilities are corrected by women who had no part in the test."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mammo.evaluation.across_folds import ScaledFolds, scaled_across_folds
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.temperature import fitted_temperature, scaled
from mammo.ui.job_answers import JobAnswers


@dataclass(frozen=True, eq=False)
class ScaledAnswers:
    """In the order of the answers as trained."""

    predictions: Predictions
    words: str  # by which temperature, and whose women taught it


def scaled_answers(answers: JobAnswers, validation: JobAnswers | None) -> ScaledAnswers | None:
    """Scaled by validation or, of a cross-validation, by the women of the other folds; None where there is neither."""
    if answers.is_cross_validated:
        found = _across_folds(answers.key, answers)
        temperatures = [one.value for one in found.by_fold]
        words = (
            f"{found.overall} Each fold is scaled by the temperature that fits the women of the other folds "
            f"({min(temperatures):.2f} to {max(temperatures):.2f})."
        )
        return ScaledAnswers(found.answers, words)
    if validation is None:
        return None
    temperature = fitted_temperature(validation.predictions, part="validation")
    return ScaledAnswers(scaled(answers.predictions, temperature, part="test"), str(temperature))


@st.cache_resource(max_entries=16, show_spinner=False)
def _across_folds(key: str, _answers: JobAnswers) -> ScaledFolds:  # noqa: ARG001 - names the answers
    return scaled_across_folds(_answers.predictions, _answers.folds)
