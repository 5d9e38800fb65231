"""A new training: from a preset or another job to the start button with its cost."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.errors import MammoError
from mammo.training.config import TrainingConfig
from mammo.training.presets import PRESETS
from mammo.ui import cache, training_cost, training_data, training_doubts, training_form, training_launch
from mammo.ui.address_numbers import number_in
from mammo.ui.plain_text import plain
from mammo.ui.tables import table_of
from mammo.ui.training_data import DataChoice
from mammo.ui.training_fields import NOT_ASKED
from mammo.ui.training_start import Start, as_changes, in_text, start_of_job, start_of_preset

PRESET, CLONE, CHANGES = "preset", "clone", "set"  # names in the address
_DOUBTFUL = "Weigh what is said of the data; the training can start when each doubt is accepted."
_REFUSED = "training.refused"
_START = "training.start"
_REGION = "training.region"  # what the form's defaults were drawn for


@dataclass(frozen=True)
class Form:
    """A drawn form, and where on the page its cost and its button will stand."""

    config: TrainingConfig | None  # None as long as something does not fit
    is_weighed: bool  # no doubt about the data stands in the way
    choice: DataChoice
    cloned_from: int | None
    button: DeltaGenerator
    cost: DeltaGenerator


def show_form() -> Form:
    """Draw everything but the cost, which takes longest and is filled in by ``show_cost``."""
    store = cache.store()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.title("Training", anchor=False, width="content")
        button = st.container(width="content")
        preset = _choose_preset()
        choice = training_data.choose_data(store)
    cost = st.container()
    doubts = st.container(gap="small")
    start = _start(preset)
    if start.cloned_from is not None:
        st.caption(f":material/content_copy: A clone of {start.name}: changes are marked against it.")
    for sentence in _refused(start):
        st.warning(plain(sentence), icon=":material/link_off:")
    values, problems = training_form.draw_form(start)
    if "" in problems:
        st.error(plain(problems[""]), icon=":material/block:")
    _keep_changes(start, values, problems)
    if start.cloned_from is None:
        _show_sources(preset)
    if problems:
        training_doubts.keep_answers()
        return Form(None, False, choice, start.cloned_from, button, cost)  # noqa: FBT003 - nothing was weighed yet
    config, is_weighed = training_doubts.weighed(doubts, TrainingConfig.of(values), choice)
    return Form(config, is_weighed, choice, start.cloned_from, button, cost)


def close_form() -> None:
    """Forget what was said of the form; the next one begins anew."""
    st.session_state.pop(_REFUSED, None)
    training_launch.close_form()


def show_cost(form: Form) -> None:
    """Say the cost, and let the person start; what can't start is said instead."""
    if form.config is None:
        form.cost.caption(":orange[:material/error: Something in the form does not fit yet; it is marked there.]")
        _show_idle_button(form)
        return
    with form.cost, st.spinner("Working out what it will cost; the first time this takes some seconds"):
        try:
            cost = training_cost.cost_of(form.config, form.choice)
        except MammoError as error:
            st.error(plain(str(error)), icon=":material/block:")
            _show_idle_button(form)
            return
    form.cost.caption(training_cost.in_full(cost))
    if not form.is_weighed:
        form.cost.caption(f":orange[:material/error: {_DOUBTFUL}]")
        _show_idle_button(form)
        return
    form.button.button(
        f"Start · {training_cost.in_short(cost)}",
        type="primary",
        icon=":material/play_arrow:",
        key=_START,
        on_click=training_launch.launch,
        args=(training_launch.new_job(form.config, form.choice, form.cloned_from),),
    )


def _show_idle_button(form: Form) -> None:
    form.button.button("Start", type="primary", icon=":material/play_arrow:", disabled=True, key=_START)


def _choose_preset() -> str:
    names = list(PRESETS)
    asked = st.query_params.get(PRESET)
    return str(
        st.selectbox(
            "Preset",
            names,
            names.index(asked if asked in names else "recommended"),
            format_func=lambda name: PRESETS[name].label,
            key=PRESET,
            width=220,
            on_change=_take_up_preset,
        )
    )


def _take_up_preset() -> None:
    """Another preset: every field takes its value, earlier changes and a clone are forgotten."""
    for name in (CLONE, CHANGES):
        st.query_params.pop(name, None)
    for key in (_REGION, _REFUSED):
        st.session_state.pop(key, None)
    st.query_params[PRESET] = st.session_state[PRESET]
    training_form.put_values(start_of_preset(st.session_state[PRESET], ()).values)


def _start(preset: str) -> Start:
    changes = st.query_params.get_all(CHANGES)
    if CLONE in st.query_params:
        try:
            number = number_in(st.query_params[CLONE])
            return start_of_job(cache.store().jobs.get(-1 if number is None else number), changes)
        except MammoError as error:
            st.error(plain(str(error)), icon=":material/block:")
    start = start_of_preset(preset, changes, training_form.value_now("region"))
    _follow_region(preset, start)
    return start


def _follow_region(preset: str, start: Start) -> None:
    """What the preset says otherwise for regions is taken up when they are chosen, unless a person changed it."""
    region = start.values["region"]
    before = st.session_state.get(_REGION, region)
    st.session_state[_REGION] = region
    if region == before:
        return
    old = start_of_preset(preset, (), before).base
    moved = {name: value for name, value in start.base.items() if value != old[name]}
    training_form.put_values({name: moved[name] for name in moved if training_form.value_now(name) == old[name]})


def _refused(start: Start) -> tuple[str, ...]:
    """Sentences on the address with which the form was opened; they stay though the address is mended at once."""
    if start.refused:
        st.session_state[_REFUSED] = start.refused
    kept: tuple[str, ...] = st.session_state.get(_REFUSED, ())
    return kept


def _keep_changes(start: Start, values: dict[str, object], problems: dict[str, str]) -> None:
    changed = {name: value for name, value in start.changed(values).items() if name not in {*NOT_ASKED, *problems}}
    if changed:
        st.query_params[CHANGES] = as_changes(changed)
    else:
        st.query_params.pop(CHANGES, None)


def _show_sources(preset: str) -> None:
    chosen = PRESETS[preset]
    if not chosen.sources:
        return
    with st.expander("Why the preset is so", icon=":material/menu_book:"):
        values = chosen.config().to_dict()
        rows = [
            {"Field": name, "Value": in_text(name, values[name]) if name in values else "", "Source": source}
            for name, source in chosen.sources.items()
        ]
        st.dataframe(
            table_of(rows), hide_index=True, lazy=False, row_height=32, alt=f"Sources of the preset {chosen.label}"
        )
