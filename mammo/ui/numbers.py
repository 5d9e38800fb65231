"""How numbers and times are written for people, the same on every page.

Scores write themselves, see ``Interval``; probabilities are written by ``prediction.words``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_NO_BREAK = "\N{NO-BREAK SPACE}"
_THIN = "\N{NARROW NO-BREAK SPACE}"


def count(number: int) -> str:
    """Thousands apart by a thin space: "10 240"."""
    return f"{number:,}".replace(",", _THIN)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 image", "322 images", "161 women"."""
    return f"{count(number)}{_NO_BREAK}{one if number == 1 else many or one + 's'}"


def p_value(number: float) -> str:
    """A p value with three decimals."""
    return "< 0.001" if number < 0.001 else f"{number:.3f}"


def percent(share: float, decimals: int = 0) -> str:
    """A share in [0, 1] as percent: none of the decimals for images, one for pixels."""
    return f"{100 * share:.{decimals}f}{_NO_BREAK}%"


def clock(moment: datetime, zone: str | None = None) -> str:
    """A moment as time of day, "14:05", in the browser's zone (``st.context.timezone``) or else in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(ZoneInfo(zone or 'UTC')):%H:%M}"


def duration(seconds: float) -> str:
    """A time to wait, rounded as a promise is: "about 40 s", "about 4 min", "about 2 h"."""
    if seconds < 55:
        return f"about {max(round(seconds / 10), 1) * 10} s"
    if seconds < 55 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {max(round(seconds / 3600), 1)} h"
