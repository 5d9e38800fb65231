"""``--set KEY=VALUE``: settings of a job as they are written at a terminal."""

from __future__ import annotations

import ast
import json
from typing import Annotated, Any

import typer

from mammo.errors import ParameterError

Values = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, put over the rest; repeat for more.")]


def parsed_values(pairs: list[str]) -> dict[str, Any]:
    """``KEY=VALUE`` pairs; numbers, true, false and JSON objects read as such, no text as nothing.

    Raises:
        ParameterError: For a pair without ``=``.
    """
    bad = next((pair for pair in pairs if "=" not in pair), None)
    if bad is not None:
        raise ParameterError(f"A setting is given as KEY=VALUE, as in epochs=5; {bad!r} is not.")
    return {key.strip(): _literal(value.strip()) for key, value in (pair.split("=", 1) for pair in pairs)}


def _literal(text: str) -> Any:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return json.loads(text) if text.startswith("{") else ast.literal_eval(text) if text else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
