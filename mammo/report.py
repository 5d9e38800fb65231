"""Reports of explained predictions: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
from jinja2 import Environment

from mammo.imaging.overlay import RgbImage

RESEARCH_USE = "Research use only. Not a medical device. Not for diagnosis or treatment."

_TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mammo: explained predictions</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
       background: #f7f8f8; color: #1c2226; }
figure { margin: 1.5rem 0; display: flex; flex-wrap: wrap; gap: 1.5rem; }
img { background: #000; max-height: 30rem; max-width: 100%; }
.banner { border-left: 4px solid #b8431a; padding: .25rem .75rem; background: #eceff0; }
td { padding-right: 1.5rem; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { body { background: #101315; color: #d9dee2; } .banner { background: #1a1f22; } }
</style></head><body>
<h1>Explained predictions</h1>
<p class="banner">{{ research_use }}</p>
<p>Model: job {{ job }}, {{ model }}, weights {{ weights_sha256[:12] }}, preparation {{ pipeline_hash }}.
Heat maps: {{ method }}, scaled per image; they show where the score comes from, not where a lesion ends.</p>
{% for case in cases %}
<h2>{{ case.name }}</h2>
<figure>
{% if case.overlay %}<img alt="Heat map for {{ case.label }} on {{ case.name }}"
 src="data:image/jpeg;base64,{{ case.overlay }}">{% endif %}
<figcaption>
<p>The model's answer, not a diagnosis: <strong>{{ case.label }}</strong></p>
<table>{% for name, value in case.probabilities.items() %}
<tr><td>{{ name }}</td><td>{{ "%.2f" % value }}</td></tr>{% endfor %}</table>
{% for warning in case.warnings %}<p>Warning: {{ warning }}</p>{% endfor %}
</figcaption></figure>
{% endfor %}
<p class="banner">{{ research_use }}</p>
</body></html>
"""


@dataclass(frozen=True)
class Case:
    """One picture of a report."""

    name: str
    label: str
    probabilities: dict[str, float]
    overlay: str | None  # JPEG in base64
    warnings: Sequence[str]


@dataclass(frozen=True)
class ReportSource:
    """What the predictions were computed with."""

    job: int
    model: str
    weights_sha256: str
    pipeline_hash: str
    method: str


def write_report(path: Path, source: ReportSource, cases: Sequence[Case]) -> None:
    """Write a report to a file."""
    path.write_text(report_html(source, cases), encoding="utf-8")


def report_html(source: ReportSource, cases: Sequence[Case]) -> str:
    """A report; whatever a name holds is shown as text."""
    template = Environment(autoescape=True).from_string(_TEMPLATE)
    return template.render(
        cases=cases,
        research_use=RESEARCH_USE,
        job=source.job,
        model=source.model,
        weights_sha256=source.weights_sha256,
        pipeline_hash=source.pipeline_hash,
        method=source.method,
    )


def as_jpeg(image: RgbImage, height: int = 720) -> str:
    """A picture for a report, at most ``height`` pixels high: JPEG in base64."""
    factor = min(1.0, height / image.shape[0])
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    return base64.b64encode(encoded.tobytes()).decode()
