"""Is the model as good for every group of women, views and scanners?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.datasets import Sample
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import SCORES, scores_for
from mammo.evaluation.subgroups import Subgroup, subgroup_scores, subgroups_sentence
from mammo.evaluation.traits import TRAITS
from mammo.ui import charts, numbers, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.kept_choice import kept_choice
from mammo.ui.plain_text import plain


def show_groups(answers: JobAnswers) -> None:
    """One score in each group of a trait, beside the rest, and in words whether any stands out."""
    with st.container(horizontal=True, gap="small"):
        trait = kept_choice("Group by", list(TRAITS), key="trait", in_words=lambda name: TRAITS[name].label)
        offered = [score.name for score in scores_for(answers.predictions.class_names)]
        first = "auc_abnormal" if "auc_abnormal" in offered else "balanced_accuracy"
        names = [first, *(name for name in offered if name != first)]
        score = kept_choice("Score", names, key="score", width=300, in_words=lambda name: SCORES[name].label)
    groups = _groups(answers.key, trait, answers.films)
    if not any(groups):
        st.info(f"{TRAITS[trait].label} is not known for any image of this data set.", icon=":material/group_off:")
        return
    found = _subgroups(answers.key, trait, score, groups, answers.predictions)
    shown = {_named(one): one.score for one in found}
    alt = ", ".join(f"{name} {interval}" for name, interval in shown.items())
    charts.show(charts.score_figure(shown, theme.current()), alt=alt, key="results.groups")
    st.markdown(plain(subgroups_sentence(found, SCORES[score].label)))


@st.cache_data(max_entries=64, show_spinner="Measuring lesions")
def _groups(key: str, trait: str, _films: Sequence[Sample | None]) -> list[str | None]:  # noqa: ARG001 - names the films
    return TRAITS[trait].groups(_films)


def _named(one: Subgroup) -> str:
    images, women = numbers.counted(one.images, "image"), numbers.counted(one.women, "woman", "women")
    return f"{one.group} · {images} of {women}"


@st.cache_data(max_entries=64, show_spinner="Drawing women")
def _subgroups(
    key: str,  # noqa: ARG001 - names the predictions
    trait: str,  # noqa: ARG001 - names the groups
    score: str,
    _groups: Sequence[str | None],
    _predictions: Predictions,
) -> tuple[Subgroup, ...]:
    return subgroup_scores(_predictions, _groups, score)
