"""Opening the dashboard."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from mammo.commands._output import RESEARCH_USE, Progress, expected_failures, say
from mammo.config import settings
from mammo.errors import MammoError, SettingsError
from mammo.jobs.demo import make_demo
from mammo.store import open_store

_APP = Path(__file__).parents[2] / "app.py"


@expected_failures
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    demo: Annotated[bool, typer.Option(help="Make the demo where there is no data yet.")] = True,
) -> None:
    """Open the dashboard; on a fresh server, make phantoms and train the demo model meanwhile."""
    where = settings()
    where.home.mkdir(parents=True, exist_ok=True)
    open_store(where).close()  # a database that can't be opened is said here, not in the browser
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), "--server.port", str(port)]
    app = subprocess.Popen([*command, "--server.headless", "true"], cwd=_APP.parent)  # noqa: S603 - our own arguments
    try:
        say(f"Mammo opens at http://localhost:{port}. {RESEARCH_USE} Ctrl-C ends it.")
        if demo:
            threading.Thread(target=_make_demo, daemon=True).start()
        code = app.wait()
    except KeyboardInterrupt:
        app.terminate()
        app.wait()
        say("Mammo has ended.")
        return
    raise SettingsError(f"The dashboard ended by itself (exit code {code}). Is port {port} taken? Try --port.")


def _make_demo() -> None:
    shown = Progress("Demo, percent")
    try:
        make_demo(open_store(settings()), settings(), lambda share, note: shown(int(100 * share), 100, note))
    except MammoError as error:
        say(f"The demo was not made: {error}")
