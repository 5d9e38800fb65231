"""Method and parameters of the Contrast page: kept in the address, set by widgets, by the live view and by presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import MammoError, ParameterError
from mammo.parameters import Number, ParameterValue
from mammo.ui import messages, widgets
from mammo.ui.components.live_contrast import LIVE_METHODS
from mammo.ui.plain_text import plain

METHOD = "method"  # key of the method's input and its name in the address
_DEFAULT = "contrast_stretch"


def choose_method() -> str:
    """Draw the selector of all registered methods."""
    with st.container(width=320):
        return widgets.choose("Method", ENHANCEMENTS, default=_DEFAULT, key=METHOD)


def choose_values(method: str) -> dict[str, ParameterValue]:
    """The method's values. A live method's numbers have no widget here: the hand on the film sets them."""
    parameters = ENHANCEMENTS[method].parameters
    _forget_other_methods(method)
    if method not in LIVE_METHODS:
        return widgets.parameter_inputs(parameters, key=method)
    others = tuple(parameter for parameter in parameters if not isinstance(parameter, Number))
    drawn = widgets.parameter_inputs(others, key=method)
    return {one.name: _kept(method, one) if isinstance(one, Number) else drawn[one.name] for one in parameters}


def take_up(method: str, values: Mapping[str, Any]) -> None:
    """Set method and values before the page draws them; in a callback.

    Raises:
        UnknownNameError: If there is no such method.
        ParameterError: If a value does not fit the method.
    """
    widgets.put_parameters(ENHANCEMENTS[method].parameters, values, key=method)
    widgets.put_choice(method, key=METHOD)


def take_up_release(method: object, values: object) -> None:
    """As ``take_up``, with what a browser sent; a misfit is said on the page."""
    with messages.errors_shown():
        if method not in LIVE_METHODS or not isinstance(values, Mapping):
            raise ParameterError("The browser sent a setting that this page does not know. Load the page anew.")
        take_up(str(method), values)


def number_limits() -> dict[str, dict[str, tuple[float, float]]]:
    """Lowest and highest value of every live method's numbers."""
    return {
        method: {one.name: (one.low, one.high) for one in ENHANCEMENTS[method].parameters if isinstance(one, Number)}
        for method in LIVE_METHODS
    }


def _kept(method: str, number: Number) -> float:
    """What was set here, unless the address now asks for something else; or else the default. The address follows."""
    key = f"{method}.{number.name}"
    written = f"{key}.written"
    here, in_address = st.session_state.get(key), st.query_params.get(key)
    is_new_address = in_address is not None and in_address != st.session_state.get(written)
    asked = in_address if is_new_address else here
    value = number.default
    if asked is not None:
        try:
            value = number.check(_number(asked))
        except MammoError as error:
            st.warning(f"{plain(str(error))} The default is shown.", icon=":material/warning:")
    st.session_state[key], st.session_state[written] = value, f"{value:.12g}"
    if in_address != st.session_state[written]:
        st.query_params[key] = st.session_state[written]
    return value


def _number(asked: object) -> object:
    try:
        return float(str(asked))
    except ValueError:
        return asked


def _forget_other_methods(method: str) -> None:
    """The address names what is shown, not what was tried before."""
    prefixes = tuple(f"{name}." for name in LIVE_METHODS if name != method)
    for key in [key for key in st.query_params if key.startswith(prefixes)]:
        del st.query_params[key]
