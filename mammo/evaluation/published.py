"""What a published table's "accuracy" means, and the share of images rightly classified that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from mammo.errors import ParameterError


@dataclass(frozen=True)
class PublishedRow:
    """One row of a published table of scores, as printed."""

    model: str
    optimizer: str
    tpr: float  # mean sensitivity of the classes
    precision: float
    accuracy: float  # by a definition that the paper doesn't give for several classes
    f1: float


PAPER_CLASSES = 3
PAPER_DECIMALS = 2
PAPER_TABLE = (  # Table 3: test images of Mini-DDSM
    PublishedRow("AlexNet", "ADAM", tpr=0.77, precision=0.77, accuracy=0.84, f1=0.76),
    PublishedRow("AlexNet", "SGDM", tpr=0.70, precision=0.71, accuracy=0.80, f1=0.71),
    PublishedRow("SqueezeNet", "ADAM", tpr=0.70, precision=0.70, accuracy=0.80, f1=0.70),
    PublishedRow("SqueezeNet", "SGDM", tpr=0.57, precision=0.59, accuracy=0.71, f1=0.56),
)


@dataclass(frozen=True)
class DecodedAccuracy:
    """The top-1 accuracies that a printed mean one-vs-rest accuracy can stand for; low included, high excluded."""

    reported: float
    top1: float  # of the printed figure itself
    top1_low: float  # if the figure was rounded
    top1_high: float
    truncated_low: float  # if further decimals were cut off
    truncated_high: float


def ovr_from_top1(top1: float, classes: int) -> float:
    """Mean one-vs-rest accuracy: every wrong answer is an error for two of the classes, and right for the others."""
    return 1 - 2 * (1 - top1) / classes


def top1_from_ovr(mean_ovr_accuracy: float, classes: int) -> float:
    """Top-1 accuracy behind a mean one-vs-rest accuracy; the inverse of ``ovr_from_top1``."""
    return 1 - classes * (1 - mean_ovr_accuracy) / 2


def decode_accuracy(reported: float, classes: int, decimals: int) -> DecodedAccuracy:
    """Read a printed figure as a mean one-vs-rest accuracy and give the top-1 accuracies behind it.

    Args:
        reported: The printed figure, in [1 - 2 / classes, 1]; no other has a top-1 in [0, 1].
        classes: How many classes the images have, 2 or more.
        decimals: How many decimals are printed, 0 or more.

    Raises:
        ParameterError: If a value is outside its limits.

    Example:
        >>> round(decode_accuracy(0.84, classes=3, decimals=2).top1, 2)
        0.76
    """
    if classes < 2 or decimals < 0 or not 1 - 2 / classes <= reported <= 1:
        raise ParameterError(
            "A mean one-vs-rest accuracy needs 2 classes or more, 0 decimals or more, and lies between 1 - 2 / classes "
            f"and 1; got {reported} for {classes} classes and {decimals} decimals."
        )

    def top1(figure: float) -> float:
        return min(1.0, max(0.0, top1_from_ovr(figure, classes)))

    step = 10.0**-decimals
    return DecodedAccuracy(
        reported,
        top1=top1(reported),
        top1_low=top1(reported - step / 2),
        top1_high=top1(reported + step / 2),
        truncated_low=top1(reported),
        truncated_high=top1(reported + step),
    )
