"""Which of two answers a curve or a threshold is about."""

from __future__ import annotations

from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores, Question, binary_scores, questions_for
from mammo.ui.kept_choice import kept_choice


def choose_question(predictions: Predictions) -> tuple[Question, BinaryScores]:
    """The question that a person chooses, with its answers; in the address as ``question``."""
    questions = questions_for(predictions.class_names)
    order = [name for name in ("abnormal", "malignant", "cadx") if name in questions]
    names = [*order, *(name for name in questions if name not in order)]
    chosen = kept_choice("Question", names, key="question", in_words=lambda name: questions[name].label)
    return questions[chosen], binary_scores(predictions, chosen)
