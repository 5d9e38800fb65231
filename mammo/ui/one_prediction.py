"""One prediction large: the picture, its heat map, the answer, what the network was fed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from mammo.imaging.gray_image import Mask
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.ui.embedded import embedded
from mammo.ui.explained import View
from mammo.ui.heatmap_picture import show_heatmap
from mammo.ui.plain_text import plain
from mammo.ui.probability_bars import show_probabilities


@dataclass(frozen=True, eq=False)
class FilmKnowledge:
    """What this server knows of a film and of the heat maps of the model that judges it."""

    truth: str | None = None
    lesions: Mask | None = None  # outlined, in the film's pixels
    square: tuple[float, float, float] | None = None  # that the model saw; None: the whole film
    doubts: tuple[str, ...] = ()  # why the heat maps of this method are not to be trusted


NOTHING_KNOWN = FilmKnowledge()


def show_prediction(answer: Answer, view: View, *, name: str, known: FilmKnowledge = NOTHING_KNOWN) -> None:
    """Pictures at the left, the answer and the reasons to doubt it at the right."""
    is_doubted = bool(known.doubts)
    pictures, words = st.columns([3, 2], gap="medium")
    with pictures:
        left, right = st.columns(2, gap="small")
        left.image(
            embedded(overlaid(replace(answer, heatmap=b""), 0, lesions=known.lesions, square=known.square)),
            caption="As the model got it" + (", with the outlined lesion" if known.lesions is not None else ""),
            width="stretch",
            alt=f"{name} without heat map",
        )
        if answer.heatmap:
            show_heatmap(right, answer, view, name=name, is_doubted=is_doubted)
        with st.expander("What the network was fed", icon=":material/photo_size_select_large:"):
            st.image(embedded(answer.network_input), width=360, alt=f"{name} at the network's size")
    with words:
        st.markdown("The model's answer, not a diagnosis:")
        st.header(plain(answer.label.capitalize()), anchor=False)
        if known.truth is not None:
            right_or_wrong = "which is right" if known.truth == answer.label else f"but the film is {known.truth}"
            st.caption(plain(right_or_wrong))
        show_probabilities(answer.probabilities)
        for warning in answer.warnings:
            st.warning(plain(f"{warning[:1].upper()}{warning[1:]}"), icon=":material/warning:")
        if is_doubted and answer.heatmap:
            st.warning("\n".join(f"- {plain(doubt)}" for doubt in known.doubts), icon=":material/visibility_off:")
        st.caption("A heat map shows where the score comes from, not where a lesion ends.")
        made_with = f"{answer.model} · weights {answer.weights_sha256[:12]} · preparation {answer.pipeline_hash}"
        st.caption(f"{plain(name)} · {made_with}")
