"""What a person thinks of an answer: agree, disagree, the class that is right, a note; and what others think."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from mammo.store import NewOpinion, OpinionRecord
from mammo.store.opinions import LONGEST_NOTE, Verdict
from mammo.ui import cache, messages, people
from mammo.ui.plain_text import plain


@dataclass(frozen=True)
class AskedAnswer:
    """The answer of which somebody is asked what they think."""

    image: str  # as opinions name it
    job: int
    label: str  # class that the model answered
    classes: tuple[str, ...]


def image_of(sha256: str, item_id: str, *, is_square: bool) -> str:
    """How opinions name what a training judged: a film, or a square of one."""
    return f"{sha256}@{item_id}" if is_square else sha256


def ask_opinion(
    answer: AskedAnswer, *, has_keys: bool = False, on_given: Callable[[Verdict], None] | None = None
) -> None:
    """Buttons for an opinion, and below what there are.

    Args:
        answer: What is judged.
        has_keys: Whether A and D press the buttons; for one answer on a page.
        on_given: Called when an opinion was given.
    """
    person = people.current_person()
    current = _current(answer.image, person)
    own = next((one for one in current if one.person == person), None)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        give = partial(_give, answer, own, on_given)
        st.button(
            "Agree",
            key=f"agree.{answer.image}",
            icon=":material/thumb_up:",
            help=plain(f"It is {answer.label}"),
            type=_type(own, "agree"),
            shortcut="a" if has_keys else None,
            on_click=partial(give, "agree", None),
        )
        st.button(
            "Disagree",
            key=f"disagree.{answer.image}",
            icon=":material/thumb_down:",
            type=_type(own, "disagree"),
            shortcut="d" if has_keys else None,
            on_click=partial(give, "disagree", None),
        )
        for place, label in enumerate((one for one in answer.classes if one != answer.label), start=1):
            st.button(
                plain(f"It is {label}"),
                key=f"disagree.{answer.image}.{place}",
                type=_type(own, "disagree", label),
                shortcut=str(place) if has_keys else None,
                on_click=partial(give, "disagree", label),
            )
    if own is not None:
        _show_own(answer, own)
    for other in current:
        if other is not own:
            st.caption(plain(f"{other.person} {_in_words(other)}"))


def withdraw(answer: AskedAnswer) -> None:
    """Take the person's opinion back; for a callback."""
    with messages.errors_shown():
        cache.store().opinions.give(_opinion(answer, "withdrawn", None))


def _show_own(answer: AskedAnswer, own: OpinionRecord) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(plain(f"You {_in_words(own, 'agree', 'disagree', 'hold')}"), width="content")
        with st.popover("Note and lesion", icon=":material/edit_note:"):
            _edit(answer, own)
        st.button(
            "Withdraw",
            key=f"withdraw.{answer.image}",
            type="tertiary",
            on_click=partial(withdraw, answer),
        )


def _edit(answer: AskedAnswer, own: OpinionRecord) -> None:
    """A note, and the circle around a lesion; kept together."""
    note = st.text_area("Note", own.note, max_chars=LONGEST_NOTE, key=f"note.{answer.image}")
    st.caption("A lesion as a circle in pixels of the film, from its upper left corner; no radius: none.")
    lesion = own.lesion or {}
    names = {"x_px": "From the left", "y_px": "From the top", "radius_px": "Radius"}
    with st.container(horizontal=True, gap="small"):
        circle = {
            name: st.number_input(
                label, 0.0, 20_000.0, float(lesion.get(name, 0.0)), 1.0, "%.0f", key=f"{name}.{answer.image}", width=110
            )
            for name, label in names.items()
        }
    if st.button("Keep", key=f"keep-note.{answer.image}"):
        marked = circle if circle["radius_px"] > 0 else None
        with messages.errors_shown():
            cache.store().opinions.give(_opinion(answer, own.verdict, own.label, note, marked))
            st.rerun()


def _give(
    answer: AskedAnswer,
    own: OpinionRecord | None,
    on_given: Callable[[Verdict], None] | None,
    verdict: Verdict,
    label: str | None,
) -> None:
    """For a callback; the note and the lesion stay what they were."""
    note, lesion = (own.note, own.lesion) if own is not None else ("", None)
    with messages.errors_shown():
        cache.store().opinions.give(_opinion(answer, verdict, label, note, lesion))
        if on_given is not None:
            on_given(verdict)


def _opinion(
    answer: AskedAnswer, verdict: Verdict, label: str | None, note: str = "", lesion: Mapping[str, float] | None = None
) -> NewOpinion:
    person = people.current_person()
    return NewOpinion(answer.image, answer.job, person, verdict, answer.label, label, note, lesion)


def _current(image: str, person: str) -> list[OpinionRecord]:
    """The latest of each person, but for those that were withdrawn."""
    latest: dict[str, OpinionRecord] = {}
    for one in cache.store().opinions.history(image, viewer=person):
        latest.setdefault(one.person, one)
    return [one for one in latest.values() if one.verdict != "withdrawn"]


def _type(own: OpinionRecord | None, verdict: Verdict, label: str | None = None) -> Literal["primary", "secondary"]:
    return "primary" if own is not None and own.verdict == verdict and label in (None, own.label) else "secondary"


def _in_words(one: OpinionRecord, agree: str = "agrees", disagree: str = "disagrees", hold: str = "holds") -> str:
    when = f"{one.at:%d %b %Y, %H:%M} UTC"
    if one.verdict == "agree":
        said = f"{agree} with {one.predicted}"
    else:
        said = f"{disagree} with {one.predicted}" + (f" and {hold} {one.label} right" if one.label else "")
    return f"{said} ({when})" + (f": {one.note}" if one.note else "")
