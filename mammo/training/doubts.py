"""Doubts about what is learnt from: a training does not start until each of them was accepted by name. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.datasets import Sample
from mammo.datasets.leakage import patients_across, torn
from mammo.datasets.likeness import equal_pairs, lookalike_pairs
from mammo.datasets.splitting import labels_of
from mammo.errors import DatasetError

if TYPE_CHECKING:
    from mammo.training.config import DoubtName, TrainingConfig
    from mammo.training.series import TrainingSource

#: How many images of the most frequent class may stand against one of the rarest.
MOST_TO_ONE = 100
_NAMED = 3  # things that a sentence names


@dataclass(frozen=True)
class Doubt:
    """Something about the data that makes a model or its scores worth less than they seem."""

    name: DoubtName
    sentence: str  # what it is, of how many, and what to do instead


def doubts_about(config: TrainingConfig, source: TrainingSource) -> tuple[Doubt, ...]:
    """All doubts about a training's data, the gravest first, whether accepted or not.

    Source:
        Kapoor and Narayanan 2023, doi:10.1016/j.patter.2023.100804, for what leaking splits do to published scores.
    """
    labels = labels_of(source.samples, source.policy)
    used = [
        sample for sample in source.samples if (sample.id in labels if config.folds else sample.id in source.assignment)
    ]
    learnt = [sample for sample in used if config.folds or source.assignment[sample.id] == "train"]
    found = {
        "leaking_split": None if config.folds else _leak(used, source.assignment),
        "rare_class": _rarity(Counter(labels[sample.id] for sample in learnt if sample.id in labels)),
        "other_modality": _warned(
            used, "not mammography", "by what their files say are no mammograms", "Leave them out of the data set."
        ),
        "colour_images": _warned(
            used, "colour image", "came in color and were made gray by their brightness", "Take the original films."
        ),
    }
    return tuple(Doubt(name, sentence) for name, sentence in found.items() if sentence)  # type: ignore[arg-type]


def check_doubts(config: TrainingConfig, source: TrainingSource) -> None:
    """Refuse a training whose data leave a doubt that nobody has accepted.

    Raises:
        DatasetError: With every such doubt, and how to accept it (code "doubtful_data").
    """
    doubts = [doubt for doubt in doubts_about(config, source) if doubt.name not in config.accept]
    if doubts:
        sentences = " ".join(doubt.sentence for doubt in doubts)
        names = ",".join([*config.accept, *(doubt.name for doubt in doubts)])
        raise DatasetError(f"{sentences} To train all the same, say so: accept={names}.", code="doubtful_data")


def _leak(used: Sequence[Sample], assignment: Mapping[str, str]) -> str | None:
    patients = patients_across(used, assignment)
    equal = [" = ".join(pair) for pair in torn(equal_pairs(used), assignment)]
    alike = [" ~ ".join(pair) for pair in torn(lookalike_pairs(used), assignment)]
    found = []
    if patients:
        found.append(f"{_counted(patients, 'woman', 'women')} with images in more than one part of the split")
    if equal:
        found.append(f"{_counted(equal, 'pair', 'pairs')} of identical images in different parts of it")
    if alike:
        found.append(f"{_counted(alike, 'pair', 'pairs')} of images in different parts of it that look like one film")
    if not found:
        return None
    return (
        f"There are {', and '.join(found)}: the model is tested on what it learnt from, and scores come out too high. "
        "Split by patient instead: films that are or look the same stay together too."
    )


def _rarity(images: Counter[str]) -> str | None:
    if len(images) < 2:
        return None  # refused anyway: there is nothing to tell apart
    (frequent, most), (rare, fewest) = images.most_common()[0], images.most_common()[-1]
    if fewest > 1 and most <= MOST_TO_ONE * fewest:
        return None
    return (
        f"The training part holds {fewest:,} of class {rare} against {most:,} of class {frequent}: what is learnt of "
        "so rare a class, and every score of it, says next to nothing. Add images of it."
    )


def _warned(used: Sequence[Sample], warning: str, what: str, advice: str) -> str | None:
    ids = [sample.id for sample in used if any(one.startswith(warning) for one in sample.warnings)]
    return f"There are {_counted(ids, 'image', 'images')} that {what}. {advice}" if ids else None


def _counted(things: Sequence[str], one: str, many: str) -> str:
    more = ", ..." if len(things) > _NAMED else ""
    return f"{len(things):,} {one if len(things) == 1 else many} ({', '.join(things[:_NAMED])}{more})"
