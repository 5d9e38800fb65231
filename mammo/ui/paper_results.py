"""A reproduction as it stands: one table beside the printed figures, matrices and curves of all eight jobs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.audits.leakage_twin import LeakPremium, leak_premium
from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.published import ovr_from_top1
from mammo.evaluation.scores import SCORES
from mammo.jobs.paper import Reproduction, reproductions
from mammo.paper.protocols import LABELS, PROTOCOLS, Protocol
from mammo.paper.recipes import RECIPES, Recipe
from mammo.store import Curve, JobRecord, JobState
from mammo.ui import cache, charts, job_times, numbers, paper_choice, paper_table, theme
from mammo.ui.job_answers import JobAnswers, answers_of
from mammo.ui.job_curves import curves_of, loss_figure
from mammo.ui.kept_choice import kept_segment
from mammo.ui.matrix_table import show_matrix
from mammo.ui.paper_table import Cell, Head
from mammo.ui.plain_text import plain

_SCORE = "score"  # name in the address
_SCORES = {
    "top1": "Top-1",
    "mean_ovr_accuracy": "“Accuracy” (one-vs-rest)",
    "balanced_accuracy": "TPR",
    "macro_precision": "Precision",
    "macro_f1": "F1",
}
_PRINTED = {
    "balanced_accuracy": "TPR",
    "macro_precision": "Precision",
    "mean_ovr_accuracy": "“Accuracy”",
    "macro_f1": "F1",
}
_REDRAWN_SECONDS = 3.0


def show_printed() -> None:
    """Table 3 of the paper, decoded."""
    heads = [Head("Recipe"), *(Head(label, "Printed") for label in _PRINTED.values()), Head("Top-1", "Decoded")]
    paper_table.show_table("The paper's Table 3 and what its “accuracy” stands for", heads, _printed_rows())


def show_results(found: Reproduction) -> None:
    """Everything that is known of the eight jobs; live as long as one is under way."""
    st.caption(f"{paper_choice.in_full(found.options)}.")
    if found.missing:
        st.warning(
            f"{found.missing} of the eight jobs were not queued. Choose New with the same options and queue them; "
            "those that are there stay as they are.",
            icon=":material/warning:",
        )
    score = kept_segment("Score", list(_SCORES), key=_SCORE, in_words=_SCORES.__getitem__)
    st.fragment(_follow, run_every=None if found.is_finished else _REDRAWN_SECONDS)(found, score)


def _follow(seen: Reproduction, score: str) -> None:
    found = reproductions(cache.store(), str(seen.data_set)).get(seen.group, seen)
    if found.is_finished != seen.is_finished:
        st.rerun()  # the whole page, which then stops following
    ended = sum(job.is_finished for job in found.jobs.values())
    if not found.is_finished:
        st.progress(ended / len(found.jobs), text=f"{ended} of {len(found.jobs)} jobs have ended")
    _show_table(found, score)
    for protocol in PROTOCOLS:
        _show_protocol(found, protocol)


def _show_table(found: Reproduction, score: str) -> None:
    premiums = {name: _premium_of(found, name, score) for name in RECIPES}
    heads = [
        Head("Recipe"),
        *(Head(label, "Printed") for label in _PRINTED.values()),
        Head("Top-1", "Decoded"),
        Head("Paper's protocol", f"Ours: {_SCORES[score]}"),
        Head("Clean protocol", f"Ours: {_SCORES[score]}"),
        Head("What the split by image adds", f"Ours: {_SCORES[score]}"),
    ]
    rows = [
        [
            *printed,
            _ours(found.jobs.get(("paper", name)), score, RECIPES[name]),
            _ours(found.jobs.get(("clean", name)), score),
            _difference(premiums[name]),
        ]
        for name, printed in zip(RECIPES, _printed_rows(), strict=True)
    ]
    caption = (
        f"{SCORES[score].label} on the test parts, 95 % intervals over women; {paper_choice.short(found.options)}. "
        "A figure leads to its job."
    )
    paper_table.show_table(caption, heads, rows)
    if said := _without_looking(found, score):
        st.caption(said)
    told = {RECIPES[name].label: str(one) for name, one in premiums.items() if one is not None}
    if told:
        with st.expander("The difference in words", icon=":material/rule:"):
            st.markdown("\n".join(f"- **{plain(label)}**: {plain(words)}" for label, words in told.items()))


def _without_looking(found: Reproduction, score: str) -> str:
    """What answers without looking at an image would score on the test parts; empty where that can't be said."""
    levels = []
    for protocol in PROTOCOLS:
        tested = (_tested(job) for (of, _), job in found.jobs.items() if of == protocol)
        confusion = next((one.confusion for one in tested if one is not None), None)
        chance = None if confusion is None else _chance(score, confusion)
        if chance is not None:
            levels.append(f"{chance:.2f} by {LABELS[protocol]}")
    return f"Always calling the most frequent class would score {' and '.join(levels)}." if levels else ""


def _chance(score: str, confusion: ConfusionMatrix) -> float | None:
    if score == "mean_ovr_accuracy":
        top1 = _chance("top1", confusion)
        return None if top1 is None else ovr_from_top1(top1, len(confusion.class_names))
    level = SCORES[score].chance
    return None if level is None else level(confusion)


def _tested(job: JobRecord | None) -> Evaluation | None:
    """The scores of a job on its test part; None as long as there are none."""
    stored = ((job and job.result) or {}).get("test")
    return None if stored is None else Evaluation.from_json(stored)


def _printed_rows() -> list[list[Cell]]:
    return [[Cell(recipe.label), *_printed(recipe)] for recipe in RECIPES.values()]


def _printed(recipe: Recipe) -> list[Cell]:
    decoded = recipe.decoded
    between = f"{decoded.top1_low:.4f} to {decoded.top1_high:.4f}"
    return [
        *(Cell(f"{recipe.printed_score(name):.2f}") for name in _PRINTED),
        Cell(f"{decoded.top1:.3f}", below=between),
    ]


def _ours(job: JobRecord | None, score: str, printed: Recipe | None = None) -> Cell:
    """A job's score with its interval, or how far it is; the gap to the printed figure where there is one."""
    if job is None:
        return Cell("not queued")
    tested = _tested(job)
    if job.state != JobState.SUCCEEDED or tested is None:
        return _unfinished(job)
    interval = tested.scores[score]
    wanted = None if printed is None else _wanted(printed, score)
    gap = "" if wanted is None or interval.value is None else _gap(interval.value - wanted)
    return Cell(str(interval), link=f"results?job={job.id}", below=gap)


def _wanted(recipe: Recipe, score: str) -> float | None:
    return recipe.decoded.top1 if score == "top1" else recipe.printed_score(score)


def _gap(difference: float) -> str:
    return f"{abs(difference):.2f} {'below' if difference < 0 else 'above'} the paper's"


def _unfinished(job: JobRecord) -> Cell:
    done = numbers.percent(job.progress) if job.state == JobState.RUNNING else ""
    state = f"{job.state.value} {done}".strip()
    if job.state == JobState.SUCCEEDED:
        state = "no test part"
    below = job.failure or job.reason or job_times.promised_end(job)
    return Cell(state, link=f"training?job={job.id}", below=below)


def _difference(premium: LeakPremium | None) -> Cell:
    if premium is None:
        return Cell("", below="once both are done")
    one = premium.premium
    if one.value is None or one.low is None or one.high is None:
        return Cell("can't be told", below=one.reason or "")
    verdict = "no leak can be told from noise"
    if one.has_no_width:
        verdict = "no draw of women makes a difference"
    elif one.low > 0:
        verdict = "leakage makes it look better"
    elif one.high < 0:
        verdict = "by image it looks worse: no leak"
    return Cell(f"{one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})", below=verdict)


def _premium_of(found: Reproduction, recipe: str, score: str) -> LeakPremium | None:
    """None as long as one of the two has not succeeded, or keeps no answers."""
    answers = [
        answers_of(job)
        for protocol in PROTOCOLS
        if (job := found.jobs.get((protocol, recipe))) is not None and job.state == JobState.SUCCEEDED
    ]
    known = [one for one in answers if one is not None]
    return _premium(f"{known[0].key}|{known[1].key}", score, known[0], known[1]) if len(known) == 2 else None


@st.cache_data(max_entries=128, show_spinner="Drawing women for the difference")
def _premium(key: str, score: str, _paper: JobAnswers, _clean: JobAnswers) -> LeakPremium:  # noqa: ARG001 - names both
    return leak_premium([_paper.predictions], [_clean.predictions], score)


def _show_protocol(found: Reproduction, protocol: Protocol) -> None:
    """Matrices and curves of one protocol, recipe beside recipe."""
    st.header(f"Confusion matrices and curves, {LABELS[protocol]}", anchor=False)
    jobs = {name: found.jobs.get((protocol, name)) for name in RECIPES}
    logged = cache.store().jobs.curves([job.id for job in jobs.values() if job is not None])
    for (name, job), column in zip(jobs.items(), st.columns(len(RECIPES), gap="small"), strict=True):
        with column:
            _show_job(RECIPES[name].label, job, logged[job.id] if job is not None else ())


def _show_job(label: str, job: JobRecord | None, logged: Sequence[Curve]) -> None:
    tested = _tested(job)
    if tested is not None and job is not None:
        show_matrix(tested.confusion, f"{label}, job {job.id}")
    else:
        st.caption(plain(f"{label}: {'not queued' if job is None else f'job {job.id}, {job.state.value}'}"))
    if logged and job is not None:
        shown = (0.0, float(job.config["epochs"]))
        alt = f"Loss of training and validation by epoch, job {job.id}, {label}"
        charts.show(loss_figure(curves_of(logged, 0), theme.current(), shown), alt=alt, key=f"paper.loss.{job.id}")
