"""A film under its heat map, as it stands beside an answer."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.ui.embedded import embedded
from mammo.ui.explained import View
from mammo.ui.plain_text import plain


def show_heatmap(place: DeltaGenerator, answer: Answer, view: View, *, name: str, is_doubted: bool) -> None:
    """The answer's heat map drawn into ``place``; in gray, and said to be so, where it is not to be trusted."""
    place.image(
        embedded(overlaid(answer, view.drawn, is_doubted=is_doubted)),
        caption=plain(f"Evidence for {answer.explained_label}{doubted(is_doubted)}"),
        width="stretch",
        alt=f"{name} with the heat map of {answer.explained_label}",
    )


def doubted(is_doubted: bool) -> str:  # noqa: FBT001 - the words for it
    """What is added to the description of a map."""
    return ", not to be trusted" if is_doubted else ""
