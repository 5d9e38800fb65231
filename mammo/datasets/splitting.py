"""Dealing samples out to training, validation and test: by woman, by image, or as the paper did."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from mammo.datasets._base import UNLABELLED, LabelPolicy, Sample, sorted_class_names
from mammo.datasets._dealing import Group, deal_strata, shuffle_key
from mammo.datasets.likeness import by_content, lookalike_pairs
from mammo.errors import DatasetError, ParameterError

Part = Literal["train", "validation", "test"]
SplitBy = Literal["patient", "image", "paper"]
Fractions = tuple[float, float, float]  # of train, validation and test; their sum is 1

PARTS: tuple[Part, ...] = get_args(Part)
#: 80 % of each class for training, a tenth of which validates; the rest is the test set.
PAPER_FRACTIONS: Fractions = (0.72, 0.08, 0.2)


@dataclass(frozen=True)
class Split:
    """Which sample belongs to which part; samples that the policy leaves out belong to none."""

    by: SplitBy
    seed: int
    fractions: Fractions
    policy: LabelPolicy
    assignment: Mapping[str, Part]  # by sample id

    @property
    def hash(self) -> str:
        """SHA-256 over the assignment and how it was made, 64 hexadecimal digits."""
        content = [self.by, self.seed, self.fractions, self.policy, sorted(self.assignment.items())]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def split_samples(
    samples: Sequence[Sample],
    *,
    by: SplitBy = "patient",
    fractions: Fractions = (0.8, 0.1, 0.1),
    seed: int = 0,
    policy: LabelPolicy = "case",
) -> Split:
    """Split labelled samples into train, validation and test; the order of ``samples`` does not matter.

    - ``patient``: women are stratified by their worst label and kept together, and so are women of whom one has a film
      that is, or looks like, a film of the other. Women with most images are dealt first, each to the part that misses
      most images. As long as a class has as many women as there are parts, each part gets at least one of them; so 3
      women become 1/1/1 and 5 become 3/1/1.
    - ``image``: the same with single images. Views of one woman end up in different parts: such scores flatter.
    - ``paper``: each class apart, ``round(0.8 n)`` images for training, of these ``round(0.9 ...)`` kept and the
      others for validation; ``fractions`` is not used. It tears women apart too.

    Args:
        samples: Of one data set; those without a label under ``policy`` are left out.
        by: What is kept together.
        fractions: Shares of the images in train, validation and test; 0 leaves a part empty.
        seed: Another seed deals out otherwise.
        policy: Which of a sample's labels counts.

    Raises:
        ParameterError: If there is no such way, or the fractions are negative or do not add up to 1.
        DatasetError: If there are fewer than two classes, or a part would lack one of them.

    Source:
        ``paper``: MATLAB ``splitEachLabel(..., 'randomized')`` twice, which gives Table 1 of the paper exactly.
    """
    if by not in get_args(SplitBy):
        raise ParameterError(f"A split goes by {', '.join(get_args(SplitBy))}, not by {by!r}.")
    labels = labels_of(samples, policy)
    _check_classes(labels)
    if by == "paper":
        split = Split(by, seed, PAPER_FRACTIONS, policy, _deal_as_the_paper(labels, seed))
    else:
        _check_fractions(fractions)
        groups = _groups(samples, labels, keep_patients=by == "patient")
        split = Split(by, seed, fractions, policy, _deal(groups, fractions, seed))
    _check_parts(split, samples, labels)
    return split


def patient_folds(
    samples: Sequence[Sample], folds: int, *, seed: int, policy: LabelPolicy, validation: float = 0.1
) -> list[Split]:
    """Cross-validation by woman, stratified by her worst label: each labelled sample is tested in exactly one fold.

    Args:
        samples: Of one data set; those without a label under ``policy`` are left out.
        folds: How many, at least 2.
        seed: Another seed deals out otherwise.
        policy: Which of a sample's labels counts.
        validation: Share of all images that each fold takes from its training women to validate.

    Raises:
        ParameterError: If ``folds`` is below 2 or ``validation`` leaves nothing to train on.
        DatasetError: If there are fewer than two classes, or a fold would lack one of them.
    """
    if folds < 2 or not 0 <= validation < 1 - 1 / folds:
        raise ParameterError(f"{folds} folds with {validation:g} of the images for validation can't be made.")
    labels = labels_of(samples, policy)
    _check_classes(labels)
    groups = _groups(samples, labels, keep_patients=True)
    shares = {str(fold): 1 / folds for fold in range(folds)}
    fold_of = deal_strata(groups, shares, seed)
    inner = validation / (1 - 1 / folds)
    splits = []
    for fold in shares:
        rest = [group for group in groups if fold_of[group.ids[0]] != fold]
        assignment = _deal(rest, (1 - inner, inner, 0), seed)
        assignment.update({id_: "test" for id_, other in fold_of.items() if other == fold})
        fractions = (1 - 1 / folds - validation, validation, 1 / folds)
        splits.append(Split("patient", seed, fractions, policy, assignment))
        _check_parts(splits[-1], samples, labels)
    return splits


def labels_of(samples: Sequence[Sample], policy: LabelPolicy) -> dict[str, str]:
    """Label by sample id, of the samples that have one under ``policy``."""
    labels = {sample.id: sample.labels.get(policy) for sample in samples}
    return {id_: label for id_, label in labels.items() if label not in (None, UNLABELLED)}


def _groups(samples: Sequence[Sample], labels: Mapping[str, str], *, keep_patients: bool) -> list[Group]:
    """Women, or single images, sorted by key; the worst label is the last one in the order of the classes.

    Women who share a film are one group, whose key is the first of them.
    """
    severity = {name: rank for rank, name in enumerate(sorted_class_names(set(labels.values())))}
    labelled = [sample for sample in samples if sample.id in labels]
    key_of = _tied_women(labelled) if keep_patients else {sample.id: sample.id for sample in labelled}
    ids = defaultdict(list)
    for sample in labelled:
        ids[key_of[sample.id]].append(sample.id)
    return [
        Group(key, max((labels[id_] for id_ in ids[key]), key=severity.__getitem__), tuple(sorted(ids[key])))
        for key in sorted(ids)
    ]


def _tied_women(samples: Sequence[Sample]) -> dict[str, str]:
    """By sample id the first, in the order of names, of all women whom a chain of shared films ties to its woman."""
    woman_of = {sample.id: sample.patient_id for sample in samples}
    first_of = {woman: woman for woman in woman_of.values()}

    def first(woman: str) -> str:
        while first_of[woman] != woman:
            woman = first_of[woman]
        return woman

    equal = [(one.id, other.id) for twins in by_content(samples).values() for one, other in pairwise(twins)]
    for pair in (*equal, *lookalike_pairs(samples)):
        if all(id_ in woman_of for id_ in pair):
            least, other = sorted(first(woman_of[id_]) for id_ in pair)
            first_of[other] = least
    return {id_: first(woman) for id_, woman in woman_of.items()}


def _deal(groups: Sequence[Group], fractions: Fractions, seed: int) -> dict[str, Part]:
    shares = {part: share for part, share in zip(PARTS, fractions, strict=True) if share > 0}
    return deal_strata(groups, shares, seed)


def _deal_as_the_paper(labels: Mapping[str, str], seed: int) -> dict[str, Part]:
    dealt: dict[str, Part] = {}
    for label in set(labels.values()):
        ids = sorted((id_ for id_ in labels if labels[id_] == label), key=lambda id_: shuffle_key(seed, id_))
        learning = _nearest(8 * len(ids), 10)
        training = _nearest(9 * learning, 10)
        dealt.update(dict.fromkeys(ids[:training], "train"))
        dealt.update(dict.fromkeys(ids[training:learning], "validation"))
        dealt.update(dict.fromkeys(ids[learning:], "test"))
    return dealt


def _nearest(numerator: int, denominator: int) -> int:
    """The quotient rounded to the nearest whole number, halves up as MATLAB does; exact, unlike ``round(0.8 * n)``."""
    return (2 * numerator + denominator) // (2 * denominator)


def _check_fractions(fractions: Fractions) -> None:
    is_sound = len(fractions) == len(PARTS) and fractions[0] > 0 and min(fractions) >= 0
    if not is_sound or not math.isclose(sum(fractions), 1, abs_tol=1e-6):
        shown = ", ".join(f"{fraction:g}" for fraction in fractions)
        raise ParameterError(
            f"A split takes three fractions: train (above 0), validation and test (0 or above), 1 in all; not {shown}."
        )


def _check_classes(labels: Mapping[str, str]) -> None:
    classes = sorted_class_names(set(labels.values()))
    if len(classes) < 2:
        found = f"only {classes[0]!r}" if classes else "no label at all"
        raise DatasetError(
            f"A split needs at least two classes; this data set has {found}. Add images of another class, or choose "
            f"another label policy.",
            code="one_class",
        )


def _check_parts(split: Split, samples: Sequence[Sample], labels: Mapping[str, str]) -> None:
    """Every part that is to hold images must hold each class."""
    wanted = [part for part, fraction in zip(PARTS, split.fractions, strict=True) if fraction > 0]
    filled = {(split.assignment[id_], label) for id_, label in labels.items()}
    for label in sorted_class_names(set(labels.values())):
        lacking = [part for part in wanted if (part, label) not in filled]
        if lacking:
            patients = {sample.patient_id for sample in samples if labels.get(sample.id) == label}
            images = sum(other == label for other in labels.values())
            raise DatasetError(
                f"No image of class {label!r} is left for {' and '.join(lacking)}: the class has "
                f"{_counted(images, 'image')} of {_counted(len(patients), 'patient')}. Add images of this class, "
                f"choose another seed or fewer folds, or give a part the fraction 0.",
                code="small_class",
            )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
