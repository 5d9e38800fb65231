"""Finding films that were stored twice: the same bytes, or the same film in other clothes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mammo.datasets._base import Sample
from mammo.imaging.signature import SIGNATURE_LENGTH, Signature

#: Least correlation of two signatures that counts as alike. Between 224 films of 112 women of mini-MIAS it stays below
#: 0.94; noise, JPEG at quality 60, half the size, gamma 0.7 and contrast stretching leave it above 0.98. (A difference
#: hash of 64 bits takes 900 of those 25,000 pairs for equal at 4 bits: films are dark and breasts have one shape.)
ALIKE = 0.97
DUPLICATE = "same content as "  # begins a warning
_NAMED_TWINS = 3
_ROWS_AT_A_TIME = 1024  # of the table of correlations: 10,000 images need 40 MB at a time, not 400 MB

Pair = tuple[str, str]  # ids of two samples, sorted


def alike_pairs(signatures: Sequence[Signature]) -> list[tuple[int, int]]:
    """Positions (first, second), first < second, of all pairs that look alike."""
    table = np.array(signatures, np.float32).reshape(-1, SIGNATURE_LENGTH)
    pairs = []
    for start in range(0, len(table), _ROWS_AT_A_TIME):
        correlations = table[start : start + _ROWS_AT_A_TIME] @ table[start:].T
        found = np.argwhere(correlations >= ALIKE) + start
        pairs += [(int(first), int(second)) for first, second in found if first < second]
    return pairs


def by_content(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """The samples of each content, by the SHA-256 of their files."""
    found = defaultdict(list)
    for sample in samples:
        found[sample.sha256].append(sample)
    return found


def mark_twins(samples: Sequence[Sample], signatures: Mapping[str, Signature]) -> tuple[Sample, ...]:
    """All samples of a data set, sorted by id, each with what ``mark_duplicates`` and ``mark_alike`` say of it."""
    return tuple(sorted(mark_alike(mark_duplicates(samples), signatures), key=lambda sample: sample.id))


def mark_duplicates(samples: Sequence[Sample]) -> list[Sample]:
    """All samples; those with equal bytes say of each other so. None is dropped: a person decides which to keep."""
    equal = by_content(samples)
    return [_marked(sample, equal[sample.sha256]) for sample in samples]


def _marked(sample: Sample, twins: Sequence[Sample]) -> Sample:
    others = sorted((twin for twin in twins if twin.id != sample.id), key=lambda twin: twin.id)
    if not others:
        return sample
    named = ", ".join(twin.id for twin in others[:_NAMED_TWINS])
    more = f" and {len(others) - _NAMED_TWINS:,} more" if len(others) > _NAMED_TWINS else ""
    differs = ", under another label" if any(twin.labels != sample.labels for twin in others) else ""
    warning = f"{DUPLICATE}{named}{more}{differs}"
    return replace(sample, warnings=(*sample.warnings, warning))


def mark_alike(samples: Sequence[Sample], signatures: Mapping[str, Signature]) -> list[Sample]:
    """All samples, each with the ids of those that look like it though their bytes differ.

    Args:
        samples: Of one data set.
        signatures: Of all of them, by SHA-256 of their files.
    """
    equal = by_content(samples)
    contents = sorted(equal)
    twins = defaultdict(set)
    for first, second in alike_pairs([signatures[content] for content in contents]):
        twins[contents[first]].add(contents[second])
        twins[contents[second]].add(contents[first])
    return [
        replace(sample, alike=tuple(sorted(one.id for content in twins[sample.sha256] for one in equal[content])))
        for sample in samples
    ]


def equal_pairs(samples: Iterable[Sample]) -> list[Pair]:
    """All pairs with equal bytes, sorted."""
    equal = by_content(samples).values()
    return sorted(_pair(one.id, other.id) for twins in equal for one, other in combinations(twins, 2))


def lookalike_pairs(samples: Iterable[Sample]) -> list[Pair]:
    """All pairs that look alike without equal bytes, sorted; only of those for which it was sought."""
    return sorted({_pair(sample.id, other) for sample in samples for other in sample.alike or ()})


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
