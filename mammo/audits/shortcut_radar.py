"""The shortcut radar: does anything beside the breast tell the class? Then a model may have learnt that instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from mammo.audits.columns import Fact, fact_columns
from mammo.audits.film_facts import FilmFacts
from mammo.audits.probe import PERMUTATIONS, Probed, probe
from mammo.errors import ParameterError
from mammo.evaluation.confusion import Labels
from mammo.evaluation.evaluation import scored
from mammo.evaluation.holm import holm
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.notes import FEW_WOMEN, counted_women
from mammo.evaluation.outcomes import weighted_auc_within
from mammo.evaluation.predictions import Patients
from mammo.evaluation.resampling import RESAMPLES, resampled_values
from mammo.registry import Registry

Light = Literal["red", "amber", "green", "unknown"]

RED_P, AMBER_P = 0.01, 0.05  # after Holm for all probes
RED_AUC = 0.6  # a weaker shortcut is there, but can't carry a model


@dataclass(frozen=True)
class Probe:
    """A group of facts that might give the class away."""

    name: str
    label: str
    facts: Callable[[FilmFacts], Mapping[str, Fact]]


PROBES: Registry[Probe] = Registry("probe")

for _probe in (
    Probe("scanner", "The scanner", lambda film: {"scanner": film.scanner}),
    Probe("border", "What lies beside the breast", lambda film: film.border),
    Probe(
        "size",
        "The picture's size",
        lambda film: {"width": film.width_px, "height": film.height_px, "shape": film.width_px / film.height_px},
    ),
    Probe(
        "file",
        "The file",
        lambda film: {"bytes": film.size_bytes, "bits": film.bits, "suffix": film.suffix},
    ),
):
    PROBES.add(_probe)


@dataclass(frozen=True)
class ProbeResult:
    """How far one group of facts tells the class of women it was not fitted on."""

    probe: str  # name in PROBES
    auc: Interval  # mean of the classes against the rest; 0.5 is chance
    top1: float | None  # share of images whose class it names
    majority: float  # what always naming the commonest class gives
    p: float | None  # of telling so much by chance, after Holm for all probes
    reason: str = ""  # why there is no result; a part of a sentence

    @property
    def light(self) -> Light:
        """Red: a shortcut that could carry a model; amber: a weak one; green: none found."""
        if self.p is None or self.auc.value is None:
            return "unknown"
        if self.p > AMBER_P:
            return "green"
        return "red" if self.p <= RED_P and self.auc.value >= RED_AUC else "amber"

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which ``from_json`` makes the result again."""
        return {**asdict(self), "auc": self.auc.to_json()}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> ProbeResult:
        return cls(**{**facts, "auc": Interval.from_json(facts["auc"])})

    def __str__(self) -> str:
        label = PROBES[self.probe].label
        if self.p is None or self.top1 is None:
            return f"{label} can't be judged: {self.reason}."
        figures = (
            f"AUC {self.auc}, {self.top1:.1%} of the images named against {self.majority:.1%} by the commonest class"
        )
        return f"{label} alone {_WORDS[self.light]}: {figures.replace('%', _PERCENT)}, p = {self.p:.3f}."


_PERCENT = "\N{NO-BREAK SPACE}%"
_WORDS: Mapping[Light, str] = {
    "red": "tells the class, and a model may have learnt it instead of the breast",
    "amber": "tells a little of the class",
    "green": "tells no more of the class than chance",
}


def worst_light(results: Sequence[ProbeResult]) -> Light:
    """The light of all probes together: the worst of those that could be judged."""
    lights = {result.light for result in results}
    order: tuple[Light, ...] = ("red", "amber", "green")
    return next((light for light in order if light in lights), "unknown")


def shortcut_radar(
    films: Sequence[FilmFacts], truth: Labels, patients: Patients, *, seed: int = 0, permutations: int = PERMUTATIONS
) -> tuple[ProbeResult, ...]:
    """Try every probe on a data set; none of them sees a breast.

    Args:
        films: Facts of N films.
        truth: Index of each film's class, shape (N,).
        patients: The woman of each film, shape (N,).
        seed: Of folds, permutations and draws.
        permutations: Of the labels, for p.

    Returns:
        Results in the order of PROBES.

    Raises:
        ParameterError: If lengths differ.
    """
    if not len(films) == len(truth) == len(patients):
        raise ParameterError(f"There are {len(films)} films, {len(truth)} labels and {len(patients)} patient ids.")
    labels = np.unique(truth, return_inverse=True)[1]
    results = [_result(one, films, labels, patients, (seed, permutations)) for one in PROBES.values()]
    ps = holm([result.p for result in results])
    return tuple(replace(result, p=p) for result, p in zip(results, ps, strict=True))


def _result(
    one: Probe, films: Sequence[FilmFacts], labels: Labels, patients: Patients, draws: tuple[int, int]
) -> ProbeResult:
    women = len(np.unique(patients))
    majority = float(np.bincount(labels).max() / len(labels)) if len(labels) else 0.0
    facts = [one.facts(film) for film in films]
    columns = fact_columns({name: [fact[name] for fact in facts] for name in facts[0]} if facts else {})
    if women < FEW_WOMEN:
        reason = f"{counted_women(women)} are too few, {FEW_WOMEN} are needed"
    elif not labels.any():
        reason = "all films are of one class"
    elif not columns.shape[1]:
        reason = "it is the same, or not known, for all films"
    else:
        seed, permutations = draws
        found = probe(columns, labels, patients, seed=seed, permutations=permutations)
        top1 = float((found.predicted == labels).mean())
        return ProbeResult(one.name, _auc(found, labels, patients, seed), top1, majority, found.p)
    return ProbeResult(one.name, Interval(None, reason=reason), None, majority, None, reason)


def _auc(found: Probed, labels: Labels, patients: Patients, seed: int) -> Interval:
    """Mean one-vs-rest AUC by pairs of one fold: scores of different fits lie on different levels."""

    def mean_auc(weights: Values) -> Values:
        classes = range(found.scores.shape[1])
        aucs = [weighted_auc_within(found.scores[:, k], labels == k, found.folds, weights) for k in classes]
        return np.asarray(np.mean(aucs, axis=0))

    value = float(mean_auc(np.ones((1, len(labels))))[0])
    drawn = resampled_values(patients, mean_auc, seed=seed, resamples=RESAMPLES)
    return scored(value, drawn, "", women=len(np.unique(patients)))
