"""Colors of a heat map over a mammogram."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.imaging.overlay import heat_colors, overlay

CYAN = [0x78, 0xDC, 0xFF]


def spot(value=1.0, shape=(80, 100)):
    """A cone of heat around the middle."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    distance = np.hypot(rows - shape[0] / 2, columns - shape[1] / 2)
    return (value * np.clip(1 - distance / 30, 0, 1)).astype(np.float32)


@pytest.fixture
def gray():
    return np.full((80, 100), 0.5, np.float32)


def is_gray(colors):
    return (colors == colors[..., :1]).all(axis=-1)


def test_the_scale_is_inferno_without_its_black_quarter():
    matplotlib = pytest.importorskip("matplotlib")
    expected = matplotlib.colormaps["inferno"](np.arange(64, 256), bytes=True)[:, :3]
    assert np.abs(heat_colors().astype(int) - expected).max() <= 1


def test_lightness_rises_along_the_scale_so_that_color_blind_eyes_read_it():
    luma = heat_colors() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luma) > -0.3).all()
    assert luma[-1] - luma[0] > 150


def test_no_heat_leaves_the_picture_gray(gray, phantom):
    assert (overlay(gray, np.zeros_like(gray)) == 128).all()
    expected = np.rint(np.repeat(phantom[..., None], 3, axis=2) * 255)
    np.testing.assert_array_equal(overlay(phantom, np.zeros_like(phantom)), expected)


def test_full_heat_has_the_given_opacity(gray):
    colors = overlay(gray, np.ones_like(gray), opacity=0.6)
    expected = np.rint(0.4 * 127.5 + 0.6 * heat_colors()[-1])
    np.testing.assert_array_equal(colors[40, 50], expected)


@pytest.mark.parametrize(
    ("heat", "alpha"), [(0.1, 0), (0.2, 0), (0.45, 0.3), (0.7, 0.6), (0.9, 0.6)], ids=lambda value: f"{value:g}"
)
def test_opacity_rises_smoothly_between_a_fifth_and_seven_tenths(gray, heat, alpha):
    heatmap = np.zeros_like(gray)
    heatmap[5, 5] = 1  # far from the place that is looked at: the contour runs there, if the rest is below half
    heatmap[20:, 20:] = heat
    expected = (1 - alpha) * 127.5 + alpha * heat_colors()[round(heat * 191)].astype(float)
    np.testing.assert_allclose(overlay(gray, heatmap)[50, 60], expected, atol=1)


def test_no_color_and_no_line_outside_the_breast(gray):
    breast = np.zeros((80, 100), dtype=bool)
    breast[:, :30] = True
    colors = overlay(gray, np.ones_like(gray), mask=breast)
    assert (colors[:, 33:] == 128).all()
    assert not is_gray(colors[5:75, 4:26]).any()


def test_a_contour_runs_at_half_of_the_maximum(gray):
    colors = overlay(gray, spot(0.8), opacity=0)
    white = np.argwhere((colors == 255).all(axis=-1))
    radius = np.hypot(white[:, 0] - 40, white[:, 1] - 50)
    assert len(white) > 50
    assert radius.min() >= 13
    assert radius.max() <= 17
    assert (colors < 40).all(axis=-1).any()


def test_without_color_a_map_hides_nothing_between_its_contours():
    distance = np.hypot(*(np.mgrid[:300, :300] - 150))
    cone = np.clip(1 - distance / 120, 0, 1).astype(np.float32)
    colors = overlay(np.full_like(cone, 0.5), cone, opacity=None).astype(int)
    away = np.abs(distance[..., np.newaxis] - [90, 60, 30])  # from where the cone has 1/4, 1/2 and 3/4 of its height
    assert (colors[away.min(axis=-1) > 5] == 128).all()
    for level, radius in ((0.25, 90), (0.5, 60), (0.75, 30)):
        line = heat_colors()[round(level * 191)].astype(int)
        assert (np.abs(colors[150, 150 + radius - 3 : 150 + radius + 4] - line) < 12).all(axis=-1).any()


def test_heat_too_weak_to_be_seen_gets_no_contour(gray):
    assert (overlay(gray, spot(0.15)) == 128).all()


def test_a_lesion_is_outlined_by_dashes_on_black(gray):
    lesion = np.zeros((80, 100), dtype=bool)
    lesion[20:60, 30:70] = True
    colors = overlay(gray, np.zeros_like(gray), outline=lesion)
    top_edge = colors[20, 34:66]
    dashes = (top_edge == CYAN).all(axis=-1)
    assert dashes.any()
    assert (top_edge == 0).all(axis=-1).any()
    assert (colors[30:50, 40:60] == 128).all()


def test_neither_picture_nor_heat_is_changed(gray):
    heatmap = spot(2)
    image_before, heat_before = gray.copy(), heatmap.copy()
    overlay(gray, heatmap, mask=np.ones(gray.shape, dtype=bool), outline=heatmap > 1)
    np.testing.assert_array_equal(gray, image_before)
    np.testing.assert_array_equal(heatmap, heat_before)


@pytest.mark.parametrize("name", ["heatmap", "mask", "outline"])
def test_layers_of_another_shape_are_refused(gray, name):
    layers = {"heatmap": np.zeros_like(gray), name: np.zeros((80, 99), bool if name != "heatmap" else np.float32)}
    with pytest.raises(ParameterError, match=r"\(80, 99\), the picture \(80, 100\)"):
        overlay(gray, **layers)
