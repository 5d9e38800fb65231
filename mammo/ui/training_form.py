"""The form of a training: every field with help, its limits, what it was in the preset, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.enhancement import ENHANCEMENTS
from mammo.training.config import TrainingConfig
from mammo.ui import widgets
from mammo.ui.plain_text import plain
from mammo.ui.training_fields import NOT_ASKED, FormField, fields_by_group
from mammo.ui.training_start import Start, Values, in_text

_KEY = "train."  # of every input
_CUSTOM = "custom"
_FIELD_PX = 190


def draw_form(start: Start) -> tuple[dict[str, Any], dict[str, str]]:
    """Draw the inputs; the values, and what is wrong with them as ``TrainingConfig.problems`` says it."""
    values: dict[str, Any] = {name: start.values[name] for name in NOT_ASKED}
    messages: dict[str, DeltaGenerator] = {}
    changed_at_start = start.changed(start.values)
    for group, fields in fields_by_group().items():
        names = {field.name for field in fields}
        is_open = group == "Basics" or bool(names & set(changed_at_start))
        with st.expander(group, expanded=is_open):
            _draw_fields(fields, start, values, messages)
    problems = TrainingConfig.problems(values)
    _say(messages, start, start.changed(values), problems)
    return values, problems


def put_values(values: Values) -> None:
    """Let the inputs of those fields take up other values, before they are drawn."""
    for fields in fields_by_group().values():
        for field in (one for one in fields if one.name in values):
            for key, value in _states(field, values[field.name]).items():
                st.session_state[key] = value


def value_now(name: str) -> Any:
    """What an input holds; None before it was drawn."""
    return st.session_state.get(_KEY + name)


def _draw_fields(
    fields: list[FormField], start: Start, values: dict[str, Any], messages: dict[str, DeltaGenerator]
) -> None:
    grid = st.grid("auto", min_column_width=_FIELD_PX, gap="small")
    for field in fields:
        cell = grid.container(gap="xxsmall") if field.kind != "enhancement" else st.container(gap="xsmall")
        with cell:
            values[field.name] = _input(field, start)
            messages[field.name] = st.container()


def _input(field: FormField, start: Start) -> Any:
    value, key = start.values[field.name], _KEY + field.name
    match field.kind:
        case "choice":
            return _choice(field, value, key)
        case "toggle":
            return st.toggle(field.label, value, key=key, help=field.help)
        case "whole":
            return _whole(field, value, key)
        case "real":
            step = 10.0 ** math.floor(math.log10(value)) if value > 0 else 0.01
            return st.number_input(field.label, value=float(value), step=step, format="%g", key=key, help=field.help)
        case "enhancement":
            return _enhancements(field, value, key)


def _whole(field: FormField, value: int | None, key: str) -> float | None:
    """Streamlit's input of integers takes 1.5 and 1e3 for 1 and keeps 2^64 to itself; what is wrong is to be said."""
    start = None if value is None else float(value)
    empty = field.empty or ""
    typed = st.number_input(
        field.label, value=start, step=1.0, format="%.17g", key=key, help=field.help, placeholder=empty
    )
    return int(typed) if typed is not None and typed.is_integer() else typed


def _choice(field: FormField, value: Any, key: str) -> Any:
    own = value if isinstance(value, dict) else None  # a policy that no registry holds
    options = dict(field.options)
    if own is not None:
        options[_CUSTOM] = f"Own: {', '.join(step['name'] for step in own['steps'])}"
    elif value not in options:
        options[value] = str(value)  # such as a file of weights, of the job that is cloned
    names = list(options)
    index = names.index(_CUSTOM if own is not None else value)
    chosen = st.selectbox(field.label, names, index, options.__getitem__, key=key, help=field.help)
    return own if chosen == _CUSTOM else chosen


def _enhancements(field: FormField, value: list[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """The methods in order, each with its parameters."""
    names = [step["name"] for step in value]
    labels = {name: method.label for name, method in ENHANCEMENTS.items()}
    chosen = st.multiselect(
        field.label, list(labels), names, format_func=labels.__getitem__, key=key, help=field.help, placeholder="none"
    )
    steps = []
    for name in chosen:
        with st.popover(f"{labels[name]}: parameters"):
            given = next((dict(step["values"]) for step in value if step["name"] == name), {})
            parameters = widgets.with_defaults(ENHANCEMENTS[name].parameters, given)
            shown = widgets.parameter_inputs(parameters, key=f"{key}.{name}", in_address=False)
        steps.append({"name": name, "values": shown})
    return steps


def _states(field: FormField, value: Any) -> dict[str, Any]:
    """Session state of the inputs of one field."""
    key = _KEY + field.name
    if field.kind != "enhancement":
        is_number = field.kind in ("whole", "real") and value is not None
        return {key: _CUSTOM if isinstance(value, dict) else float(value) if is_number else value}
    states: dict[str, Any] = {key: [step["name"] for step in value]}
    for step in value:
        of_method = widgets.with_defaults(ENHANCEMENTS[step["name"]].parameters, step["values"])
        states |= {f"{key}.{step['name']}.{one.name}": one.default for one in of_method}
    return states


def _say(
    messages: Mapping[str, DeltaGenerator], start: Start, changed: Mapping[str, Any], problems: Mapping[str, str]
) -> None:
    for name, place in messages.items():
        if name in problems:
            place.markdown(f":orange[:material/error: {plain(problems[name])}]")
        if name in changed:
            place.caption(f":material/edit: {start.name}: {plain(in_text(name, start.base[name]) or 'empty')}")
