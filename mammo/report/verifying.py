"""Is a report what the model says? Its seal, its words, its pixels and its figures, each checked on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from jinja2 import UndefinedError

from mammo.errors import ImageError, MammoError
from mammo.imaging.display import exact_png
from mammo.imaging.lossless import lossless
from mammo.imaging.reading import LoadedImage
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer, Question
from mammo.report.facts import Case, Further, Origin, answer_facts, pixels_sha256
from mammo.report.likeness import Likeness, likeness_differences
from mammo.report.page import report_html, seal_in, seal_of
from mammo.report.reading import Report
from mammo.stability import Stability

TOLERANCE = 0.005  # of a probability: other processors and versions of torch stay far below it
_GRAY_TOLERANCE = 6 / 255  # of a picture averaged over 8 x 8 pixels; JPEG stays below it
_BLOCK_PX = 8

_OF_THE_HEADER = frozenset({"laterality", "view", "spacing_mm"})  # which is gone when the picture is read again

Judge = Callable[[Question, bytes], Answer]
Decode = Callable[[str, bytes], LoadedImage]


@dataclass(frozen=True)
class Here:
    """What can be asked of this installation."""

    judge: Judge  # answers a question about a picture; MammoError if the model is not here
    decode: Decode  # reads a picture of the report, which may be hostile
    steady: Callable[[int, bytes], Stability]  # of a job's answer, by what its network was fed
    near: Callable[[int, Sequence[float]], Likeness | None]  # to an embedding, what a job's model learnt from


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    of: str  # "report", or the name of a case
    name: str
    is_ok: bool
    detail: str


def verify(report: Report, here: Here, films: Sequence[LoadedImage] = ()) -> Iterator[Check]:
    """Recompute a report.

    Args:
        report: As it was read.
        here: What recomputes it.
        films: Pictures for cases whose picture the report does not hold, in any order.

    Yields:
        What was looked at, and whether it is as the report says.

    Raises:
        MammoError: If the model is not here.
    """
    sealed = seal_in(report.text) == seal_of(report.text)
    yield Check("report", "seal", sealed, "unchanged" if sealed else "The file was changed after it was written.")
    told = _rendered(report) == _unsealed(report.text)
    yield Check("report", "words", told, "as its facts" if told else "What it shows is not what its facts say.")
    given = {_hash(film): film for film in films}
    for case in report.cases:
        yield from _case_checks(report.origin, case, here, given)


def _rendered(report: Report) -> str | None:
    try:
        return _unsealed(report_html(report.origin, report.cases))
    except (UndefinedError, TypeError, KeyError, ValueError, AttributeError, MammoError):  # facts that can't be shown
        return None


def _unsealed(text: str) -> str:
    return text.replace(seal_in(text) or "\0", "", 1)


def _case_checks(origin: Origin, case: Case, here: Here, given: Mapping[str, LoadedImage]) -> Iterator[Check]:
    facts, decode = case.facts, here.decode
    film = _read(decode, facts.name, case.film) if case.film else given.get(facts.pixels_sha256)
    if film is None:
        missing = "damaged" if case.film else "not in the report; give it with --picture"
        yield Check(facts.name, "pixels", is_ok=False, detail=f"The picture is {missing}.")
        return
    same = _hash(film) == facts.pixels_sha256
    yield Check(facts.name, "pixels", same, "as stated" if same else "The picture is not the one that was judged.")
    question = Question(origin.job, facts.name, origin.method, origin.layer, facts.answer.get("explained_label"))
    answer = here.judge(question, exact_png(lossless(film.pixels)[0]))
    differences = list(_differences(facts.answer, answer_facts(answer)))
    yield Check(facts.name, "answer", not differences, "; ".join(differences) or "recomputed, the same")
    drawn = overlaid(answer, origin.opacity, is_doubted=origin.is_doubted) if answer.heatmap else b""
    for name, stated, computed in (("picture", case.shown, answer.picture), ("heat map", case.overlay, drawn)):
        alike = _look_alike(_read(decode, name, stated), _read(decode, name, computed))
        detail = "redrawn, the same" if alike else f"The {name} shown is not what the model gives."
        yield Check(facts.name, name, alike, detail)
    yield from _further_checks(facts.name, facts.further, origin.job, answer, here)


def _further_checks(name: str, stated: Further, job: int, answer: Answer, here: Here) -> Iterator[Check]:
    if stated.stability is not None:
        computed = asdict(here.steady(job, answer.network_input))
        differences = list(_differences(_listed(asdict(stated.stability)), _listed(computed)))
        yield Check(name, "stability", not differences, "; ".join(differences) or "asked again, the same")
    if stated.likeness is not None:
        differences = list(likeness_differences(stated.likeness, here.near(job, answer.embedding)))
        yield Check(name, "similar cases", not differences, "; ".join(differences) or "found again, the same")


def _listed(facts: dict[str, Any]) -> dict[str, Any]:
    """With lists for tuples, as what was read has them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}


def _read(decode: Decode, name: str, content: bytes) -> LoadedImage | None:
    try:
        return decode(name, content) if content else None
    except ImageError:
        return None


def _hash(film: LoadedImage) -> str:
    return pixels_sha256(*lossless(film.pixels))


def _differences(stated: Any, computed: Any, where: str = "") -> Iterator[str]:
    """In words, where a stated value is not the computed one; what the report doesn't state is not asked for."""
    if where == "warnings" and isinstance(stated, list):  # some come from the file's header, which is gone
        lost = [one for one in computed if one not in stated]
        yield from (f"it does not tell the warning “{one}”" for one in lost)
    elif isinstance(stated, Mapping) and isinstance(computed, Mapping):
        for name, value in stated.items():
            if name in _OF_THE_HEADER and computed.get(name) is None:
                continue
            inside = f"{where}, {name}" if where else str(name)
            yield from _differences(value, computed.get(name), inside)
    elif isinstance(stated, list) and isinstance(computed, list) and len(stated) == len(computed):
        for number, (one, other) in enumerate(zip(stated, computed, strict=True), start=1):
            yield from _differences(one, other, f"{where} {number}")
    elif not _equal(stated, computed):
        yield f"{where.replace('_', ' ')}: the report says {_shown(stated)}, the model gives {_shown(computed)}"


def _equal(stated: Any, computed: Any) -> bool:
    numbers = (int, float)
    if isinstance(stated, float) and isinstance(computed, numbers) and not isinstance(computed, bool):
        return bool(abs(stated - computed) <= TOLERANCE)
    return bool(stated == computed)


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)[:80]


def _look_alike(stated: LoadedImage | None, computed: LoadedImage | None) -> bool:
    if stated is None or computed is None:
        return stated is computed
    if stated.pixels.shape != computed.pixels.shape:
        return False
    difference = cv2.blur(stated.pixels, (_BLOCK_PX, _BLOCK_PX)) - cv2.blur(computed.pixels, (_BLOCK_PX, _BLOCK_PX))
    return bool(np.abs(difference).max() <= _GRAY_TOLERANCE)
