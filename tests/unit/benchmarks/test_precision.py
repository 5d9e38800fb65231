import math

import pytest

from benchmarks.precision import compared, verdict_on

FP32 = (0.60, 0.64, 0.62, 0.66, 0.63)


def test_precisions_that_are_apart_by_less_than_their_seeds_are_within_the_noise():
    bf16 = (0.61, 0.62, 0.65, 0.63, 0.62)
    apart, verdict = verdict_on(FP32, bf16)
    assert apart == pytest.approx(abs(0.626 - 0.63) / math.sqrt((0.0005 + 0.00023) / 5))
    assert verdict == "bf16 is within the noise of seeds"


def test_a_loss_of_accuracy_is_told():
    bf16 = tuple(value - 0.06 for value in FP32)
    assert verdict_on(FP32, bf16)[1] == "bf16 differs by more than the noise of seeds"
    *_, difference = compared("films", "balanced accuracy", FP32, bf16)
    assert difference.value > difference.goal
    assert difference.rounds == pytest.approx([-0.06] * 5)


def test_equal_scores_of_every_seed_are_not_apart():
    assert verdict_on((0.5,) * 5, (0.5,) * 5)[0] == 0
    assert verdict_on((0.5,) * 5, (0.4,) * 5)[0] == math.inf
