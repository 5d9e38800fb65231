"""What a test part shares with the training part, so that its scores would flatter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.datasets._base import LabelPolicy, Sample
from mammo.datasets.likeness import Pair, equal_pairs, lookalike_pairs
from mammo.datasets.splitting import Split, labels_of

#: Cramer's V from which on an association is reported; 0.1 is the usual bound of "small".
NOTABLE_ASSOCIATION = 0.1


@dataclass(frozen=True)
class LeakageReport:
    """What ties the parts of a split together, and what ties classes to scanners."""

    patients_in_two_splits: tuple[str, ...]
    exact_duplicates_across: tuple[Pair, ...]  # equal bytes
    near_duplicates_across: tuple[Pair, ...]  # alike to the eye, not equal
    is_likeness_known: bool  # whether likeness was sought when the images came in
    scanner_class_association: float | None  # Cramer's V in [0, 1]; None with fewer than two scanners or classes

    @property
    def is_clean(self) -> bool:
        """Whether no woman and no image is in two parts."""
        return not (self.patients_in_two_splits or self.exact_duplicates_across or self.near_duplicates_across)

    def sentences(self) -> tuple[str, ...]:
        """The findings for a person, the gravest first."""
        patients = _shown(self.patients_in_two_splits)
        exact = _shown([" = ".join(pair) for pair in self.exact_duplicates_across])
        near = _shown([" ~ ".join(pair) for pair in self.near_duplicates_across])
        found = []
        if patients:
            found.append(f"Patients with images in more than one part: {patients}. Split by patient.")
        if exact:
            found.append(f"Pairs of identical images in different parts: {exact}. Split by patient.")
        if near:
            found.append(f"Pairs of images in different parts that look alike: {near}. Compare them.")
        if not found:
            found.append("No patient and no image is in more than one part.")
        if not self.is_likeness_known:
            found.append("Images that only look alike were not sought yet. Import the data set again.")
        association = self.scanner_class_association
        if association is not None and association >= NOTABLE_ASSOCIATION:
            found.append(
                f"Scanner and class go together (Cramer's V {association:.2f}): a model may learn the scanner instead "
                f"of the disease. Look at the scores by scanner."
            )
        return tuple(found)


def leakage_report(samples: Sequence[Sample], split: Split) -> LeakageReport:
    """Audit a split.

    Args:
        samples: Of the data set; those that the split does not name play no part.
        split: To be audited.
    """
    used = sorted((sample for sample in samples if sample.id in split.assignment), key=lambda sample: sample.id)
    return LeakageReport(
        patients_in_two_splits=patients_across(used, split.assignment),
        exact_duplicates_across=torn(equal_pairs(used), split.assignment),
        near_duplicates_across=torn(lookalike_pairs(used), split.assignment),
        is_likeness_known=all(sample.alike is not None for sample in used),
        scanner_class_association=scanner_class_association(samples, split.policy),
    )


def patients_across(samples: Sequence[Sample], assignment: Mapping[str, str]) -> tuple[str, ...]:
    """Patients with images in more than one part, sorted; every sample is assigned."""
    parts_of = defaultdict(set)
    for sample in samples:
        parts_of[sample.patient_id].add(assignment[sample.id])
    return tuple(sorted(patient for patient, parts in parts_of.items() if len(parts) > 1))


def torn(pairs: Sequence[Pair], assignment: Mapping[str, str]) -> tuple[Pair, ...]:
    """Those of the pairs whose images are in different parts; an image without a part is with none."""
    placed = (pair for pair in pairs if all(id_ in assignment for id_ in pair))
    return tuple((one, other) for one, other in placed if assignment[one] != assignment[other])


def scanner_class_association(samples: Sequence[Sample], policy: LabelPolicy) -> float | None:
    """Cramer's V between scanner and label over the images for which both are known.

    Returns:
        0 (independent) to 1 (one tells the other); None with fewer than two scanners or classes.

    Source:
        Cramer 1946: sqrt(chi2 / (n * (min(rows, columns) - 1))), without correction for small samples.
    """
    label_by_id = labels_of(samples, policy)
    known = [
        (sample.scanner, label_by_id[sample.id]) for sample in samples if sample.scanner and sample.id in label_by_id
    ]
    scanners, labels = sorted({scanner for scanner, _ in known}), sorted({label for _, label in known})
    if len(scanners) < 2 or len(labels) < 2:
        return None
    counts: npt.NDArray[np.float64] = np.zeros((len(scanners), len(labels)))
    for scanner, label in known:
        counts[scanners.index(scanner), labels.index(label)] += 1
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    return min(1.0, float(np.sqrt(chi2 / (counts.sum() * (min(counts.shape) - 1)))))


def _shown(things: Sequence[str], limit: int = 5) -> str:
    """How many, and the first few of them; empty if there are none."""
    if not things:
        return ""
    more = ", ..." if len(things) > limit else ""
    return f"{len(things):,} ({', '.join(things[:limit])}{more})"
