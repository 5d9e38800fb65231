"""Many files: each woman's views together, left and right facing each other, and a line for each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.datasets.view_names import women
from mammo.prediction import words
from mammo.prediction.pictures import hung, overlaid
from mammo.prediction.wire import Answer
from mammo.store import JobRecord
from mammo.ui import calibrated_bars, predict_doubts, probability_bars
from mammo.ui.embedded import embedded
from mammo.ui.explained import View
from mammo.ui.plain_text import plain
from mammo.ui.predict_answer import show_refusal
from mammo.ui.predict_files import Judged

OPEN = "image"  # in the address: the place of the one file that is shown large
_SMALL_PX = 420
_VIEWS = ("CC", "MLO")


def show_list(job: JobRecord, coming: Iterable[Judged], view: View, count: int) -> list[Judged]:
    """A line for each file as it is answered; above them, once all are, the women.

    Returns:
        All that came.
    """
    is_doubted = predict_doubts.shows_no_color(predict_doubts.trust_of(job, view.method))
    above, bar = st.container(), st.empty()
    bar.progress(0.0, text=f"0 of {count} judged")
    came: list[Judged] = []
    for one in coming:
        with st.container(border=True):
            _show_line(len(came) + 1, one, view, is_doubted=is_doubted)
        came.append(one)
        bar.progress(len(came) / count, text=f"{len(came)} of {count} judged")
    bar.empty()
    _show_women(above, came, view, is_doubted=is_doubted)
    return came


def _show_line(number: int, one: Judged, view: View, *, is_doubted: bool) -> None:
    answer = one.answer
    if answer is None:
        show_refusal(one)
        return
    picture, told, button = st.columns([1, 4, 1], gap="medium", vertical_alignment="center")
    picture.image(
        embedded(overlaid(answer, view.opacity, is_doubted=is_doubted, least_px=_SMALL_PX)),
        width=120,
        alt=f"{one.file.shown} with its heat map",
    )
    with told:
        seen = one.view.in_words
        st.caption(plain(f"{one.file.shown}{f' · {seen}' if seen else ''}"))
        st.markdown(f"**{plain(words.answer_in_words(answer.label, answer.qualified))}**")
        _show_shares(answer)
        for warning in answer.warnings:
            st.caption(f":material/warning: {plain(warning[:1].upper() + warning[1:])}")
    button.button("Open", icon=":material/zoom_in:", key=f"open.{one.file.key}", on_click=_open, args=(number,))


def _show_shares(answer: Answer) -> None:
    if answer.qualified is None:
        probability_bars.show_probabilities(answer.probabilities)
    else:
        calibrated_bars.show_calibrated(answer.qualified.shares)


def _open(number: int) -> None:
    st.query_params[OPEN] = str(number)


def _show_women(above: DeltaGenerator, came: Sequence[Judged], view: View, *, is_doubted: bool) -> None:
    groups = [[came[place] for place in places] for places in women([one.view for one in came]) if len(places) > 1]
    with above:
        for number, group in enumerate(groups, start=1):
            with st.container(border=True):
                st.markdown(f"**Woman {number}**, {len(group)} views")
                st.caption(_worst(group))
                _show_pairs(number, group, view, is_doubted=is_doubted)


def _show_pairs(number: int, group: Sequence[Judged], view: View, *, is_doubted: bool) -> None:
    """Right and left breast of a view face each other, as films hang: chest walls in the middle."""
    answers = {(one.view.view, one.view.laterality): (one, one.answer) for one in group if one.answer is not None}
    hanging = [(name, side) for name in _VIEWS if {(name, "R"), (name, "L")} <= set(answers) for side in ("R", "L")]
    if not hanging:
        return
    is_mirrored = False
    with st.container(key=f"films_{number}"):
        for column, (name, side) in zip(st.columns(len(hanging), gap="xxsmall"), hanging, strict=True):
            one, answer = answers[name, side]
            picture, mirrored = hung(answer, side, view.opacity, is_doubted=is_doubted)
            alt = f"{one.file.shown}, {one.view.in_words}, with its heat map"
            column.image(embedded(picture), caption=plain(f"{side} {name}"), width="stretch", alt=alt)
            is_mirrored |= mirrored
    if is_mirrored:
        st.caption("Some films are mirrored here, so that the chest walls meet in the middle.")


def _worst(group: Sequence[Judged]) -> str:
    """The gravest class's probability of each breast, the mean over its views."""
    by_side = sorted(
        ((one.view.laterality or "", one.answer) for one in group if one.answer is not None), key=lambda one: one[0]
    )
    told = []
    for side, pairs in groupby(by_side, key=lambda one: one[0]):
        answers = [answer for _, answer in pairs]
        gravest = list(answers[0].probabilities)[-1]
        mean = sum(_share(answer, gravest) for answer in answers) / len(answers)
        views = "1 view" if len(answers) == 1 else f"mean of {len(answers)} views"
        breast = {"L": "left breast", "R": "right breast"}.get(side, "side not known")
        told.append(f"{breast} {words.probability(mean)} ({views})")
    gravest = next((list(one.answer.probabilities)[-1] for one in group if one.answer is not None), "")
    return plain(f"Probability of {gravest}: {', '.join(told)}.") if told else "No film of hers was judged."


def _share(answer: Answer, label: str) -> float:
    if answer.qualified is None:
        return answer.probabilities[label]
    return answer.qualified.shares[label].value or 0.0
