"""Numbers of cases: meaningless in the demo, and in Mini-DDSM's own way nearly a label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

#: First and last case number in Mini-DDSM v2 by class and scanner. Source: its file tree.
MINI_DDSM_NUMBERS = {
    ("normal", "A"): (2, 2042),
    ("normal", "D"): (4500, 4608),
    ("benign", "A"): (1123, 2001),
    ("benign", "B"): (3091, 3496),
    ("benign", "C"): (29, 511),
    ("benign", "D"): (4000, 4197),
    ("malignant", "A"): (1000, 1933),
    ("malignant", "B"): (3001, 3516),
    ("malignant", "C"): (1, 496),
    ("malignant", "D"): (4005, 4199),
}
LAST_NUMBER = 9999
#: Of the 500 normal women of scanner A in Mini-DDSM, 260 carry the number of another woman, of another scanner.
SHARED_NUMBERS = 260 / 500


def case_numbers(
    labels: Sequence[str], scanners: Sequence[str], rng: np.random.Generator, *, tell_class: bool
) -> list[int]:
    """A number for each woman; unique within her scanner and within her class's folder.

    Args:
        labels: Class of each woman.
        scanners: Scanner's letter of each woman.
        rng: Random numbers.
        tell_class: Numbers come from Mini-DDSM's ranges, and some women of different scanners share one, as there.
            False: every number is drawn from all of them and occurs once.

    Returns:
        Numbers of four digits at most.
    """
    if not tell_class:
        return [int(number) for number in rng.permutation(LAST_NUMBER)[: len(labels)] + 1]
    numbers = [0] * len(labels)
    taken: set[tuple[str, int]] = set()  # (scanner, number) and (class, number)
    # Women of scanner A come last: some of them repeat a number of scanner C.
    for woman in sorted(range(len(labels)), key=lambda place: scanners[place] == "A"):
        label, scanner = labels[woman], scanners[woman]
        number = next(n for n in _candidates(label, scanner, taken, rng) if not {(label, n), (scanner, n)} & taken)
        numbers[woman] = number
        taken |= {(label, number), (scanner, number)}
    return numbers


def _candidates(label: str, scanner: str, taken: set[tuple[str, int]], rng: np.random.Generator) -> Iterable[int]:
    """Numbers to try in turn: a shared one, Mini-DDSM's range, then any."""
    if (label, scanner) == ("normal", "A") and rng.random() < SHARED_NUMBERS:
        yield from rng.permutation(sorted(number for letter, number in taken if letter == "C")).tolist()
    first, last = MINI_DDSM_NUMBERS.get((label, scanner), (1, LAST_NUMBER))
    yield from (rng.permutation(last - first + 1) + first).tolist()
    yield from (rng.permutation(LAST_NUMBER) + 1).tolist()
