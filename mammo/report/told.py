"""What a report says of one case in words, from its facts alone."""

from __future__ import annotations

from dataclasses import dataclass

from mammo.evaluation.qualified import Qualified
from mammo.prediction import words
from mammo.report.facts import CaseFacts, Origin


@dataclass(frozen=True)
class Told:
    """A case in words."""

    answer: str
    coverage: str
    frequency: str  # empty without validation
    shares: tuple[tuple[str, str, str], ...]  # class, as the model gave it, calibrated with its interval
    doubts: tuple[str, ...]
    similar: tuple[tuple[str, str, str], ...]  # of known cases: class, side and view, distance


def told(facts: CaseFacts, origin: Origin) -> Told:
    """What the page says of an answer, too."""
    answer = facts.answer
    kept = answer.get("qualified")
    qualified = None if kept is None else Qualified.from_json(kept)
    calibrated = {} if qualified is None else qualified.shares
    height = None if answer.get("spacing_mm") else facts.height_px
    stability, likeness = facts.further.stability, facts.further.likeness
    doubts = [] if stability is None else [words.stability_doubt(len(stability.turned_by), stability.changes)]
    if origin.method is not None:
        doubts.append(words.heatmap_doubt(origin.checks, is_void=origin.is_void))
    doubts.append(words.resolution_doubt(answer.get("pixels_per_input", 1.0), answer.get("spacing_mm"), height))
    doubts.append(words.nearness_doubt(None if likeness is None else likeness.words))
    if qualified is not None:
        doubts.append(words.tested_doubt(qualified.tested, origin.data_set))
    return Told(
        answer=words.answer_in_words(str(answer["label"]), qualified),
        coverage=words.coverage_in_words(qualified),
        frequency="" if qualified is None else words.frequency_in_words(qualified),
        shares=tuple(
            (name, f"{value:.4f}", words.interval_in_words(calibrated[name]) if name in calibrated else "")
            for name, value in answer["probabilities"].items()
        ),
        doubts=tuple(doubt.text for doubt in doubts),
        similar=tuple(
            (one.label, " ".join(filter(None, (one.laterality, one.view))), f"{one.distance:.3f}")
            for one in (likeness.cases if likeness else ())
        ),
    )
