import pytest
from scipy.special import stdtrit

from mammo.evaluation.student_t import t_quantile


@pytest.mark.parametrize("probability", [0.6, 0.9, 0.975, 0.9995])
@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 30, 111, 2499, 1e5])
def test_quantiles_are_those_of_scipy(degrees, probability):
    assert t_quantile(degrees, probability) == pytest.approx(float(stdtrit(degrees, probability)), rel=1e-10)


def test_one_degree_of_freedom_is_cauchys_distribution():
    assert t_quantile(1, 0.75) == pytest.approx(1, rel=1e-12)
