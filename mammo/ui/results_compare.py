"""Two or more finished trainings on the same test images: who is right where, and what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.evaluation.comparison import compared
from mammo.evaluation.flips import FLIP_KINDS, Flips, flips
from mammo.evaluation.mcnemar import McNemar, mcnemar
from mammo.evaluation.pairing import Paired, paired
from mammo.evaluation.scores import scores_for
from mammo.evaluation.verdicts import MARGIN, ComparedScore
from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, finished_jobs, numbers
from mammo.ui.address_numbers import number_in
from mammo.ui.job_answers import JobAnswers, answers_of
from mammo.ui.plain_text import plain
from mammo.ui.results_gallery import show_images, surest_first

_WITH, _FLIP = "with", "flip"  # names in the address
_MOST = 3  # others at a time
_SCORES = ("balanced_accuracy", "top1", "auc_abnormal", "auc_malignant")
_WORDS = {
    "both_right": "both right",
    "helpful": "set right by {second}",
    "harmful": "spoilt by {second}",
    "both_wrong_alike": "both wrong, alike",
    "both_wrong_differently": "both wrong, differently",
}


def show_comparison(job: JobRecord, answers: JobAnswers) -> None:
    """Choose other trainings; verdicts, tests, flips with their images."""
    others = _choose_others(job)
    if not others:
        return
    known = {one.id: found for one in others if (found := answers_of(one)) is not None}
    compared_jobs = [job, *(one for one in others if one.id in known)]
    sets = [answers, *(known[one.id] for one in compared_jobs[1:])]
    common = paired([one.predictions for one in sets], [[row.item_id for row in one.rows] for one in sets])
    names = [f"job {one.id}" for one in compared_jobs]
    women = numbers.counted(common.sets[0].patient_count, "woman", "women")
    left_out = f"; {sum(common.left_out)} answers to other images are left out" if sum(common.left_out) else ""
    st.caption(f"On {numbers.counted(len(common.ids), 'image')} of {women} that all of them were tested on{left_out}.")
    _show_verdicts(names, _compared("|".join(one.key for one in sets), common))
    _show_flips(job, answers, names, common)


def _choose_others(job: JobRecord) -> list[JobRecord]:
    wanted = JobFilter(kind="training", states={JobState.SUCCEEDED}, limit=100, in_brief=True)
    offered = {
        one.id: one for one in cache.store().jobs.list(wanted) if one.id != job.id and one.data_set == job.data_set
    }
    if not offered:
        st.info(
            "There is no other finished training on this data set to compare with. Clone this one with a change.",
            icon=":material/compare:",
        )
        return []
    asked = [number_in(part) for part in st.query_params.get(_WITH, "").split(",")]
    chosen = st.multiselect(
        "Compare with",
        list(offered),
        [number for number in asked if number in offered][:_MOST],
        format_func=lambda number: finished_jobs.in_words(offered[number]),
        max_selections=_MOST,
        key=f"with.{job.id}",
    )
    st.query_params[_WITH] = ",".join(map(str, chosen))
    return [cache.store().jobs.get(number) for number in chosen]  # whole


def _show_verdicts(names: Sequence[str], found: Sequence[ComparedScore]) -> None:
    icons = {"better": ":material/trending_up:", "worse": ":material/trending_down:", "equivalent": ":material/equal:"}
    for one in found:
        icon = icons.get(one.verdict, ":material/help:")
        st.markdown(f"{icon} {plain(_capital(one.sentence(names[one.first], names[one.second])))}")
    st.caption(
        f"Intervals by drawing women, p by swapping the models woman by woman, both after Holm for all pairs; "
        f"equivalent: surely within {MARGIN:g}."
    )


def _show_flips(job: JobRecord, answers: JobAnswers, names: Sequence[str], common: Paired) -> None:
    first, second = common.sets[0], common.sets[1]
    found, test = flips(first, second), mcnemar(first, second)
    st.header(f"{_capital(names[0])} beside {names[1]}", anchor=False)
    kind = _choose_kind(found, names[1])
    st.caption(_in_words(test, names))
    if kind is None:
        return
    chosen = {image for image, of_image in zip(common.ids, found.kinds, strict=True) if of_image == kind}
    rows = surest_first(row for row in answers.rows if row.item_id in chosen)
    show_images(job, rows, first.class_names)


def _choose_kind(found: Flips, second: str) -> str | None:
    """Buttons, one for each kind of flip; what was chosen stands in the address."""
    asked = st.query_params.get(_FLIP)
    with st.container(horizontal=True, gap="small"):
        for kind in FLIP_KINDS:
            st.button(
                f"**{numbers.count(found.count(kind))}** {_WORDS[kind].format(second=second)}",
                key=f"flip.{kind}",
                type="primary" if kind == asked else "secondary",
                disabled=not found.count(kind),
                on_click=_choose,
                args=(kind,),
            )
    return asked if asked in FLIP_KINDS else None


def _choose(kind: str) -> None:
    st.query_params[_FLIP] = kind


def _in_words(test: McNemar, names: Sequence[str]) -> str:
    return (
        f"Only {names[0]} is right on {test.only_first}, only {names[1]} on {test.only_second}: exact McNemar "
        f"p = {numbers.p_value(test.p_images)} with images, {numbers.p_value(test.p_women)} with women, whose images "
        "stay together; the second counts."
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


@st.cache_data(max_entries=32, show_spinner="Swapping models woman by woman")
def _compared(key: str, _common: Paired) -> tuple[ComparedScore, ...]:  # noqa: ARG001 - names the answers
    offered = {score.name for score in scores_for(_common.sets[0].class_names)}
    return compared(_common.sets, [name for name in _SCORES if name in offered])
