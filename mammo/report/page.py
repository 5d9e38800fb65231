"""A report as one HTML file: for people to read, for ``verify`` to recompute."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from mammo.explanation import CAM_METHODS
from mammo.report.facts import RESEARCH_USE, Case, Origin
from mammo.report.told import told

LAYOUT = 4  # of the template; a report of another is not compared word by word
_SEAL = re.compile(r'(<meta name="mammo-seal" content=")([0-9a-f]{64})(">)')
_UNSEALED = "0" * 64


def report_html(origin: Origin, cases: Sequence[Case]) -> str:
    """A report; whatever a name holds is shown as text, and no script can stand in it."""
    text = _template().render(
        research_use=RESEARCH_USE,
        unsealed=_UNSEALED,
        origin=origin,
        method=method_label(origin),
        cases=cases,
        told=[told(case.facts, origin) for case in cases],
        facts={"layout": LAYOUT, "origin": asdict(origin), "cases": [asdict(case.facts) for case in cases]},
    )
    return _SEAL.sub(rf"\g<1>{seal_of(text)}\g<3>", text, count=1)


def seal_of(text: str) -> str:
    """SHA-256 of a report in which the place of the seal holds zeros: any other change of the file changes it."""
    return hashlib.sha256(_SEAL.sub(rf"\g<1>{_UNSEALED}\g<3>", text, count=1).encode()).hexdigest()


def seal_in(text: str) -> str | None:
    """The seal that a report bears; None if it bears none."""
    found = _SEAL.search(text)
    return found[2] if found else None


def method_label(origin: Origin) -> str:
    """How the heat maps of a report were made, in words."""
    return "none" if origin.method is None else CAM_METHODS[origin.method].label


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}  # classes keep their order, so that words do
    environment.filters["base64"] = lambda content: b64encode(content).decode()
    return environment.from_string(Path(__file__).with_name("report.html.jinja").read_text(encoding="utf-8"))
