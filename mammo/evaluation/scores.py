"""Every score with its definition: what it means, how it is computed, when it is undefined, what chance would give.

No score is called accuracy alone, for papers mean different things by it. An undefined score is NaN here and "n/a"
to people, never 0: a class that has no image has no sensitivity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mammo.evaluation import formulas
from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Values
from mammo.evaluation.outcomes import Outcomes
from mammo.registry import Registry


@dataclass(frozen=True)
class Score:
    """One figure about a set of predictions; of R weightings at once."""

    name: str
    label: str
    definition: str  # one or two sentences for a reader
    formula: str  # TP, FP, FN, TN count one class against the rest; other letters as in ``formulas``, K classes
    compute: Callable[[Outcomes], Values]  # shape (R,), in CLASS_SCORES (R, K); NaN where undefined
    undefined: (
        str  # why it can be; {absent}: classes without images, {unpredicted}: never predicted, {label}: own class
    )
    higher_is_better: bool = True
    also_named: tuple[str, ...] = ()  # other names of the same figure
    needs_class: str | None = None  # the score exists only where this class does
    chance: Callable[[ConfusionMatrix], float] | None = None  # what answers without looking at the images would give


SCORES: Registry[Score] = Registry("score")
CLASS_SCORES: Registry[Score] = Registry("class score")  # one class against the rest


def scores_for(class_names: tuple[str, ...]) -> tuple[Score, ...]:
    """The scores that make sense for these classes."""
    return tuple(score for score in SCORES.values() if score.needs_class is None or score.needs_class in class_names)


def _auc_of(name: str) -> Callable[[Outcomes], Values]:
    return lambda outcomes: outcomes.aucs[:, outcomes.class_names.index(name)]


def _majority_share(confusion: ConfusionMatrix) -> float:
    return float(confusion.true_counts.max() / confusion.n)


def _one_in_classes(confusion: ConfusionMatrix) -> float:
    return 1 / len(confusion.class_names)


def _coin(_: ConfusionMatrix) -> float:
    return 0.5


_NO_IMAGE = "no image is {absent}"
_NEVER_PREDICTED = "no image is predicted as {unpredicted}"

for _score in (
    Score(
        name="top1",
        label="Top-1 accuracy",
        definition="Share of images whose most probable class is the true one.",
        formula="sum of TP over classes / N",
        compute=formulas.top1,
        undefined="there is no image",
        chance=_majority_share,
    ),
    Score(
        name="balanced_accuracy",
        label="Balanced accuracy",
        definition="Mean of the classes' sensitivities: each class counts the same, however many images it has. "
        "Also called macro recall, and TPR in the paper.",
        formula="mean over classes of TP / (TP + FN)",
        compute=lambda outcomes: formulas.sensitivities(outcomes).mean(axis=1),
        undefined=_NO_IMAGE,
        also_named=("macro_recall",),
        chance=_one_in_classes,
    ),
    Score(
        name="macro_precision",
        label="Macro precision",
        definition="Mean of the classes' positive predictive values.",
        formula="mean over classes of TP / (TP + FP)",
        compute=lambda outcomes: formulas.ppvs(outcomes).mean(axis=1),
        undefined=_NEVER_PREDICTED,
    ),
    Score(
        name="macro_f1",
        label="Macro F1",
        definition="Mean of the classes' F1, the harmonic mean of sensitivity and positive predictive value. "
        "The F1 of a class that is never predicted is 0.",
        formula="mean over classes of 2 TP / (2 TP + FP + FN)",
        compute=lambda outcomes: formulas.f1s(outcomes).mean(axis=1),
        undefined=_NO_IMAGE,
    ),
    Score(
        name="mean_ovr_accuracy",
        label="Mean one-vs-rest accuracy",
        definition='Mean over the classes of the share of images rightly told from the rest; the paper\'s "accuracy". '
        "It is far above top-1, since an image of one class taken for another is still right about the others.",
        formula="mean over classes of (TP + TN) / N = 1 - 2 (1 - top-1) / K",
        compute=formulas.mean_ovr_accuracy,
        undefined="there is no image",
    ),
    Score(
        name="cohen_kappa",
        label="Cohen's kappa, quadratic",
        definition="Agreement of prediction and truth beyond chance; an error counts by the square of its distance "
        "in the order of the classes. 1 is perfect, 0 is chance.",
        formula="1 - sum of (i - j)^2 n_ij / (sum of (i - j)^2 t_i p_j / N)",
        compute=formulas.quadratic_kappa,
        undefined="all images have one true class",
    ),
    Score(
        name="mcc",
        label="Matthews correlation",
        definition="Correlation of predicted and true class over all classes. 1 is perfect, 0 is chance.",
        formula="(N sum of n_kk - sum of t_k p_k) / sqrt((N^2 - sum of t_k^2) (N^2 - sum of p_k^2))",
        compute=formulas.mcc,
        undefined="all images have one true class, or all have one predicted class",
    ),
    Score(
        name="auc_ovr_macro",
        label="AUC, mean of one-vs-rest",
        definition="Mean over the classes of the chance that an image of the class gets a higher probability of it "
        "than an image of the rest.",
        formula="mean over classes of P(p_class of the class > p_class of the rest) + P(equal) / 2",
        compute=lambda outcomes: outcomes.aucs.mean(axis=1),
        undefined=_NO_IMAGE,
        chance=_coin,
    ),
    Score(
        name="auc_malignant",
        label="AUC malignant versus rest",
        definition="Chance that a malignant image gets a higher probability of malignant than another image.",
        formula="P(p_malignant of malignant > p_malignant of the rest) + P(equal) / 2",
        compute=_auc_of("malignant"),
        undefined=_NO_IMAGE,
        needs_class="malignant",
        chance=_coin,
    ),
    Score(
        name="auc_abnormal",
        label="AUC abnormal versus normal",
        definition="Chance that an abnormal image gets a lower probability of normal than a normal image.",
        formula="P(p_normal of abnormal < p_normal of normal) + P(equal) / 2",
        # Telling abnormal from normal by 1 - p_normal is telling normal from the rest by p_normal, without rounding.
        compute=_auc_of("normal"),
        undefined=_NO_IMAGE,
        needs_class="normal",
        chance=_coin,
    ),
):
    SCORES.add(_score)

for _score in (
    Score(
        name="sensitivity",
        label="Sensitivity",
        definition="Share of the class's images that are predicted as it (recall).",
        formula="TP / (TP + FN)",
        compute=formulas.sensitivities,
        undefined="no image is {label}",
    ),
    Score(
        name="specificity",
        label="Specificity",
        definition="Share of the other classes' images that are not predicted as it.",
        formula="TN / (TN + FP)",
        compute=formulas.specificities,
        undefined="every image is {label}",
    ),
    Score(
        name="ppv",
        label="PPV",
        definition="Share of the images predicted as the class that are of it (precision), at this set's prevalence.",
        formula="TP / (TP + FP)",
        compute=formulas.ppvs,
        undefined="no image is predicted as {label}",
    ),
    Score(
        name="npv",
        label="NPV",
        definition="Share of the images not predicted as the class that are not of it, at this set's prevalence.",
        formula="TN / (TN + FN)",
        compute=formulas.npvs,
        undefined="every image is predicted as {label}",
    ),
    Score(
        name="auc",
        label="AUC",
        definition="Chance that an image of the class gets a higher probability of it than an image of the rest.",
        formula="P(p_class of the class > p_class of the rest) + P(equal) / 2",
        compute=lambda outcomes: outcomes.aucs,
        undefined=_NO_IMAGE,
        chance=_coin,
    ),
):
    CLASS_SCORES.add(_score)
