import numpy as np

from mammo.store import Curve
from mammo.ui import theme
from mammo.ui.job_curves import curves_of, folds_of, loss_figure, score_figure


def curve(fold, name, points):
    return Curve(fold, name, np.array(list(points)), np.array(list(points.values())))


LOGGED = [
    curve(0, "epoch_train_loss", {4: 0.9, 8: 0.6}),
    curve(0, "validation_loss", {4: 0.8, 8: 0.7, 12: 0.75}),
    curve(0, "validation_count.0.1", {8: 5.0}),
    curve(0, "validation_count.1.1", {8: 2.0}),
    curve(2, "validation_loss", {4: 0.1}),
]


def test_each_fold_has_its_own_numbers():
    assert folds_of(LOGGED) == [0, 2]
    assert list(curves_of(LOGGED, 2).series) == ["validation_loss"]


def test_the_axis_counts_epochs_once_the_first_has_ended():
    assert curves_of(LOGGED, 0).in_epochs(12) == 3
    assert curves_of(LOGGED, 2).in_epochs(12) == 12


def test_the_best_validation_is_the_one_with_the_least_loss():
    assert curves_of(LOGGED, 0).best_step == 8


def test_counts_become_a_matrix_with_the_truth_in_rows():
    matrix = curves_of(LOGGED, 0).matrix(8, ("normal", "malignant"))
    assert np.array_equal(matrix.counts, [[0, 5], [0, 2]])


def test_a_figure_draws_the_logged_points_over_the_chosen_epochs():
    figure = loss_figure(curves_of(LOGGED, 0), theme.DARK, (1, 3))
    validation = next(trace for trace in figure.data if trace.name == "validation")
    assert list(validation.x) == [1, 2, 3]
    assert list(validation.y) == [0.8, 0.7, 0.75]
    assert list(figure.layout.xaxis.range) == [1, 3]


def test_a_fold_that_has_logged_no_score_gives_an_empty_figure():
    assert all(len(trace.x) == 0 for trace in score_figure(curves_of(LOGGED, 2), theme.DARK, (0, 3)).data)
