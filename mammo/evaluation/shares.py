"""Shares of images with intervals that know whose images they are, and that keep a width at 0 and at 1."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import LEVEL, Interval, wilson_of_share
from mammo.evaluation.predictions import Patients, Predictions
from mammo.evaluation.student_t import t_quantile


def clustered_share(is_hit: npt.NDArray[np.bool_], patients: Patients) -> Interval:
    """The share of hits among images of several women, with a Wilson interval on the effective number of images.

    The effective number is n / deff, where deff = v / (p (1 - p) / n) is the design effect and
    v = W / (W - 1) sum over women of (sum over her images of (hit - p))^2 / n^2 the variance of a share whose images
    come in clusters, W women. It is never taken for more than n. Where all or none are hits, nothing shows how alike
    a woman's images are: each woman then counts as one. Few women are allowed for by Student's t.

    Args:
        is_hit: Shape (N,).
        patients: Shape (N,).

    Source:
        Korn and Graubard 1998, Confidence intervals for proportions with small expected number of positive counts
        estimated from survey data; with Wilson's interval in place of Clopper and Pearson's.
    """
    n = len(is_hit)
    if not n:
        return Interval(None, reason="there is no image")
    share = float(is_hit.mean())
    women, position = np.unique(patients, return_inverse=True)
    if len(women) < 2:
        return Interval(share, reason="all images are of one woman")
    return wilson_of_share(share, _effective_n(np.bincount(position, is_hit - share).astype(np.float64), share, n))


def cell_shares(predictions: Predictions, *, of_called: bool = False) -> tuple[tuple[Interval, ...], ...]:
    """The share of each cell of the confusion matrix with its clustered interval, by (true, called), K x K.

    Args:
        predictions: At any level.
        of_called: Shares of the images that are called a class, instead of those that are of it.
    """
    whole, part = predictions.truth, predictions.predicted
    if of_called:
        whole, part = part, whole
    classes = range(len(predictions.class_names))
    table = [
        [clustered_share(part[whole == one] == other, predictions.patients[whole == one]) for other in classes]
        for one in classes
    ]
    return tuple(
        tuple(table[called][true] if of_called else table[true][called] for called in classes) for true in classes
    )


def _effective_n(excess: npt.NDArray[np.float64], share: float, n: int) -> float:
    """How many independent images the n are worth; ``excess`` is the sum of (hit - share) for each woman."""
    women = len(excess)
    upper = (1 + LEVEL) / 2
    few_women = (NormalDist().inv_cdf(upper) / t_quantile(women - 1, upper)) ** 2
    if share in {0.0, 1.0}:
        return women * few_women
    variance = women / (women - 1) * float(excess @ excess) / n**2
    naive = share * (1 - share) / n
    return n * min(1.0, naive / variance if variance else 1.0) * few_women
