"""The plane of the largest variance, as scikit-learn finds it, and what a line encloses."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from mammo.embedding.plane import inside, principal_plane
from mammo.errors import ParameterError

U_SHAPE = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]


@pytest.mark.parametrize("shape", [(40, 12), (6, 30)], ids=["more pictures", "more numbers"])
def test_the_plane_is_that_of_a_principal_component_analysis(shape):
    vectors = np.random.default_rng(0).normal(size=shape) * np.linspace(3, 1, shape[1])
    reference = PCA(2, svd_solver="full").fit(vectors)
    plane, expected = principal_plane(vectors), reference.transform(vectors)
    signs = np.sign((plane.points * expected).sum(axis=0))
    assert plane.points == pytest.approx(expected * signs, abs=1e-9)
    assert plane.explained == pytest.approx(reference.explained_variance_ratio_, abs=1e-9)


def test_a_mirrored_decomposition_gives_the_same_plane():
    vectors = np.random.default_rng(1).normal(size=(20, 5))
    again = principal_plane(vectors[::-1])
    assert again.points[::-1] == pytest.approx(principal_plane(vectors).points, abs=1e-9)


def test_equal_embeddings_are_one_point():
    plane = principal_plane(np.ones((4, 3)))
    assert not plane.points.any()
    assert (plane.explained, plane.extent) == ((0, 0), 1)


@pytest.mark.parametrize("shape", [(2, 5), (9, 1), (0, 0)])
def test_too_little_spans_no_plane(shape):
    with pytest.raises(ParameterError, match="3 or more embeddings"):
        principal_plane(np.ones(shape))


def test_a_line_encloses_what_lies_inside_it_and_not_in_its_bay():
    points = np.array([[0.5, 2], [1.5, 2], [2.5, 2], [1.5, 0.5], [4, 1], [-1, 1]])
    assert inside(points, U_SHAPE).tolist() == [True, False, True, True, False, False]
    assert inside(points, U_SHAPE[::-1]).tolist() == inside(points, U_SHAPE).tolist()


def test_two_corners_enclose_nothing():
    assert not inside(np.zeros((3, 2)), [(-1, -1), (1, 1)]).any()
