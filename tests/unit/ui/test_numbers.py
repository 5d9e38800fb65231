from datetime import UTC, datetime

import pytest

from mammo.ui import numbers

SPACE, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (322, "322"), (10240, f"10{THIN}240")])
def test_thousands_stand_apart_by_a_thin_space(number, text):
    assert numbers.count(number) == text


def test_one_is_singular_and_zero_is_plural():
    assert numbers.counted(1, "image") == f"1{SPACE}image"
    assert numbers.counted(0, "image") == f"0{SPACE}images"
    assert numbers.counted(161, "woman", "women") == f"161{SPACE}women"


@pytest.mark.parametrize(("number", "text"), [(0.0004, "< 0.001"), (0.0404, "0.040")])
def test_p_values_have_three_decimals(number, text):
    assert numbers.p_value(number) == text


def test_percent_has_as_many_decimals_as_asked():
    assert numbers.percent(0.3333) == f"33{SPACE}%"
    assert numbers.percent(0.0234, 1) == f"2.3{SPACE}%"


def test_a_time_of_day_is_the_browsers():
    noon = datetime(2026, 7, 1, 12, 5, tzinfo=UTC)
    assert numbers.clock(noon, "Europe/Berlin") == "14:05"
    assert numbers.clock(noon) == "12:05"
    assert numbers.clock(noon.replace(tzinfo=None), "Asia/Kolkata") == "17:35"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "about 10 s"), (41, "about 40 s"), (58, "about 1 min"), (250, "about 4 min"), (3500, "about 1 h")],
)
def test_a_promised_duration_is_rounded(seconds, text):
    assert numbers.duration(seconds) == text
