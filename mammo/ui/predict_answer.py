"""One explained prediction, in this order: picture, guard, answer, probabilities, reasons to doubt, evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.config import settings
from mammo.embedding.nearest import Nearest
from mammo.errors import CheckpointError, MammoError
from mammo.ingest.pool import shared_pool
from mammo.jobs.embeddings import nearest_cases
from mammo.prediction import words
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer, NoMammogramError
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.ui import cache, calibrated_bars, explained, messages, predict_doubts, predict_models, probability_bars
from mammo.ui.embedded import embedded
from mammo.ui.explained import View
from mammo.ui.heatmap_picture import show_heatmap
from mammo.ui.plain_text import plain
from mammo.ui.predict_files import Brought, Judged
from mammo.ui.stage_pictures import Stage, draw_stages, stages_of

_SIMILAR = 6


def show_explained(job: JobRecord, one: Judged, view: View, others: Mapping[int, JobRecord]) -> Callable[[], None]:
    """A file's answer, or its refusal; what takes longer is done by what this returns.

    Args:
        job: Whose models answered.
        one: The file and what they said.
        view: Of the heat map.
        others: Further trainings that are asked, by number.
    """
    if one.answer is None:
        show_refusal(one)
        return _nothing_more
    answer = one.answer
    trust = predict_doubts.trust_of(job, view.method)
    nearest = nearest_of(job, answer)
    pictures, told = st.columns([3, 2], gap="large")
    with pictures:
        _show_pictures(answer, view, one.file.shown, is_doubted=predict_doubts.shows_no_color(trust))
        _offer_stages(job, one.file)
    with told:
        _show_guard(answer, nearest)
        _show_answer(answer, predict_models.asked(job, answer, one.file, others), one.file.shown)
        place = st.empty()
        doubts = predict_doubts.known_doubts(job, answer, answer.height_px, trust, nearest)
        predict_doubts.show_doubts(place, doubts, None)
        st.caption(
            f"{answer.model} · weights {answer.weights_sha256[:12]} · preparation {answer.pipeline_hash} · job {job.id}"
        )

    return lambda: _show_steadiness(place, job, answer, doubts)


def show_refusal(one: Judged) -> None:
    """Why there is no answer; of what is no mammogram with the picture, so that a person sees what was meant."""
    if isinstance(one.refusal, NoMammogramError):
        picture, told = st.columns([1, 4], gap="medium")
        picture.image(embedded(one.refusal.picture), width=160, alt=f"{one.file.shown}, not judged")
        told.error(plain(f"{one.file.shown}. {one.refusal}"), icon=":material/block:")
    elif one.refusal is not None:
        messages.show_error(one.refusal)


def _nothing_more() -> None:
    """A refused file has nothing that takes longer."""


def nearest_of(job: JobRecord, answer: Answer) -> Nearest | None:
    """The known films that lie nearest; None where nobody has computed them."""
    hidden = cache.hidden(job.data_set) if job.data_set else frozenset()
    try:
        return nearest_cases(settings(), job.id, answer.embedding, count=_SIMILAR, left_out=hidden)
    except CheckpointError:
        return None


def _show_pictures(answer: Answer, view: View, name: str, *, is_doubted: bool) -> None:
    """The heat map first, since it is what is waited for; it stands at the right."""
    with st.container(key="films_explained"):  # beside each other on a phone, too
        left, right = st.columns(2, gap="small")
    if answer.heatmap:
        show_heatmap(right, answer, view, name=name, is_doubted=is_doubted)
        if not is_doubted:
            _show_scale(right, answer.explained_label)
    left.image(
        embedded(overlaid(replace(answer, heatmap=b""), 0)),
        caption="As the model got it",
        width="stretch",
        alt=f"{name} without heat map",
    )


def _show_scale(place: DeltaGenerator, label: str) -> None:
    scale = f'role="img" aria-label="Evidence for {escape(label)}, weak to strong, scaled per image"'
    place.html(f'<div class="heat" {scale}>weak <i></i> strong, scaled per image</div>')


def _offer_stages(job: JobRecord, file: Brought) -> None:
    if not st.toggle("Show the preparation", key=f"stages.{file.key}"):
        return
    with messages.errors_shown():
        draw_stages(_stages(file.key, file.shown, file.content, TrainingConfig.of(job.config)), file.shown)


@st.cache_data(max_entries=24, ttl=600, show_spinner="Preparing the picture step by step")
def _stages(key: str, name: str, _content: bytes, config: TrainingConfig) -> list[Stage]:  # noqa: ARG001 - names the picture
    return stages_of(shared_pool().decode(name, _content).pixels, config)


def _show_guard(answer: Answer, nearest: Nearest | None) -> None:
    if answer.doubt:
        st.warning(plain(answer.doubt), icon=":material/warning:")
    if nearest is not None and nearest.is_far:
        st.warning(
            "This lies far from all that the model learnt from. Its answer may be worth little.",
            icon=":material/explore_off:",
        )
    for warning in answer.warnings:
        if warning != answer.doubt:
            st.warning(plain(f"{warning[:1].upper()}{warning[1:]}"), icon=":material/warning:")


def _show_answer(answer: Answer, models: predict_models.Asked, name: str) -> None:
    st.caption(plain(f"{name} · answer of the model, not a diagnosis"))
    qualified, together = answer.qualified, models.together
    predict_models.show_silent(models)
    sentence = words.answer_in_words(answer.label, qualified) if together is None else predict_models.in_words(together)
    with st.container(key="answer"):
        st.header(plain(sentence), anchor=False)
    if together is not None:
        predict_models.show_together(models)
        return
    st.caption(plain(words.coverage_in_words(qualified)))
    if qualified is None:
        probability_bars.show_probabilities(answer.probabilities)
        return
    calibrated_bars.show_calibrated(qualified.shares)
    st.markdown(plain(words.frequency_in_words(qualified)))


def _show_steadiness(place: DeltaGenerator, job: JobRecord, answer: Answer, doubts: list[words.Doubt]) -> None:
    try:
        stability = explained.stability_of(job.id, answer)
    except MammoError as error:
        messages.show_error(error)
        return
    predict_doubts.show_doubts(place, doubts, stability)
