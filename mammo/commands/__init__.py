"""The commands of ``python -m mammo``, thin: read options, call the library, print. Each is loaded when called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
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

    def main(self, *args: Any, **extra: Any) -> Any:
        """As typer's, but what is wrong about a call is told in one sentence, as every other failure is."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except TyperException as error:
            sys.stderr.write(_sentence(error))
            sys.exit(error.exit_code)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _sentence(error: TyperException) -> str:
    """What is wrong and where help is; nothing where typer has shown the help already."""
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    where = f" `{context.command_path} --help` tells more." if context is not None else ""
    return f"{text}.{where}\n" if text else ""


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _mammo() -> None:
    """Experiments in mammography image classification. Research use only. Not a medical device."""
