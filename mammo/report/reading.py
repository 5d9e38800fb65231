"""Reading a report back. It may come from anywhere, so nothing in it is believed."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mammo.errors import MammoError
from mammo.report.facts import Case, CaseFacts, Origin
from mammo.report.page import LAYOUT

_FACTS = re.compile(r'<script type="application/json" id="mammo-facts">(.*?)</script>', re.DOTALL)
_PICTURE = re.compile(r'id="(shown|overlay|film)-(\d{1,6})"[^>]*?="data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=]*)"')
_ORIGIN, _CASES = TypeAdapter(Origin), TypeAdapter(list[CaseFacts])


@dataclass(frozen=True, eq=False)
class Report:
    """A report taken apart."""

    text: str
    origin: Origin
    cases: tuple[Case, ...]


def read_report(text: str) -> Report:
    """Take a report apart.

    Raises:
        MammoError: If it is none, or of another layout; the code is "no_report" or "report_layout".
    """
    facts = _facts(text)
    if facts.get("layout") != LAYOUT:
        raise MammoError(
            f"This report has the layout {facts.get('layout')!r}; this version of Mammo reads {LAYOUT}. Verify it with "
            "the version that wrote it.",
            code="report_layout",
        )
    try:
        origin = _ORIGIN.validate_python(facts.get("origin"))
        cases = _CASES.validate_python(facts.get("cases"))
        pictures = {(kind, int(number)): b64decode(content) for kind, number, content in _PICTURE.findall(text)}
    except (ValidationError, binascii.Error):
        raise _no_report() from None
    return Report(text, origin, tuple(_case(one, number, pictures) for number, one in enumerate(cases, start=1)))


def _facts(text: str) -> dict[str, Any]:
    found = _FACTS.search(text)
    try:
        facts = json.loads(found[1]) if found else None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise _no_report()
    return facts


def _case(facts: CaseFacts, number: int, pictures: dict[tuple[str, int], bytes]) -> Case:
    shown, overlay, film = (pictures.get((kind, number), b"") for kind in ("shown", "overlay", "film"))
    return Case(facts, shown, overlay, film)


def _no_report() -> MammoError:
    return MammoError("This is no report that Mammo wrote, or its facts are damaged.", code="no_report")
