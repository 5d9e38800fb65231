"""The answers of a batch: kept line by line as they come, told as a table in the end."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jinja2 import Environment

from mammo.csv_text import csv_bytes
from mammo.report import RESEARCH_USE

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mammo: a batch of predictions</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem;
       background: #f7f8f8; color: #1c2226; }
.banner { border-left: 4px solid #b8431a; padding: .25rem .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th { text-align: left; position: sticky; top: 0; background: #f7f8f8; }
td, th { padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #d5dadd; vertical-align: top; }
td { font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { body, th { background: #101315; color: #d9dee2; }
       td, th { border-color: #2b3237; } }
</style></head><body>
<h1>A batch of predictions</h1>
<p class="banner">{{ research_use }}</p>
<p>{{ answers | length }} files, judged by job {{ job }}. Files are numbered in the alphabetical order of their names,
which are not kept; the first digits of the SHA-256 of each file tell which it was. Probabilities are calibrated on
validation images where there were any.</p>
<div class="wide"><table><thead><tr><th>File</th><th>SHA-256</th><th>Model's answer</th><th>Classes that fit</th>
{% for name in classes %}<th>{{ name }}</th>{% endfor %}<th>Remarks</th></tr></thead><tbody>
{% for one in answers %}<tr><td>{{ one.number }}</td><td>{{ one.sha256[:12] }}</td>
{% if one.answer %}<td>{{ one.answer.label }}</td>
<td>{{ fits(one.answer) }}</td>
{% for name in classes %}<td>{{ "%.4f" % probability(one.answer, name) }}</td>{% endfor %}
<td>{{ one.answer.warnings | join("; ") }}</td>
{% else %}<td>refused</td><td></td>{% for name in classes %}<td></td>{% endfor %}
<td>{{ one.refusal }}</td>{% endif %}</tr>
{% endfor %}</tbody></table></div>
<p class="banner">{{ research_use }}</p>
</body></html>
"""


@dataclass(frozen=True)
class BatchAnswer:
    """What became of one file."""

    number: int  # place in the alphabetical list, from 1
    sha256: str  # of the file's bytes; empty where it could not be read
    answer: Mapping[str, Any] | None  # an Answer without its pictures; None: refused
    refusal: str = ""


class KeptAnswers:
    """A file of answers that grows; a line that a killed process left half written is dropped."""

    def __init__(self, path: Path) -> None:
        self.numbers = {one.number for one in self.read(path)}
        whole = _whole_lines(path)
        self._file = path.open("r+b" if path.exists() else "wb")
        self._file.truncate(len(whole))
        self._file.seek(len(whole))

    def add(self, answer: BatchAnswer) -> None:
        """Keep an answer, so that this process's death doesn't lose it."""
        self._file.write(json.dumps(asdict(answer), allow_nan=False).encode() + b"\n")
        self._file.flush()
        self.numbers.add(answer.number)

    @staticmethod
    def read(path: Path) -> list[BatchAnswer]:
        """All answers so far."""
        return [BatchAnswer(**json.loads(line)) for line in _whole_lines(path).splitlines()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            os.fsync(self._file.fileno())


def answers_csv(answers: Sequence[BatchAnswer]) -> bytes:
    """A line for each file; cells that a spreadsheet would take for formulas are made harmless."""
    classes = _classes(answers)
    shares = [f"{kind} of {name}" for kind in ("probability", "calibrated probability") for name in classes]
    header = ["file", "sha256", "answer", "classes that fit", *shares, "remarks", "refused"]
    return csv_bytes(header, (_cells(one, classes) for one in answers))


def answers_html(job: int, answers: Sequence[BatchAnswer]) -> str:
    """The same as a page of its own; whatever a text holds is shown as text."""
    page = Environment(autoescape=True).from_string(_PAGE)
    return page.render(
        job=job,
        answers=answers,
        classes=_classes(answers),
        research_use=RESEARCH_USE,
        fits=_fits,
        probability=lambda answer, name: _calibrated(answer).get(name, answer["probabilities"][name]),
    )


def _classes(answers: Sequence[BatchAnswer]) -> list[str]:
    return next((list(one.answer["probabilities"]) for one in answers if one.answer is not None), [])


def _cells(one: BatchAnswer, classes: Sequence[str]) -> list[str]:
    if one.answer is None:
        return [str(one.number), one.sha256, "", "", *("" for _ in (*classes, *classes)), "", one.refusal]
    calibrated = _calibrated(one.answer)
    given = [f"{one.answer['probabilities'][name]:.6f}" for name in classes]
    better = [f"{calibrated[name]:.6f}" if name in calibrated else "" for name in classes]
    told = [str(one.answer["label"]), _fits(one.answer), *given, *better, "; ".join(one.answer["warnings"])]
    return [str(one.number), one.sha256, *told, ""]


def _calibrated(answer: Mapping[str, Any]) -> dict[str, float]:
    """Calibrated probabilities by class; none without validation images."""
    qualified = answer.get("qualified")
    return {} if qualified is None else {name: share["value"] for name, share in qualified["shares"].items()}


def _fits(answer: Mapping[str, Any]) -> str:
    """The conformal set; "none" if it is empty, nothing without validation images."""
    qualified = answer.get("qualified")
    return "" if qualified is None else " or ".join(map(str, qualified["fits"])) or "none"


def _whole_lines(path: Path) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]
