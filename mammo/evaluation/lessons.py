"""What a model's answers to validation images teach about each further answer of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from mammo.evaluation.calibrated import Calibrator, fitted_calibrator
from mammo.evaluation.conformal import ConformalSets, coverage, crossfitted_coverage, fitted_sets
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.intervals import Interval
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.qualified import OnTest, Qualified

VERSION = 1  # of what is kept; older ones are learnt again


@dataclass(frozen=True)
class Lessons:
    """Learnt once, when a training has ended, and kept beside its model."""

    class_names: tuple[str, ...]
    images: int  # of validation
    women: int
    calibrator: Calibrator
    sets: ConformalSets
    held: Interval  # cross-fitted over validation women
    tested: OnTest | None

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
        )


def learnt(validation: Predictions, test: Predictions | None = None, evaluation: Evaluation | None = None) -> Lessons:
    """What validation teaches, and how it held on test images.

    Args:
        validation: Answers to images that no weight was fitted on.
        test: Answers to test images, where there are any.
        evaluation: Scores of the test images.
    """
    sets = fitted_sets(validation)
    tested = None
    if test is not None and evaluation is not None:
        gravest = test.class_names[-1]
        found = evaluation.per_class[gravest]["sensitivity"]
        tested = OnTest(evaluation.n, evaluation.patients, gravest, found, coverage(sets, test))
    return Lessons(
        class_names=validation.class_names,
        images=validation.n,
        women=validation.patient_count,
        calibrator=fitted_calibrator(validation),
        sets=sets,
        held=crossfitted_coverage(validation),
        tested=tested,
    )
