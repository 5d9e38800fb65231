from mammo.evaluation.intervals import Interval
from mammo.ui import charts
from mammo.ui.theme import DARK, LIGHT


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
