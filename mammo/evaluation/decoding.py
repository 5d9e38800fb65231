"""Which definition of "accuracy" a published table fits, told from its figures alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mammo.evaluation.published import ovr_from_top1


@dataclass(frozen=True)
class PrintedFigure:
    """A share as printed, and the worth of its last digit."""

    value: float  # in [0, 1]
    step: float  # 0.01 for two decimals


@dataclass(frozen=True)
class PrintedRow:
    """What a row of a table says of one model."""

    label: str
    tpr: PrintedFigure  # mean sensitivity of the classes
    accuracy: PrintedFigure  # by a definition that has to be found


@dataclass(frozen=True)
class Definition:
    """A meaning that "accuracy" may have for several classes, as a function of the share of right answers."""

    name: str
    label: str
    of_top1: Callable[[float, int], float]  # (top-1, classes) -> the figure


@dataclass(frozen=True)
class DefinitionFit:
    """What a definition makes of a row's TPR, beside the row's accuracy."""

    definition: Definition
    expected_low: float  # for all TPRs that round to the printed one
    expected_high: float
    fits: bool  # some accuracy in that range rounds to the printed one


DEFINITIONS = (
    Definition("top1", "Top-1 accuracy", lambda top1, _: top1),
    Definition("mean_ovr_accuracy", "Mean one-vs-rest accuracy", ovr_from_top1),
    Definition(
        "mean_of_sensitivity_and_specificity",
        "Mean of sensitivity and specificity",
        lambda top1, classes: (top1 + 1 - (1 - top1) / (classes - 1)) / 2,
    ),
)


def which_definition_fits(row: PrintedRow, classes: int) -> tuple[DefinitionFit, ...]:
    """Hold each definition against a row, taking its TPR for the share of right answers.

    That is exact for classes of equal size, and near for sizes near to each other.

    Args:
        row: As printed; figures may have been rounded.
        classes: How many classes the images have, 2 or more.
    """
    return tuple(_fit(definition, row, classes) for definition in DEFINITIONS)


def verdict(rows: Sequence[PrintedRow], classes: int) -> str:
    """In words, which definitions fit one row or more."""
    if classes == 2:
        return "With two classes all these definitions give the same figure; there is nothing to decode."
    fitting = {definition.label: 0 for definition in DEFINITIONS}
    for row in rows:
        for fit in which_definition_fits(row, classes):
            fitting[fit.definition.label] += fit.fits
    of_all = [label for label, count in fitting.items() if count == len(rows)]
    every = "the row" if len(rows) == 1 else f"all {len(rows)} rows"
    if len(of_all) == 1:
        return f"{of_all[0]} fits {every}, and no other definition does."
    if of_all:
        return f"{' and '.join(of_all)} fit {every}; these figures can't tell which is meant."
    best = max(fitting, key=fitting.__getitem__)
    if fitting[best]:
        return f"No definition fits {every}. Nearest is {best.lower()}, with {fitting[best]} of {len(rows)}."
    return (
        f"None of the definitions fits {'it' if len(rows) == 1 else 'any row'}. The classes may be of very different "
        "size, or the column TPR may not be the mean of the classes' sensitivities."
    )


def _fit(definition: Definition, row: PrintedRow, classes: int) -> DefinitionFit:
    half_tpr, half = row.tpr.step / 2, row.accuracy.step / 2
    low, high = (definition.of_top1(min(max(row.tpr.value + sign * half_tpr, 0), 1), classes) for sign in (-1, 1))
    printed = row.accuracy.value
    return DefinitionFit(definition, low, high, fits=low < printed + half and printed - half < high)
