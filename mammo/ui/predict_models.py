"""Several models on one image: which are asked, what they say together, who differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mammo.config import settings
from mammo.errors import MammoError
from mammo.evaluation.ensemble import Ensemble, ensemble
from mammo.evaluation.qualified import Qualified
from mammo.jobs.lessons import lessons_of_job
from mammo.prediction import words
from mammo.prediction.wire import Answer
from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, calibrated_bars, explained, finished_jobs
from mammo.ui.explained import View
from mammo.ui.plain_text import plain
from mammo.ui.predict_files import Brought

_ALSO = "also"  # in the address
_OFFERED = 100  # the latest so many
_MOST = 4  # beside the first; the prediction process keeps few models in memory
_WITHOUT_MAP = View(None, 0.0)


@dataclass(frozen=True)
class Asked:
    """What the models say of one file."""

    together: Ensemble | None  # None: one model alone was asked
    each: Mapping[str, Qualified]  # by the model's name
    silent: tuple[str, ...]  # sentences about models that could not be taken in


def choose_others(job: JobRecord) -> dict[int, JobRecord]:
    """Let a person have further models asked; ``?also=`` in the address."""
    wanted = JobFilter(kind="training", states={JobState.SUCCEEDED}, limit=_OFFERED, in_brief=True)
    offered = {
        str(one.id): finished_jobs.in_words(one)
        for one in cache.store().jobs.list(wanted)
        if one.id != job.id and one.config.get("region", "none") == "none"
    }
    if not offered:
        return {}
    asked = [number for number in st.query_params.get(_ALSO, "").split(",") if number in offered][:_MOST]
    chosen = st.multiselect(
        "Ask further models",
        list(offered),
        asked,
        format_func=offered.__getitem__,
        max_selections=_MOST,
        key=f"{_ALSO}.{job.id}",
        placeholder="none",
        width=320,
    )
    st.query_params[_ALSO] = ",".join(chosen)
    if not chosen:
        st.query_params.pop(_ALSO, None)
    return {int(number): cache.store().jobs.get(int(number)) for number in chosen}  # whole


def asked(job: JobRecord, answer: Answer, file: Brought, others: Mapping[int, JobRecord]) -> Asked:
    """The answers of all models asked, as one; a model that can't answer is named, and left out."""
    each = {} if answer.qualified is None else {_name(job): answer.qualified}
    silent = [] if each or not others else [f"{_name(job)} has no validation images, so its answer has no weight."]
    for other in others.values():
        lessons_of_job(cache.store(), settings(), other)
        try:
            said = explained.explain_upload(other.id, file.content, file.shown, _WITHOUT_MAP, key=file.key)
        except MammoError as error:
            silent.append(f"{_name(other)}: {error}")
            continue
        if said.qualified is None:
            silent.append(f"{_name(other)} has no validation images, so its answer has no weight.")
        else:
            each[_name(other)] = said.qualified
    if len(each) < 2:
        return Asked(None, each, tuple(silent))
    try:
        return Asked(ensemble(each), each, tuple(silent))
    except MammoError as error:
        return Asked(None, each, (*silent, str(error)))


def show_together(models: Asked) -> None:
    """Mean probabilities, who agrees, and each model in a line."""
    together = models.together
    if together is None:
        return
    st.caption(
        "A class fits where it fits one of the models: such a set holds the truth at least as often as the best of "
        "them does alone. Probabilities are means."
    )
    calibrated_bars.show_calibrated(together.shares)
    if together.is_agreed:
        st.markdown(plain(together.in_words))
    else:
        st.warning(plain(together.in_words), icon=":material/call_split:")
    for name, one in models.each.items():
        share = words.interval_in_words(one.shares[one.first])
        st.caption(plain(f"{name}: {one.first} {share}. {words.answer_in_words(one.first, one)}."))


def show_silent(models: Asked) -> None:
    """Models that were asked and could not be taken in."""
    for sentence in models.silent:
        st.warning(plain(sentence), icon=":material/voice_over_off:")


def in_words(together: Ensemble) -> str:
    """The classes that fit one model or more, as a sentence."""
    fits = sorted(together.fits, key=lambda name: -(together.shares[name].value or 0.0))
    return words.set_in_words(fits, len(together.shares), "the models")


def _name(job: JobRecord) -> str:
    return f"job {job.id}"
