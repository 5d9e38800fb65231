"""The shortcut radar on a whole data set: every labelled film is read, and nothing is kept of its breast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from mammo.audits.film_facts import film_facts
from mammo.audits.shortcut_radar import PROBES, Light, ProbeResult, shortcut_radar, worst_light
from mammo.datasets import LabelPolicy
from mammo.datasets.splitting import labels_of
from mammo.errors import DatasetError
from mammo.store import Store


@dataclass(frozen=True)
class RadarReport:
    """What the radar says of a data set."""

    films: int
    women: int
    label_policy: LabelPolicy  # whose classes were to be told
    probes: tuple[ProbeResult, ...]

    @property
    def light(self) -> Light:
        """The worst of all probes."""
        return worst_light(self.probes)

    def to_json(self) -> dict[str, Any]:
        """Plain values; light and sentences stand beside the figures, for readers without this program."""
        told = [{**one.to_json(), "light": one.light, "sentence": str(one)} for one in self.probes]
        facts = {"films": self.films, "women": self.women, "label_policy": self.label_policy}
        return {**facts, "light": self.light, "probes": told}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote; probes that this version doesn't know are left out."""
        derived = {"light", "sentence"}
        probes = [
            ProbeResult.from_json({key: value for key, value in one.items() if key not in derived})
            for one in facts["probes"]
            if one["probe"] in PROBES
        ]
        return cls(facts["films"], facts["women"], facts["label_policy"], tuple(probes))


def data_set_radar(
    store: Store, data_set: str, *, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> RadarReport:
    """Ask of a data set whether anything beside the breast tells the classes of its own label policy.

    Args:
        store: The database.
        data_set: Name.
        on_progress: Called with films read and their number.

    Raises:
        NotFoundError: If there is no such data set.
        DatasetError: If none of its films has a label, or a film is no longer at its place (code "source_missing").
        ImageError: If a film is not readable any more.
    """
    policy = store.data_sets.get(data_set).label_policy
    samples = store.data_sets.samples(data_set)
    label_by_id = labels_of(samples, policy)
    labelled = [sample for sample in samples if sample.id in label_by_id]
    if not labelled:
        raise DatasetError(f"No film of {data_set} has a label, so there is no class that a shortcut could tell.")
    facts = []
    for sample in labelled:
        if not sample.path.is_file():
            raise DatasetError(
                f"The film {sample.id} is no longer at its place. Bring it back, or import {data_set} again.",
                code="source_missing",
            )
        facts.append(film_facts(sample))
        on_progress(len(facts), len(labelled))
    truth = np.unique([label_by_id[sample.id] for sample in labelled], return_inverse=True)[1]
    patients = np.array([sample.patient_id for sample in labelled])
    probes = shortcut_radar(facts, truth, patients)
    return RadarReport(len(labelled), len(np.unique(patients)), policy, probes)
