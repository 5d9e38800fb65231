"""One test image large: its heat map beside other methods, its truth, its lesions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.datasets import Sample
from mammo.datasets.lesions import lesion_mask
from mammo.embedding.nearest import nearest_known
from mammo.errors import MammoError
from mammo.explanation import CAM_METHODS
from mammo.imaging.gray_image import Mask
from mammo.models import MODELS
from mammo.prediction.pictures import overlaid
from mammo.store import JobRecord, PredictionRecord
from mammo.training.config import TrainingConfig
from mammo.trust.heatmap_trust import HeatmapTrust
from mammo.ui import cache, explained
from mammo.ui.embedded import embedded
from mammo.ui.embeddings_job import embeddings_of
from mammo.ui.explained import Judged, View
from mammo.ui.job_answers import JobAnswers
from mammo.ui.judged_squares import judged_of
from mammo.ui.nearest_cases import COUNT, show_nearest
from mammo.ui.one_prediction import FilmKnowledge, show_prediction
from mammo.ui.opinion_buttons import AskedAnswer, ask_opinion, image_of
from mammo.ui.plain_text import plain
from mammo.ui.results_checks import known_checks
from mammo.ui.results_gallery import IMAGE
from mammo.ui.results_stages import show_stages
from mammo.ui.unstable_answers import stability_known

_SLOW = {"occlusion"}  # asked for one by one


def show_image(job: JobRecord, answers: JobAnswers) -> None:
    """The image that the address names."""
    st.button("Back", icon=":material/arrow_back:", on_click=_close, shortcut="Escape")
    row = next((row for row in answers.rows if row.item_id == st.query_params[IMAGE]), None)
    judged = judged_of(job, [row]) if row is not None else {}
    if row is None or row.item_id not in judged:
        st.error("The address names no test image of this training.", icon=":material/block:")
        return
    names, film = answers.predictions.class_names, judged[row.item_id]
    layers = tuple(MODELS[TrainingConfig.of(job.config).model].cam_layers)
    view = explained.choose_view(layers, tuple(names))
    checks = known_checks(job.id)
    known = FilmKnowledge(
        truth=names[row.truth],
        lesions=_lesions(film.sample.path.name, film.sample.sha256, film.sample),
        square=film.square,
        doubts=_doubts(checks, view.method),
    )
    answer = explained.explain_film(job.id, film, view)
    show_prediction(answer, view, name=_name_of(film), known=known)
    steadiness = (stability_known(job) or {}).get(row.item_id)
    if steadiness is not None:
        st.caption(plain(str(steadiness)))
    image = image_of(film.sample.sha256, row.item_id, is_square=film.square is not None)
    ask_opinion(AskedAnswer(image, job.id, answer.label, tuple(names)), has_keys=True)
    show_stages(job, film)
    if st.toggle("Compare methods", key="methods", bind="query-params"):
        _show_methods(job, film, view, checks)
    _show_nearest(job, row, names)


def _show_nearest(job: JobRecord, row: PredictionRecord, class_names: Sequence[str]) -> None:
    """What the model of the image's fold has learnt from that lies nearest to it."""
    st.header("Nearest known cases (other women)", anchor=False)
    known = embeddings_of(job, row.fold)
    if known is None:
        return
    place = known.place_of(row.item_id)
    if place is None:
        st.info("This image has no embedding: it came to the data set later.", icon=":material/info:")
        return
    hidden = cache.hidden(str(job.data_set))
    nearest = nearest_known(known, known.vectors[place], patient_id=row.patient_id, count=COUNT, left_out=hidden)
    show_nearest(job, nearest, class_names)


def _show_methods(job: JobRecord, film: Judged, view: View, checks: dict[str, HeatmapTrust]) -> None:
    """The same evidence by every method that is not slow, each with what is known of its trust."""
    grid = st.grid("auto", min_column_width=190, gap="small")
    for name, method in CAM_METHODS.items():
        if name in _SLOW:
            continue
        doubts = _doubts(checks, name)
        with grid.container():
            try:
                answer = explained.explain_film(job.id, film, view._replace(method=name, layer=None))
            except MammoError as error:
                st.error(plain(str(error)), icon=":material/block:")
                continue
            picture = overlaid(answer, view.drawn, is_doubted=bool(doubts))
            st.image(embedded(picture), width="stretch", alt=f"{film.sample.path.name} by {method.label}")
            st.markdown(f"**{plain(method.label)}**")
            unchecked = "not checked" if name not in checks else "passed every check"
            st.caption(plain(doubts[0]) if doubts else unchecked)


def _doubts(checks: dict[str, HeatmapTrust], method: str | None) -> tuple[str, ...]:
    return checks[method].failures if method in checks else ()


@st.cache_resource(max_entries=32, show_spinner=False)
def _lesions(name: str, sha256: str, _sample: Sample) -> Mask | None:  # noqa: ARG001 - name the sample
    if not _sample.lesions:
        return None
    try:
        mask = lesion_mask(_sample)
    except MammoError:  # its mask file is gone; the film can be shown all the same
        return None
    return mask if mask.any() else None


def _name_of(film: Judged) -> str:
    sample = film.sample
    density = sample.density and f"density {sample.density}"
    square = film.square and f"the square of {film.square[2]:.0f} pixels that the model saw"
    return " · ".join([sample.path.name, *(fact for fact in (sample.laterality, sample.view, density, square) if fact)])


def _close() -> None:
    st.query_params.pop(IMAGE, None)
