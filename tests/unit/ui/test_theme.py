import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from mammo.ui.theme import DARK, LIGHT

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
BOTH = [pytest.param(theme, id=theme.name) for theme in (DARK, LIGHT)]
GROUNDS = ("background", "panel", "sidebar")


def luminance(color):
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
