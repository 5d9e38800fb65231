"""Parameters of a method, declared once: checked by code, drawn by pages, stored with jobs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mammo.errors import ParameterError

ParameterValue = float | int | str | bool


@dataclass(frozen=True)
class Number:
    """A real parameter in [low, high]; ``integer`` ones take whole numbers only."""

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float
    unit: str = ""
    help: str = ""
    integer: bool = False

    def check(self, value: object) -> float | int:
        """The value as a number, or a ParameterError that names the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ParameterError(f"{self.label} must be a number, not {value!r}.")
        if not self.low <= value <= self.high:
            raise ParameterError(f"{self.label} must lie between {self.low:g} and {self.high:g}; {value:g} does not.")
        if self.integer and value != int(value):
            raise ParameterError(f"{self.label} must be a whole number; {value:g} is not.")
        return int(value) if self.integer else float(value)


@dataclass(frozen=True)
class Choice:
    """One of a few named options."""

    name: str
    label: str
    options: tuple[str, ...]
    default: str
    help: str = ""

    def check(self, value: object) -> str:
        """The value if it is an option, or a ParameterError that lists them."""
        if value not in self.options:
            raise ParameterError(f"{self.label} must be one of {', '.join(self.options)}, not {value!r}.")
        return str(value)


@dataclass(frozen=True)
class Toggle:
    """Something on or off."""

    name: str
    label: str
    default: bool
    help: str = ""

    def check(self, value: object) -> bool:
        """The value if it is true or false, or a ParameterError."""
        if not isinstance(value, bool):
            raise ParameterError(f"{self.label} must be true or false, not {value!r}.")
        return value


Parameter = Number | Choice | Toggle


def defaults(parameters: tuple[Parameter, ...]) -> dict[str, ParameterValue]:
    """Default value of each parameter by name."""
    return {parameter.name: parameter.default for parameter in parameters}


def checked(parameters: tuple[Parameter, ...], values: Mapping[str, object]) -> dict[str, ParameterValue]:
    """All parameters with ``values`` put over the defaults.

    Raises:
        ParameterError: If a value is out of its limits or has a name that is not declared.
    """
    unknown = set(values) - {parameter.name for parameter in parameters}
    if unknown:
        known = ", ".join(parameter.name for parameter in parameters) or "none"
        raise ParameterError(f"There is no parameter named {min(unknown)!r}; known are: {known}.")
    return {parameter.name: parameter.check(values.get(parameter.name, parameter.default)) for parameter in parameters}
