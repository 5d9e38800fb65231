"""What a trained model says of a film as it is stored and as the present setting makes it."""

from __future__ import annotations

import streamlit as st

from mammo.store import JobFilter, JobState
from mammo.ui import cache, explained, finished_jobs, messages, previews
from mammo.ui.comparison_view import ShownFilm
from mammo.ui.kept_choice import kept_choice
from mammo.ui.plain_text import plain
from mammo.ui.probability_bars import show_probabilities

MODEL = "model"  # key of the input and its name in the address
_OFF = "off"
_OFFERED = 100  # the latest so many


def choose_model() -> int | None:
    """Draw a selector of the finished trainings, where there are any; the chosen one's job number."""
    wanted = JobFilter(kind="training", states={JobState.SUCCEEDED}, limit=_OFFERED, in_brief=True)
    jobs = {str(job.id): finished_jobs.in_words(job) for job in cache.store().jobs.list(wanted)}
    if not jobs:
        return None
    chosen = kept_choice(
        "Model says",
        [_OFF, *jobs],
        key=MODEL,
        in_words=lambda number: jobs.get(number, "Off"),
    )
    return None if chosen == _OFF else int(chosen)


def show_opinion(job: int, film: ShownFilm, method: str, values: cache.Values) -> None:
    """Its probabilities for the stored film and for the enhanced one, beside each other."""
    settings: tuple[tuple[str, str, cache.Values], ...] = (
        ("As stored", "levels", ()),  # whose defaults change nothing
        ("With this setting", method, values),
    )
    with messages.errors_shown():
        for column, (name, its_method, its_values) in zip(st.columns(2, gap="large"), settings, strict=True):
            picture = previews.enhanced_png(cache.film(film.source), its_method, dict(its_values))
            answer = explained.explain_preview(job, picture, f"{film.in_words}.png")
            with column:
                st.markdown(f"{name}: **{plain(answer.label)}**")
                show_probabilities(answer.probabilities)
    st.caption("The model's answer, not a diagnosis. One that turns with a small change of contrast is a weak one.")
