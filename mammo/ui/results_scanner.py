"""How much of a training's score is telling scanners apart?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mammo.audits.shortcut_radar import Light
from mammo.audits.within_scanner import WithinScanner, auc_within_scanner, counted_scanners
from mammo.evaluation.questions import BinaryScores
from mammo.ui import charts, numbers, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.question_choice import choose_question
from mammo.ui.traffic_light import show_light

_WORDS: dict[Light, str] = {"amber": "Part of it is the scanner", "green": "Not the scanner", "unknown": "Not judged"}
_TO_DO = "Believe the score within scanners. Balance the scanners over the classes, or test on one scanner alone."


def show_scanner(answers: JobAnswers) -> None:
    """One question's AUC over all images and within scanners."""
    st.markdown(
        "Where scanners go with classes, a model can answer by the scanner. Within scanners, an image is only compared "
        "with others of its own scanner."
    )
    scanners = [film.scanner if film else None for film in answers.films]
    counts = counted_scanners(scanners)
    if not any(scanners):
        st.info("The scanner is not known for any image of this data set.", icon=":material/scanner:")
        return
    if len(counts) == 1:
        st.info(f"All images come from one scanner, {next(iter(counts))}.", icon=":material/scanner:")
        return
    question, scores = choose_question(answers.predictions)
    class_names = answers.predictions.class_names
    is_asked = np.isin(
        [class_names[label] for label in answers.predictions.truth], question.positives + question.negatives
    )
    asked = [scanner for scanner, wanted in zip(scanners, is_asked, strict=True) if wanted]
    found = _within(f"{answers.key}|{question.name}", scores, asked)
    shown = {f"{question.label}, over all images": found.overall, "The same within scanners": found.within}
    alt = ", ".join(f"{label}: AUC {interval}" for label, interval in shown.items())
    charts.show(charts.score_figure(shown, theme.current()), alt=alt, key="audits.scanner")
    show_light(found.light, _WORDS[found.light], str(found), _TO_DO if found.light == "amber" else "")
    told = ", ".join(f"{scanner} {numbers.count(images)}" for scanner, images in counts.items())
    st.caption(f"AUC, intervals by drawing women. Images by scanner: {told}.")


@st.cache_data(max_entries=64, show_spinner="Drawing women")
def _within(key: str, _scores: BinaryScores, _scanners: Sequence[str | None]) -> WithinScanner:  # noqa: ARG001 - names both
    return auc_within_scanner(_scores, _scanners)
