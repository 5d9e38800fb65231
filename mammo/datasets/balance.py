"""How many images each class has, in a data set and in the parts of a split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mammo.datasets._base import UNLABELLED, LabelPolicy, Sample, sorted_class_names
from mammo.datasets.splitting import PARTS, Part, Split


def class_balance(samples: Sequence[Sample], policy: LabelPolicy) -> dict[str, int]:
    """Images by class in the field's order; then, if there are any, the unlabelled ones.

    Images that the policy leaves out are not counted.
    """
    counts = Counter(label for sample in samples if (label := sample.labels.get(policy)) is not None)
    names = sorted_class_names(set(counts))
    return {name: counts[name] for name in (*names, *((UNLABELLED,) if UNLABELLED in counts else ()))}


def split_balance(samples: Sequence[Sample], split: Split) -> dict[Part, dict[str, int]]:
    """Images by part and class; samples that the split does not name are not counted."""
    return {
        part: class_balance([sample for sample in samples if split.assignment.get(sample.id) == part], split.policy)
        for part in PARTS
    }
