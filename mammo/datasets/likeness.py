"""Finding films that were stored twice: the same bytes, or the same film in other clothes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from mammo.datasets._base import Sample
from mammo.imaging.signature import SIGNATURE_LENGTH, Signature

#: Least correlation of two signatures that counts as alike. Between 224 films of 112 women of mini-MIAS it stays below
#: 0.94; noise, JPEG at quality 60, half the size, gamma 0.7 and contrast stretching leave it above 0.98. (A difference
#: hash of 64 bits takes 900 of those 25,000 pairs for equal at 4 bits: films are dark and breasts have one shape.)
ALIKE = 0.97
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


def mark_alike(samples: Sequence[Sample], signatures: Mapping[str, Signature]) -> list[Sample]:
    """All samples, each with the ids of those that look like it though their bytes differ.

    Args:
        samples: Of one data set.
        signatures: Of all of them, by SHA-256 of their files.
    """
    contents = sorted({sample.sha256 for sample in samples})
    twins = defaultdict(set)
    for first, second in alike_pairs([signatures[content] for content in contents]):
        twins[contents[first]].add(contents[second])
        twins[contents[second]].add(contents[first])
    ids = defaultdict(list)
    for sample in samples:
        ids[sample.sha256].append(sample.id)
    return [
        replace(sample, alike=tuple(sorted(id_ for content in twins[sample.sha256] for id_ in ids[content])))
        for sample in samples
    ]


def equal_pairs(samples: Iterable[Sample]) -> list[Pair]:
    """All pairs with equal bytes, sorted."""
    ids = defaultdict(list)
    for sample in samples:
        ids[sample.sha256].append(sample.id)
    pairs = (
        _pair(first, second)
        for equal in ids.values()
        for position, first in enumerate(equal)
        for second in equal[position + 1 :]
    )
    return sorted(pairs)


def lookalike_pairs(samples: Iterable[Sample]) -> list[Pair]:
    """All pairs that look alike without equal bytes, sorted; only of those for which it was sought."""
    return sorted({_pair(sample.id, other) for sample in samples for other in sample.alike or ()})


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
