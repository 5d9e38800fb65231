"""Localization scores on maps small enough to count."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.evaluation.localisation import localization, pointing_hit, summarized


def region(*cells, shape=(4, 6)):
    mask = np.zeros(shape, dtype=bool)
    mask[tuple(zip(*cells, strict=True))] = True
    return mask


LESION = region((1, 1), (1, 2))
BREAST = np.ones((4, 6), dtype=bool)
BREAST[:, 4:] = False  # 16 pixels


def heat(**values):
    """Zeros, but for cells named like r1c2."""
    heatmap = np.zeros((4, 6), np.float32)
    for cell, value in values.items():
        heatmap[int(cell[1]), int(cell[3])] = value
    return heatmap


def test_scores_of_a_counted_example():
    score = localization(heat(r1c1=4, r1c2=1, r3c3=3, r0c5=2), LESION, BREAST, tolerance_px=0)
    assert score.hit == 1
    assert score.energy_share == pytest.approx(5 / 10)
    assert score.chance == pytest.approx(2 / 16)
    assert score.iou == pytest.approx(1 / 3)  # strongest two: (1, 1) and (3, 3); union 3
    assert not score.is_blank


def test_a_map_on_the_lesion_alone_is_perfect():
    score = localization(heat(r1c1=1, r1c2=2), LESION, BREAST)
    assert (score.hit, score.energy_share, score.iou) == (1, 1, 1)


def test_a_map_without_knowledge_gets_the_chance_level():
    score = localization(BREAST.astype(np.float32), LESION, BREAST, tolerance_px=0)
    assert score.energy_share == pytest.approx(score.chance)
    assert score.hit == pytest.approx(score.chance)  # every place shares the maximum


@pytest.mark.parametrize(("tolerance_px", "hit"), [(0.9, 0), (1, 1), (3.5, 1)])
def test_a_place_beside_the_lesion_hits_it_within_the_tolerance(tolerance_px, hit):
    assert pointing_hit(heat(r1c3=1), LESION, tolerance_px=tolerance_px) == hit


def test_the_distance_is_straight_not_by_steps():
    diagonal = heat(r2c3=1)  # sqrt(2) from (1, 2)
    assert pointing_hit(diagonal, LESION, tolerance_px=1.41) == 0
    assert pointing_hit(diagonal, LESION, tolerance_px=1.42) == 1


def test_places_that_share_the_maximum_share_the_hit():
    assert pointing_hit(heat(r1c1=2, r3c3=2), LESION, tolerance_px=0) == 0.5


def test_a_blank_map_misses_everything():
    score = localization(heat(), LESION, BREAST)
    assert (score.hit, score.energy_share, score.iou, score.is_blank) == (0, 0, 0, True)


def test_zeros_never_count_as_strongest():
    assert localization(heat(r1c1=1), region((1, 1), (0, 0), (0, 1)), BREAST).iou == pytest.approx(1 / 3)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_scores_do_not_depend_on_the_scale_of_the_map(factor):
    rng = np.random.default_rng(0)
    heatmap = rng.random((4, 6)).astype(np.float32)
    one, other = localization(heatmap, LESION, BREAST), localization(heatmap * np.float32(factor), LESION, BREAST)
    assert (one.hit, one.iou, one.chance) == (other.hit, other.iou, other.chance)
    assert one.energy_share == pytest.approx(other.energy_share)


def test_many_images_stand_side_by_side():
    maps = [heat(r1c1=1), heat(r3c3=1), heat()]
    summary = summarized([localization(heatmap, LESION, BREAST, tolerance_px=0) for heatmap in maps])
    assert summary.n == 3
    assert summary.hits.tolist() == [1, 0, 0]
    assert summary.energy_shares.tolist() == [1, 0, 0]
    assert summary.hit_rate == pytest.approx(1 / 3)
    assert summary.mean_energy_share == pytest.approx(1 / 3)
    assert summary.mean_chance == pytest.approx(1 / 8)
    assert summary.mean_iou == pytest.approx((1 / 2 + 0 + 0) / 3)
    assert summary.blank_count == 1


def test_no_image_has_no_rate():
    summary = summarized([])
    assert (summary.n, summary.hit_rate, summary.mean_energy_share, summary.mean_iou) == (0, None, None, None)


@pytest.mark.parametrize(
    ("lesion", "breast", "sentence"),
    [
        (np.ones((4, 5), dtype=bool), BREAST, r"lesion \(4, 5\)"),
        (np.zeros((4, 6), dtype=bool), BREAST, "outlined lesion"),
        (LESION, np.zeros((4, 6), dtype=bool), "outlined lesion and a breast"),
    ],
    ids=["another shape", "no lesion", "no breast"],
)
def test_an_image_without_a_question_is_refused(lesion, breast, sentence):
    with pytest.raises(ParameterError, match=sentence):
        localization(heat(r1c1=1), lesion, breast)
