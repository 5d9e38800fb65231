"""The commands of ``python -m mammo``, thin: read options, call the library, print. Each is loaded when called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

#: Command -> its module in this folder; the function has the command's name, "app" holds several of them.
_COMMANDS = {
    "datasets": ("datasets", "app"),
    "jobs": ("jobs", "app"),
    "phantoms": ("phantoms", "phantoms"),
    "train": ("train", "train"),
    "presets": ("registries", "presets"),
    "models": ("registries", "models"),
    "methods": ("registries", "methods"),
    "evaluate": ("evaluate", "evaluate"),
    "audit": ("audit", "app"),
    "export": ("export", "export"),
    "feedback": ("feedback", "app"),
    "predict": ("predict", "predict"),
    "verify": ("verify", "verify"),
    "serve": ("serve", "serve"),
    "predictor": ("predictor", "predictor"),
    "worker": ("worker", "worker"),
    "doctor": ("doctor", "doctor"),
}


class _Commands(TyperGroup):
    """Loads what one command needs only: all of them together take seconds."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as typer calls it, with types that it hides
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as typer calls it
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        found = getattr(import_module(f"mammo.commands.{module}"), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(cmd_name)(found)
            found = alone
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _mammo() -> None:
    """Experiments in mammography image classification. Research use only. Not a medical device."""
