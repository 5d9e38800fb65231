"""An answer in words: what fits, how often that was right, and what speaks for doubting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.evaluation.calibrated import SCREENING_SHARE
from mammo.evaluation.intervals import Interval

if TYPE_CHECKING:
    from mammo.evaluation.qualified import OnTest, Qualified

_SPACE = "\N{NO-BREAK SPACE}"
_CALCIFICATION_MM = 0.5  # of the largest microcalcifications; two pixels have to fall into it
_FILM_MM = 240  # height of a film, where a file does not say how large a pixel is


@dataclass(frozen=True)
class Doubt:
    """One line of doubt."""

    text: str
    needs_attention: bool  # it is more than a matter of course


def answer_in_words(label: str, qualified: Qualified | None) -> str:
    """The classes that fit, as a sentence; without validation the most probable class alone."""
    if qualified is None:
        return f"{_capital(label)} is the most probable class"
    fits = sorted(qualified.fits, key=lambda name: -(qualified.shares[name].value or 0.0))
    return set_in_words(fits, len(qualified.shares))


def set_in_words(fits: Sequence[str], classes: int, who: str = "the model") -> str:
    """Which classes fit.

    Args:
        fits: The likeliest first.
        classes: How many there are.
        who: Speaks: "the model", or "the models".
    """
    if not fits:
        return "Unlike anything it knows" if who == "the model" else "Unlike anything they know"
    if len(fits) == 1:
        return f"{_capital(fits[0])} is the only class that fits"
    if len(fits) == classes:
        return f"{_capital(who)} can't tell"
    return f"{_capital(_listed(fits, 'or'))}. {_capital(who)} can't tell which"


def coverage_in_words(qualified: Qualified | None) -> str:
    """How often such sets held the truth."""
    if qualified is None:
        return "Without validation images nobody knows how often such an answer is right."
    held = f"Such sets held the truth for {_percent(qualified.held.value)} of"
    goal = f"(goal {_percent(qualified.goal)})"
    if qualified.folds:
        return (
            f"{held} the women of all folds {goal}, each judged by the one model of {qualified.folds} that had not "
            "learnt from her, with sets from the women other than her. The mean of the models, which answers here, "
            f"was not itself validated.{_never_ruled_out(qualified)}"
        )
    tested = qualified.tested
    test = "" if tested is None or tested.held is None else f", and for {_percent(tested.held.value)} of test women"
    return f"{held} validation women {goal}{test}.{_never_ruled_out(qualified)}"


def frequency_in_words(qualified: Qualified) -> str:
    """The probability of the gravest class as a number of images, here and among screened women."""
    share = qualified.shares[qualified.gravest].value or 0.0
    images = "images of the folds" if qualified.folds else "validation images"
    here = f"Of 100 {images} scored like this, {_of_hundred(share)} {qualified.gravest}"
    if qualified.at_screening is None or qualified.gravest != "malignant":
        return f"{here}."
    rare = f"{100 * SCREENING_SHARE:.1f}{_SPACE}% malignant"
    return f"{here}; in screening ({rare}), {_of_hundred(qualified.at_screening).rsplit(' ', 1)[0]}."


def probability(value: float) -> str:
    """A probability in [0, 1] with two decimals; what would be rounded to an end is never written as certainty."""
    if value < 0.005:
        return "< 0.01"
    return "> 0.99" if value > 0.995 else f"{value:.2f}"


def interval_in_words(share: Interval) -> str:
    """A calibrated probability with its interval."""
    value = probability(share.value or 0.0)
    if share.low is None or share.high is None:
        return value
    return f"{value} ({probability(share.low)} to {probability(share.high)})"


def resolution_doubt(pixels_per_input: float, spacing_mm: float | None, height_px: int | None = None) -> Doubt:
    """What is too small for the model.

    Args:
        pixels_per_input: Pixels of the picture along a side of one pixel of the network's input.
        spacing_mm: Of a pixel of the picture, where its file tells.
        height_px: Of the picture.
    """
    if spacing_mm:
        side = pixels_per_input * spacing_mm
        if 2 * side > _CALCIFICATION_MM:
            return Doubt(
                f"1 pixel of the model is {side:.2g} mm: calcifications can't be judged.", needs_attention=True
            )
        return Doubt(
            f"1 pixel of the model is {side:.2g} mm, fine enough for calcifications of 0.5 mm.", needs_attention=False
        )
    takes_in = f"1 pixel of the model takes in {pixels_per_input:.1f} pixels of the picture"
    if not height_px:
        return Doubt(f"{takes_in}, whose size in mm the file does not tell.", needs_attention=True)
    side = pixels_per_input * _FILM_MM / height_px
    too_coarse = ": calcifications can't be judged" if 2 * side > _CALCIFICATION_MM else ""
    unknown = "The file does not tell how large a pixel is"
    return Doubt(
        f"{unknown}. On a film 24 cm high, 1 pixel of the model is {side:.2g} mm{too_coarse}.", bool(too_coarse)
    )


def tested_doubt(tested: OnTest | None, data_set: str | None) -> Doubt:
    """How the model did on images that it had not seen."""
    if tested is None:
        return Doubt("Nobody has tested this model: its split holds no test images.", needs_attention=True)
    where = f", all of the data set {data_set}" if data_set else ", one collection"
    found = tested.found
    how = "Tested" if tested.held is not None else "Tested fold by fold, the mean of the models not,"
    text = f"{how} on {tested.images} images of {tested.women} women{where}; {tested.gravest} found {found}."
    return Doubt(text, needs_attention=found.value is None or found.value < 0.5)


def heatmap_doubt(passed: tuple[int, int] | None, *, is_void: bool = False) -> Doubt:
    """How far the heat map can be trusted.

    Args:
        passed: Checks that it passed, and checks made; None where nobody has checked it.
        is_void: The checks can't help, for instance since the model can't be told from chance.
    """
    where = "It shows where the score comes from, not where a lesion ends."
    if passed is None:
        return Doubt(f"Heat map: nobody has checked yet whether it can be trusted. {where}", needs_attention=False)
    trust = heatmap_trust(passed, is_void=is_void)
    why = " The model itself can't be told from chance, or its maps are empty." if is_void else ""
    told = f"Heat map: {trust} trust, {passed[0]} of {passed[1]} checks.{why}"
    return Doubt(f"{told} {where}", needs_attention=trust == "poor")


def heatmap_trust(passed: tuple[int, int], *, is_void: bool = False) -> str:
    """Good, fair or poor; a map of poor trust loses its colors."""
    failed = passed[1] - passed[0]
    return "poor" if is_void or failed > 1 else "fair" if failed else "good"


def stability_doubt(turned: int, changes: int) -> Doubt:
    """How often the first choice changed."""
    if not turned:
        text = f"The first choice stayed the same in all {changes} small changes of contrast and position."
        return Doubt(text, needs_attention=False)
    text = f"The first choice changed in {turned} of {changes} small changes of contrast and position."
    return Doubt(text, needs_attention=True)


def nearness_doubt(told: str | None, *, needs_attention: bool = False) -> Doubt:
    """How near the known pictures lie, as ``nearness_in_words`` tells it; None where nobody has looked."""
    unknown = "Nobody has yet computed which films the model learnt from, so whether this one is like them isn't known."
    return Doubt(told or unknown, needs_attention)


def _never_ruled_out(qualified: Qualified) -> str:
    if not qualified.always_fit:
        return ""
    few = [f"{name} ({women} of {qualified.fewest_women} women)" for name, women in qualified.always_fit.items()]
    women = "women" if qualified.folds else "validation women"
    return f" Too few {women} for ever ruling out {_listed(few, 'and')}."


def _of_hundred(share: float) -> str:
    """A probability as images of a hundred: about 58 are."""
    count = round(100 * share)
    if 100 * share < 0.95:
        return "fewer than 1 is"
    if 100 * share > 99.05:
        return "more than 99 are"
    return f"about {count} {'is' if count == 1 else 'are'}"


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{100 * share:.0f}{_SPACE}%"


def _listed(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
