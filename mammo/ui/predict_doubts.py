"""Reasons to doubt an answer: always the same lines, marked where they are more than a matter of course."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from streamlit.delta_generator import DeltaGenerator

from mammo.embedding.nearest import Nearest, is_same
from mammo.prediction import words
from mammo.prediction.wire import Answer
from mammo.prediction.words import Doubt
from mammo.stability import Stability
from mammo.store import JobRecord
from mammo.trust.heatmap_trust import HeatmapTrust
from mammo.ui.results_checks import known_checks

_AWAITED = Doubt("The picture is asked again under small changes of contrast and position …", needs_attention=False)


def known_doubts(
    job: JobRecord, answer: Answer, height_px: int | None, trust: HeatmapTrust | None, nearest: Nearest | None
) -> list[Doubt]:
    """The lines that can be said at once."""
    passed = None if trust is None else trust.passed
    heatmap = Doubt("No heat map was asked for.", needs_attention=False)
    if answer.heatmap:
        heatmap = words.heatmap_doubt(passed, is_void=trust is not None and trust.is_void)
    return [
        heatmap,
        words.resolution_doubt(answer.pixels_per_input, answer.spacing_mm, height_px),
        _nearness(nearest),
        words.tested_doubt(None if answer.qualified is None else answer.qualified.tested, job.data_set),
    ]


def show_doubts(place: DeltaGenerator, doubts: Sequence[Doubt], stability: Stability | None) -> None:
    """All lines; the first one is the stability's, which comes last."""
    first = _AWAITED if stability is None else words.stability_doubt(len(stability.turned_by), stability.changes)
    lines = "".join(
        f'<li class="attention">{escape(one.text)}</li>' if one.needs_attention else f"<li>{escape(one.text)}</li>"
        for one in (first, *doubts)
    )
    place.html(f'<ul class="doubts" aria-label="Reasons to doubt">{lines}</ul>')


def _nearness(nearest: Nearest | None) -> Doubt:
    if nearest is None:
        return words.nearness_doubt(None)
    # The same picture may have been learnt from.
    return words.nearness_doubt(nearest.words, needs_attention=nearest.is_far or is_same(nearest.distance))


def trust_of(job: JobRecord, method: str | None) -> HeatmapTrust | None:
    """The latest check of a method's maps on a training; None where nobody has made one."""
    return known_checks(job.id).get(method) if method else None


def shows_no_color(trust: HeatmapTrust | None) -> bool:
    """Whether a map is drawn in gray, since it is not to be trusted."""
    return trust is not None and words.heatmap_trust(trust.passed, is_void=trust.is_void) == "poor"
