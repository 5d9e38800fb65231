"""Dealing groups of images out to parts: stratified, seeded, blind to the order in which they come."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

NameT = TypeVar("NameT", bound=str)


@dataclass(frozen=True)
class Group:
    """Images that must not be torn apart, and the class that stands for them in stratification."""

    key: str
    stratum: str
    ids: tuple[str, ...]


def deal_strata(groups: Sequence[Group], shares: Mapping[NameT, float], seed: int) -> dict[str, NameT]:
    """Name of a part by sample id; each stratum is dealt out apart, the largest groups first."""
    strata = defaultdict(list)
    for group in groups:
        strata[group.stratum].append(group)
    dealt: dict[str, NameT] = {}
    sizes = dict.fromkeys(shares, 0)
    for stratum in sorted(strata):
        shuffled = sorted(strata[stratum], key=lambda group: (-len(group.ids), shuffle_key(seed, group.key)))
        for group, name in _deal_stratum(shuffled, shares, sizes):
            sizes[name] += len(group.ids)
            dealt.update(dict.fromkeys(group.ids, name))
    return dealt


def _deal_stratum(
    groups: Sequence[Group], shares: Mapping[NameT, float], sizes: Mapping[NameT, int]
) -> list[tuple[Group, NameT]]:
    """Each group goes to the part that misses most images of this stratum, then to the smaller one by ``sizes``.

    The smallest groups are set aside, one for each part but the first: dealing by what is missing alone would leave a
    part without a class that has few women.
    """
    others = list(shares)[1:]
    kept = len(groups) - len(others) if len(groups) > len(others) else len(groups)
    dealt = list(zip(groups[kept:], others, strict=False))
    total = sum(len(group.ids) for group in groups)
    missing = {name: share * total for name, share in shares.items()}
    for group, name in dealt:
        missing[name] -= len(group.ids)
    for group in groups[:kept]:
        name = max(shares, key=lambda name: (round(missing[name], 6), -sizes[name]))
        missing[name] -= len(group.ids)
        dealt.append((group, name))
    return dealt


def shuffle_key(seed: int, key: str) -> bytes:
    """A place in a shuffled order that depends on nothing but the seed and the key itself."""
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
