"""Explained predictions as pages show them: asked of the prediction process, overlaid here."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from mammo.config import Settings, settings
from mammo.datasets import Sample
from mammo.explanation import CAM_METHODS
from mammo.prediction.client import ask, ask_stability
from mammo.prediction.wire import Answer, Question
from mammo.stability import Stability
from mammo.ui.kept_choice import kept_segment

LARGE_PX = 900
_OWN = "its answer"
_LINES = "lines"
_DRAWN = {"color": "Color", _LINES: "Contours"}


class View(NamedTuple):
    """How a heat map is wanted."""

    method: str | None  # None: no heat map
    opacity: float
    layer: str | None = None
    label: str | None = None  # None: of the class predicted
    as_lines: bool = False  # contours alone, without color

    @property
    def drawn(self) -> float | None:
        """Opacity of the color; None for contours alone."""
        return None if self.as_lines else self.opacity


class Judged(NamedTuple):
    """What a model judges of this server: a film or a square of it."""

    sample: Sample
    fold: int | None = None  # whose model alone is asked; None: all of the job's
    square: tuple[float, float, float] | None = None  # center (x, y) and side, in pixels


def explain_film(job: int, judged: Judged, view: View, longest_px: int = LARGE_PX) -> Answer:
    """What a job's models say of a film of this server, in pictures of a size; MammoError as ``client.ask``."""
    sample, fold, square = judged
    question = Question(
        job, sample.path.name, view.method, view.layer, view.label, str(sample.path), fold, square, longest_px
    )
    return _of_film(settings(), question, sample.sha256)


def explain_upload(job: int, picture: bytes, name: str, view: View, *, key: str) -> Answer:
    """What a job's models say of an uploaded file; MammoError as ``client.ask``.

    Args:
        job: A finished training.
        picture: The file's bytes.
        name: For sentences.
        view: How it is to be explained.
        key: Names the upload among all: hashing a large file would take longer than some answers.
    """
    return _of_upload(settings(), Question(job, name, view.method, view.layer, view.label), key, picture)


def explain_preview(job: int, picture: bytes, name: str) -> Answer:
    """What a job's models say of a picture that a page made; it is answered whatever it looks like, without a map."""
    return _of_preview(settings(), Question(job, name, None, must_answer=True), picture)


def stability_of(job: int, answer: Answer) -> Stability:
    """How steady a job's answer to a picture is; MammoError as ``client.ask``."""
    return _stability(settings(), job, answer.weights_sha256, answer.network_input)


def choose_view(cam_layers: tuple[str, ...] = (), labels: tuple[str, ...] = ()) -> View:
    """Method and opacity, of one large image also layer, class and whether as color or as lines; all in the address."""
    methods = ["off", *CAM_METHODS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        method = st.selectbox(
            "Heat map",
            methods,
            index=methods.index("grad_cam"),
            format_func=lambda name: "Off" if name == "off" else CAM_METHODS[name].label,
            key="method",
            bind="query-params",
            width=180,
        )
        drawn = kept_segment("Drawn as", list(_DRAWN), key="drawn", in_words=_DRAWN.__getitem__) if cam_layers else ""
        opacity = st.slider(
            "Opacity", 0.0, 1.0, 0.6, 0.05, key="opacity", bind="query-params", width=180, disabled=drawn == _LINES
        )
        layer = _chosen("Layer", ["usual", *cam_layers], key="layer") if cam_layers else "usual"
        label = _chosen("Evidence for", [_OWN, *labels], key="label") if labels else _OWN
    return View(
        method=None if method == "off" else method,
        opacity=opacity,
        layer=None if layer == "usual" else layer,
        label=None if label == _OWN else label,
        as_lines=drawn == _LINES,
    )


def _chosen(label: str, options: list[str], *, key: str) -> str:
    return str(st.selectbox(label, options, key=key, bind="query-params", width=160))


@st.cache_data(max_entries=512, show_spinner=False)
def _of_film(given: Settings, question: Question, sha256: str) -> Answer:  # noqa: ARG001 - part of the key
    return ask(given, question)


@st.cache_data(max_entries=96, ttl=600, show_spinner=False)  # what a visitor brought does not stay
def _of_upload(given: Settings, question: Question, key: str, _picture: bytes) -> Answer:  # noqa: ARG001 - names the picture
    return ask(given, question, _picture)


@st.cache_data(max_entries=32, ttl=600, show_spinner=False)
def _of_preview(given: Settings, question: Question, picture: bytes) -> Answer:
    return ask(given, question, picture)


@st.cache_data(max_entries=96, ttl=600, show_spinner=False)
def _stability(given: Settings, job: int, weights_sha256: str, network_input: bytes) -> Stability:  # noqa: ARG001 - part of the key
    return ask_stability(given, job, network_input)
