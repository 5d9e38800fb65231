import tomllib
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from mammo.ui.theme import DARK, LIGHT

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
BOTH = [pytest.param(theme, id=theme.name) for theme in (DARK, LIGHT)]
GROUNDS = ("background", "panel", "sidebar")
# What a person without one kind of cones sees, in linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SEEN_BY = {
    "all cones": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# OKLab, Ottosson 2020: linear RGB to cones, their cube roots to lightness and two axes of hue.
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear_rgb(color):
    """The three channels of #RRGGBB as amounts of light, 0 to 1."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def luminance(color):
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    return float(np.dot([0.2126, 0.7152, 0.0722], linear_rgb(color)))


def oklab(color, cones="all cones"):
    """Where a color stands in OKLab, times 100, for who sees it with these cones."""
    light = np.clip(np.dot(SEEN_BY[cones], linear_rgb(color)), 0, 1)
    return 100 * np.dot(TO_LAB, np.cbrt(np.dot(TO_CONES, light)))


def apart(one, other, cones):
    return float(np.linalg.norm(oklab(one, cones) - oklab(other, cones)))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_ratio_is_that_of_the_standard():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", BOTH)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(
    ("role", "least"),
    [("text", 5.5), ("muted", 5.5), ("accent", 4.5), ("attention", 4.5), ("fourth", 3.1)]
    + [(label, 3.1) for label in ("normal", "benign", "malignant")],
)
def test_colors_can_be_read_on_every_ground(theme, ground, role, least):
    assert contrast(getattr(theme, role), getattr(theme, ground)) >= least


def test_the_distance_of_colors_is_that_of_its_sources():
    assert oklab("#FF0000") == pytest.approx([62.796, 22.486, 12.585], abs=0.01)
    assert oklab("#FFFFFF") == pytest.approx([100, 0, 0], abs=0.01)
    assert np.sum(list(SEEN_BY.values()), axis=2) == pytest.approx(np.ones((4, 3)), abs=1e-5)  # gray stays gray
    assert apart("#C83C3C", "#6E6E1E", "deutan") < 13 < apart("#C83C3C", "#6E6E1E", "all cones")


@pytest.mark.parametrize("theme", BOTH)
@pytest.mark.parametrize("cones", SEEN_BY)
def test_classes_are_told_apart_by_whoever_sees_them(theme, cones):
    colors = [theme.normal, theme.benign, theme.malignant]
    assert min(apart(one, other, cones) for one, other in combinations(colors, 2)) >= 13


@pytest.mark.parametrize("theme", BOTH)
@pytest.mark.parametrize("cones", SEEN_BY)
def test_a_full_cell_stands_out_of_the_matrix_and_right_from_wrong_by_whoever_sees_it(theme, cones):
    """Right and wrong differ by their place, too: a hint of color is enough."""
    assert min(apart(theme.panel, cell, cones) for cell in (theme.cell_right, theme.cell_wrong)) >= 13
    assert apart(theme.cell_right, theme.cell_wrong, cones) >= 5
    assert apart(theme.accent, theme.attention, cones) >= 12


@pytest.mark.parametrize("theme", BOTH)
def test_the_primary_button_can_be_read(theme):
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@pytest.mark.parametrize("theme", BOTH)
def test_streamlits_configuration_has_the_same_colors(theme):
    configured = tomllib.loads(CONFIG.read_text())["theme"][theme.name]
    ours = {
        "backgroundColor": theme.background,
        "secondaryBackgroundColor": theme.panel,
        "textColor": theme.text,
        "borderColor": theme.line,
        "primaryColor": theme.accent,
        "greenColor": theme.accent,
        "redColor": theme.attention,
        "orangeColor": theme.attention,
        "violetColor": theme.fourth,
        "grayColor": theme.muted,
        "chartCategoricalColors": [
            theme.normal,
            theme.benign,
            theme.malignant,
            theme.accent,
            theme.muted,
            theme.fourth,
        ],
    }
    assert {name: configured[name] for name in ours} == ours
    assert configured["sidebar"]["backgroundColor"] == theme.sidebar


@pytest.mark.parametrize("theme", BOTH)
def test_colors_are_written_in_one_way(theme):
    colors = [getattr(theme, field.name) for field in fields(theme) if field.name != "name"]
    assert all(len(color) == 7 and color == color.upper() and color[0] == "#" for color in colors)


@pytest.mark.parametrize("theme", BOTH)
def test_classes_differ_in_more_than_color(theme):
    styles = theme.class_styles(["normal", "benign", "malignant", "cyst", "scar"])
    for aspect in ("color", "mark", "symbol", "dash"):
        assert len({getattr(style, aspect) for style in styles.values()}) == 5


def test_a_class_keeps_its_color_whatever_stands_beside_it():
    assert DARK.class_styles(["malignant"])["malignant"].color == DARK.malignant
    assert DARK.class_styles(["cyst", "malignant"])["malignant"].color == DARK.malignant


def test_production_settings_ask_no_other_host_and_watch_no_files():
    config = tomllib.loads(CONFIG.read_text())
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["fileWatcherType"] == "none"
    assert config["client"] == {"toolbarMode": "viewer", "showErrorDetails": "none"}
