"""How the network lays out the test images: a map of their embeddings, on which an area opens its images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from mammo.embedding.catalogue import Catalogue
from mammo.embedding.plane import Plane, inside, principal_plane
from mammo.store import JobRecord, PredictionRecord
from mammo.ui import area_choice, charts, numbers, theme
from mammo.ui.embeddings_job import embeddings_of
from mammo.ui.fold_choice import choose_fold
from mammo.ui.job_answers import JobAnswers
from mammo.ui.kept_choice import kept_segment
from mammo.ui.plain_text import plain
from mammo.ui.results_gallery import show_images

_KEY = "results.plane"
_COLORS = {"class": "Class", "right": "Right or wrong"}
_RIGHT, _WRONG = "right", "wrong"
_HEIGHT_PX = 520
_MARGIN = 0.08  # beside the outermost marks, as a share of their distance


def show_plane(job: JobRecord, answers: JobAnswers) -> None:
    """The map, the ways to choose an area of it, and the images inside."""
    st.markdown(
        "Each mark is a test image where the network puts it before it judges; near marks look alike to the network. "
        "Draw a line around some, or set a rectangle by its numbers, to see their images."
    )
    folds = sorted({row.fold for row in answers.rows})
    fold = choose_fold(folds)
    known = embeddings_of(job, fold)
    if known is None:
        return
    places = {one.item_id: place for place, one in enumerate(known.pictures)}
    rows = [row for row in answers.rows if row.fold == fold and row.item_id in places]
    if len(known.pictures) < 3 or not rows:
        st.info("There are too few images for a map.", icon=":material/scatter_plot:")
        return
    plane = _plane(f"{job.id}|{fold}|{known.weights_sha256}|{len(known.pictures)}", known)
    plane = replace(plane, points=plane.points[[places[row.item_id] for row in rows]])  # the test images alone
    points, line = plane.points, area_choice.chosen_area(plane.extent)
    _draw(plane, rows, answers.predictions.class_names, line)
    with st.expander("Set the area by numbers", icon=":material/keyboard:", expanded=bool(line)):
        area_choice.choose_by_numbers(line, plane.extent)
    if line:
        chosen = [row for row, there in zip(rows, inside(points, line), strict=True) if there]
        st.header(plain(f"Inside the line: {numbers.counted(len(chosen), 'image')}"), anchor=False)
        show_images(job, chosen, answers.predictions.class_names)


def _draw(
    plane: Plane,
    rows: Sequence[PredictionRecord],
    class_names: Sequence[str],
    line: area_choice.Line,
) -> None:
    by = kept_segment("Colors", list(_COLORS), key="colors", in_words=_COLORS.__getitem__)
    figure = _figure(plane.points, rows, class_names, by)
    area_choice.draw_area(figure, line, theme.current())
    share = f"{numbers.percent(plane.explained[0])} and {numbers.percent(plane.explained[1])}"
    st.plotly_chart(
        figure,
        theme=None,
        key=_KEY,
        on_select=lambda: area_choice.take_selection(_KEY, plane.extent),
        selection_mode=("lasso", "box"),
        config={"displaylogo": False, "modeBarButtons": [["lasso2d", "select2d", "zoom2d", "pan2d", "resetScale2d"]]},
        alt=f"Map of {len(rows)} test images by two principal components, which hold {share} of the variance",
    )
    st.caption(
        f"The two directions hold {share} of the variance of all embeddings, those learnt from included; what differs "
        "in other directions is not seen here."
    )


def _figure(
    points: npt.NDArray[np.float64],
    rows: Sequence[PredictionRecord],
    class_names: Sequence[str],
    by: str,
) -> go.Figure:
    colors = theme.current()
    tools = {"bgcolor": "rgba(0,0,0,0)", "color": colors.muted, "activecolor": colors.text}
    layout = {"template": charts.template(colors), "height": _HEIGHT_PX, "dragmode": "lasso", "modebar": tools}
    figure = go.Figure(layout=layout)
    styles = colors.class_styles(class_names)
    called = [max(range(len(row.probabilities)), key=row.probabilities.__getitem__) for row in rows]
    is_right = np.array([row.truth == label for row, label in zip(rows, called, strict=True)])
    for label, name in enumerate(class_names):
        for right in (True, False):
            there = np.flatnonzero([row.truth == label for row in rows] & (is_right == right))
            if not len(there):
                continue
            right_or_wrong = colors.accent if right else colors.attention
            figure.add_scatter(
                x=points[there, 0],
                y=points[there, 1],
                mode="markers",
                name=f"{name}, {_RIGHT if right else _WRONG}",
                marker={
                    "symbol": styles[name].symbol if right else f"{styles[name].symbol}-open",
                    "color": styles[name].color if by == "class" else right_or_wrong,
                    "size": 9,
                    "line": {"width": 2 if not right else 0},
                },
                text=[f"{rows[one].item_id}<br>{name}, called {class_names[called[one]]}" for one in there.tolist()],
                hovertemplate="%{text}<extra></extra>",
            )
    figure.update_xaxes(title="first component", range=_reach(points[:, 0]))
    figure.update_yaxes(title="second component", range=_reach(points[:, 1]))
    return figure


def _reach(values: npt.NDArray[np.float64]) -> list[float]:
    """Ends of an axis on which all marks lie, with a margin."""
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 1.0
    return [low - margin, high + margin]


@st.cache_resource(max_entries=8, show_spinner=False)
def _plane(key: str, _known: Catalogue) -> Plane:  # noqa: ARG001 - names the catalogue
    return principal_plane(_known.units)
