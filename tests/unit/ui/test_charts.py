import numpy as np
import pytest

from mammo.evaluation.intervals import Interval
from mammo.imaging.gray_change import gray_change
from mammo.ui import charts
from mammo.ui.theme import DARK, LIGHT

RAMP = np.linspace(0, 1, 4096, dtype=np.float32).reshape(64, 64)
INSIDE = np.ones(RAMP.shape, np.bool_)


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_a_point_operation_is_drawn_with_its_curve():
    figure = charts.gray_figure(gray_change(RAMP, np.minimum(2 * RAMP, 1), INSIDE), DARK)
    curve = traces(figure)["curve"]
    assert np.interp(0.25, curve.x, curve.y) == pytest.approx(0.5, abs=1e-3)
    assert curve.y[-1] == 1
    assert curve.line.color == DARK.accent


def test_without_one_curve_only_the_histograms_are_drawn():
    figure = charts.gray_figure(gray_change(RAMP, np.roll(RAMP, 1, axis=1), np.tile(INSIDE, 1)), DARK)
    assert set(traces(figure)) == {"before", "after", "curve"}
    noisy = np.where(np.indices(RAMP.shape).sum(axis=0) % 2, 0.25, 0.75).astype(np.float32)
    figure = charts.gray_figure(gray_change(np.full_like(RAMP, 0.5), noisy, INSIDE), DARK)
    assert set(traces(figure)) == {"before", "after"}


def test_a_score_is_a_dot_on_its_interval():
    figure = charts.score_figure({"job 1": Interval(0.57, 0.49, 0.66), "job 2": Interval(0.4, 0.3, 0.5)}, LIGHT)
    assert list(figure.data[0].x) == [0.57, 0.4]
    spans = [(line.x0, line.x1) for line in figure.layout.shapes if line.line.color == LIGHT.accent]
    assert spans == [(0.49, 0.66), (0.3, 0.5)]
    assert [note.text for note in figure.layout.annotations if note.x == 1] == [
        "0.57 (0.49 to 0.66)",
        "0.40 (0.30 to 0.50)",
    ]


def test_a_score_without_interval_has_no_line_and_says_why():
    figure = charts.score_figure({"job 1": Interval(0.57, reason="too few women")}, DARK)
    assert [line.line.color for line in figure.layout.shapes] == [DARK.line]
    assert "too few women" in figure.layout.annotations[1].text


def test_figures_have_no_ground_of_their_own():
    layout = charts.template(DARK).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
