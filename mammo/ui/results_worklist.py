"""Films whose answer nobody has judged yet, one after another: A agrees, D disagrees, N goes to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mammo.config import settings
from mammo.datasets import Sample
from mammo.jobs.kept_pictures import kept_path
from mammo.store import JobRecord, KeptPictureRecord, PredictionRecord
from mammo.store.opinions import Verdict
from mammo.ui import cache, explained, numbers, people
from mammo.ui.explained import Judged
from mammo.ui.job_answers import JobAnswers, answers_of
from mammo.ui.judged_squares import judged_of
from mammo.ui.kept_choice import kept_choice
from mammo.ui.one_prediction import show_prediction
from mammo.ui.opinion_buttons import AskedAnswer, ask_opinion, image_of, withdraw
from mammo.ui.opinion_list import show_opinions

_TEST, _VALIDATION, _UPLOADS = "test", "validation", "uploads"
_FILMS = {_TEST: "Test films", _VALIDATION: "Validation films", _UPLOADS: "Uploads that are kept"}
_OPEN = {"mine": "without my opinion", "any": "without any opinion"}
_ORDERS = {"uncertain": "most uncertain first", "sure": "surest first"}
_EVERY = "every class"


@dataclass(frozen=True)
class _Task:
    """One answer that waits for an opinion."""

    image: str  # as opinions name it
    judged: Judged
    probabilities: tuple[float, ...]

    @property
    def called(self) -> int:
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def uncertainty(self) -> float:
        """Entropy of the answer in bits."""
        return -sum(share * math.log2(share) for share in self.probabilities if share > 0)


def show_worklist(job: JobRecord, answers: JobAnswers) -> None:
    """The next film of the list, large, and all opinions on this training's answers."""
    names = tuple(answers.predictions.class_names)
    tasks = _chosen(job, answers, names)
    skipped: set[str] = st.session_state.setdefault(f"worklist.skipped.{job.id}", set())
    waiting = [task for task in tasks if task.image not in skipped]
    _offer_undo(job)
    if waiting:
        _show_task(job, waiting, names, skipped)
    elif tasks:
        st.info("You have skipped the rest of this list.", icon=":material/skip_next:")
        st.button("From the beginning", on_click=skipped.clear)
    else:
        st.info("Nothing of this kind waits for an opinion.", icon=":material/task_alt:")
    show_opinions(job)


def _chosen(job: JobRecord, answers: JobAnswers, names: tuple[str, ...]) -> list[_Task]:
    """Let a person choose what is listed, in which order."""
    with st.container(horizontal=True, gap="small"):
        films = kept_choice("List", list(_FILMS), key="films", width=200, in_words=_FILMS.__getitem__)
        is_open = kept_choice("Which", list(_OPEN), key="open", width=200, in_words=_OPEN.__getitem__)
        called = kept_choice("Answer", [_EVERY, *names], key="answer", width=160)
        order = kept_choice("Order", list(_ORDERS), key="order", width=200, in_words=_ORDERS.__getitem__)
    judged = cache.store().opinions.judged_images(people.current_person() if is_open == "mine" else None)
    tasks = [
        task
        for task in _TASKS[films](job, answers)
        if task.image not in judged and called in (_EVERY, names[task.called])
    ]
    return sorted(tasks, key=lambda task: task.uncertainty, reverse=order == "uncertain")


def _of_films(job: JobRecord, rows: Sequence[PredictionRecord]) -> list[_Task]:
    films = judged_of(job, rows)
    return [
        _Task(image_of(film.sample.sha256, row.item_id, is_square=film.square is not None), film, row.probabilities)
        for row in rows
        if (film := films.get(row.item_id)) is not None
    ]


def _of_uploads(job: JobRecord, answers: JobAnswers) -> list[_Task]:
    kept = cache.store().kept_pictures.list(viewer=people.current_person(), job=job.id)
    names = answers.predictions.class_names
    return [
        _Task(one.image, Judged(_sample(one)), tuple(float(one.probabilities.get(name, 0)) for name in names))
        for one in kept
    ]


def _sample(kept: KeptPictureRecord) -> Sample:
    return Sample(
        id=kept.file,
        path=kept_path(settings(), kept),
        patient_id=kept.patient_id,
        labels={},
        sha256=kept.sha256,
        width_px=kept.width_px,
        height_px=kept.height_px,
        bits=kept.bits,
        laterality=kept.laterality,
        view=kept.view,
        age=kept.age,
        warnings=kept.warnings,
    )


def _of_validation(job: JobRecord, _answers: JobAnswers) -> list[_Task]:
    """Each film once, though several folds may have judged it."""
    validation = answers_of(job, _VALIDATION)
    tasks = _of_films(job, validation.rows) if validation is not None else []
    return list({task.image: task for task in reversed(tasks)}.values())


_TASKS: dict[str, Callable[[JobRecord, JobAnswers], list[_Task]]] = {
    _TEST: lambda job, answers: _of_films(job, answers.rows),
    _VALIDATION: _of_validation,
    _UPLOADS: _of_uploads,
}


def _show_task(job: JobRecord, waiting: Sequence[_Task], names: tuple[str, ...], skipped: set[str]) -> None:
    task = waiting[0]
    counted = numbers.counted(len(waiting), "answer")
    st.caption(f"{counted} to judge. Keys: A agree, D disagree, {_keys(len(names) - 1)}, N next.")
    view = explained.choose_view()
    answer = explained.explain_film(job.id, task.judged, view)
    sample = task.judged.sample
    facts = [fact for fact in (sample.path.stem, sample.laterality, sample.view) if fact]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Next", key="worklist.next", icon=":material/skip_next:", shortcut="n",
                  on_click=partial(skipped.add, task.image))  # fmt: skip
        asked = AskedAnswer(task.image, job.id, answer.label, names)
        ask_opinion(asked, has_keys=True, on_given=partial(_remember, job, asked))
    show_prediction(answer, view, name=" · ".join(facts))


def _keys(others: int) -> str:
    """Which keys say that another class is right, of so many."""
    if others == 1:
        return "1 the other class"
    return f"1 {'and' if others == 2 else 'to'} {others} another class"


def _remember(job: JobRecord, asked: AskedAnswer, verdict: Verdict) -> None:
    st.session_state[f"worklist.last.{job.id}"] = asked, verdict


def _offer_undo(job: JobRecord) -> None:
    """The last film has left the list; a slip of the finger brings it back."""
    asked, verdict = st.session_state.get(f"worklist.last.{job.id}", (None, None))
    if asked is None:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("You agreed with the last answer." if verdict == "agree" else "You disagreed with the last answer.",
                   width="content")  # fmt: skip
        st.button("Undo", key="worklist.undo", icon=":material/undo:", type="tertiary", shortcut="u",
                  on_click=partial(_undo, job, asked))  # fmt: skip


def _undo(job: JobRecord, asked: AskedAnswer) -> None:
    withdraw(asked)
    del st.session_state[f"worklist.last.{job.id}"]
