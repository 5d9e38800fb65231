"""Inputs drawn from declarations in the core; what they hold stands in the page's address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from mammo.parameters import Choice, Number, Parameter, ParameterValue, Toggle, checked
from mammo.registry import EntryT, Registry


def choose(label: str, registry: Registry[EntryT], *, default: str, key: str) -> str:
    """Let a person choose one entry by its label; the entry's name, which also stands in the address under ``key``."""
    names = list(registry)
    asked = st.query_params.get(key)
    return str(
        st.selectbox(
            label,
            names,
            index=names.index(asked if asked in names else default),
            format_func=lambda name: registry[name].label,
            key=key,
            on_change=_keep_in_address,  # ``bind`` would write the label
            args=(key,),
        )
    )


def put_choice(name: str, *, key: str) -> None:
    """Set the input that ``choose`` will draw under the same key, before it draws it."""
    st.session_state[key] = name
    _keep_in_address(key)


def parameter_inputs(
    parameters: tuple[Parameter, ...], *, key: str, in_address: bool = True
) -> dict[str, ParameterValue]:
    """One input for each parameter, with its limits, unit and help; the chosen values by parameter name."""
    shown: dict[str, Any] = {"bind": "query-params"} if in_address else {}
    return {parameter.name: _input(parameter, f"{key}.{parameter.name}", shown) for parameter in parameters}


def with_defaults(parameters: tuple[Parameter, ...], values: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters with ``values`` in place of their own defaults, where there are any."""
    return tuple(replace(one, default=values.get(one.name, one.default)) for one in parameters)


def put_parameters(parameters: tuple[Parameter, ...], values: Mapping[str, object], *, key: str) -> None:
    """Set the inputs that ``parameter_inputs`` will draw under the same key, before it draws them.

    Raises:
        ParameterError: If a value does not fit its parameter.
    """
    for name, value in checked(parameters, values).items():
        st.session_state[f"{key}.{name}"] = value


def _keep_in_address(key: str) -> None:
    st.query_params[key] = st.session_state[key]


def _input(parameter: Parameter, key: str, more: Mapping[str, Any]) -> ParameterValue:
    shown: dict[str, Any] = {"key": key, "help": parameter.help or None, **more}
    match parameter:
        case Number():
            return _slider(parameter, shown)
        case Choice():
            index = parameter.options.index(parameter.default)
            return str(st.selectbox(parameter.label, parameter.options, index, **shown))
        case Toggle():
            return bool(st.toggle(parameter.label, parameter.default, **shown))


def _slider(number: Number, shown: Mapping[str, Any]) -> float | int:
    label = f"{number.label} ({number.unit})" if number.unit else number.label
    kind = int if number.integer else float
    limits = [kind(value) for value in (number.low, number.high, number.default, number.step)]
    decimals = 0 if number.integer else max(0, -math.floor(math.log10(number.step) + 1e-9))
    value: float = st.slider(label, *limits, format=f"%.{decimals}f" if decimals else "%d", **shown)  # type: ignore[assignment]
    return kind(value)
