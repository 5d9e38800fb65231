"""What a model's answers to validation images teach about each further answer of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from mammo.evaluation.calibrated import Calibrator, fitted_calibrator
from mammo.evaluation.conformal import ConformalSets, coverage, crossfitted_coverage, fitted_sets
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.intervals import Interval
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.qualified import OnTest, Qualified

VERSION = 2  # of what is kept; older ones are learnt again


@dataclass(frozen=True)
class Lessons:
    """Learnt once, when a training has ended, and kept beside its model."""

    class_names: tuple[str, ...]
    images: int  # of validation, or of all folds
    women: int
    calibrator: Calibrator
    sets: ConformalSets
    held: Interval  # cross-fitted over these women
    tested: OnTest | None
    folds: int = 0  # as ``Qualified`` has it

    def qualified(self, probabilities: Mapping[str, float]) -> Qualified:
        """What an answer of the model is worth.

        Args:
            probabilities: Of all classes, as the model gives them.
        """
        shares = self.calibrator.shares(probabilities)
        gravest = len(self.class_names) - 1
        fewest = self.sets.fewest_women
        return Qualified(
            shares=shares,
            fits=self.sets.fitting(probabilities),
            at_screening=self.calibrator.at_screening(shares[self.class_names[gravest]].value or 0.0, gravest),
            temperature=self.calibrator.temperature,
            goal=self.sets.goal,
            held=self.held,
            images=self.images,
            women=self.women,
            always_fit={
                name: women for name, women in zip(self.class_names, self.sets.women, strict=True) if women < fewest
            },
            fewest_women=fewest,
            tested=self.tested,
            folds=self.folds,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "version": VERSION}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self | None:
        """The lessons that ``to_json`` wrote; None if it was another version that did."""
        if values.get("version") != VERSION:
            return None
        calibrator, sets, tested = values["calibrator"], values["sets"], values["tested"]
        return cls(
            class_names=tuple(values["class_names"]),
            images=values["images"],
            women=values["women"],
            calibrator=Calibrator(
                calibrator["temperature"], tuple(calibrator["others"]), tuple(calibrator["class_shares"])
            ),
            sets=ConformalSets(sets["goal"], tuple(sets["least"]), tuple(sets["women"])),
            held=Interval(**values["held"]),
            tested=tested and OnTest.from_json(tested),
            folds=values["folds"],
        )


def learnt(validation: Predictions, test: Predictions | None = None, evaluation: Evaluation | None = None) -> Lessons:
    """What validation teaches, and how it held on test images.

    Args:
        validation: Answers to images that no weight was fitted on.
        test: Answers to test images, where there are any.
        evaluation: Scores of the test images.
    """
    lessons = _learnt(validation)
    if test is None or evaluation is None:
        return lessons
    return replace(lessons, tested=_on_test(evaluation, test.class_names[-1], coverage(lessons.sets, test)))


def learnt_across_folds(out_of_fold: Predictions, folds: int, evaluation: Evaluation | None = None) -> Lessons:
    """What a cross-validated training teaches: from each woman once, judged by the one model that never saw her.

    Its validation images teach nothing further: those of all folds are the same few women, judged again and again,
    and each of them is a test woman of another fold. So no women are left over for testing the sets; how they hold
    is cross-fitted, each woman judged by sets fitted on all the others.

    What is learnt holds for a model of one fold. A new picture is answered by the mean of all, whose probabilities
    are usually less extreme, and which nobody has validated: ``Qualified.folds`` lets this be said.

    Args:
        out_of_fold: Answers to the test images of all folds.
        folds: Two or more.
        evaluation: Scores of the same answers.

    Source:
        Vovk 2015, Cross-conformal predictors; Barber et al. 2021, Predictive inference with the jackknife+: what is
        promised for sets learnt so falls short of the goal in the worst case, and is about met in practice.
    """
    lessons = replace(_learnt(out_of_fold), folds=folds)
    return lessons if evaluation is None else replace(lessons, tested=_on_test(evaluation, out_of_fold.class_names[-1]))


def _learnt(answers: Predictions) -> Lessons:
    return Lessons(
        class_names=answers.class_names,
        images=answers.n,
        women=answers.patient_count,
        calibrator=fitted_calibrator(answers),
        sets=fitted_sets(answers),
        held=crossfitted_coverage(answers),
        tested=None,
    )


def _on_test(evaluation: Evaluation, gravest: str, held: Interval | None = None) -> OnTest:
    return OnTest(evaluation.n, evaluation.patients, gravest, evaluation.per_class[gravest]["sensitivity"], held)
