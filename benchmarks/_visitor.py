"""A visitor of the dashboard without a browser: speaks to the server as the page in a browser does."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_ROOT = Path(__file__).parents[1]
_APP = _ROOT / "app.py"
_PATIENCE_SECONDS = 120.0


class Visitor:
    """One open window."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._page_hash = ""
        self.redrawn: dict[str, float] = {}  # by fragment: every so many seconds

    @classmethod
    async def arrive(cls, port: int) -> Self:
        """Open a window on no page yet."""
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        return cls(await connect(address, subprotocols=["streamlit"], max_size=None))  # type: ignore[list-item]

    async def leave(self) -> None:
        """Close the window."""
        await self._connection.close()

    async def open(self, page: str, query: str = "") -> float:
        """Go to a page by its address; seconds until its script has come to rest."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        asked.rerun_script.context_info.timezone = "UTC"
        asked.rerun_script.context_info.url = f"http://localhost/{page}"
        self.redrawn.clear()
        return await self._ask(asked)

    async def redraw(self, fragment: str) -> float:
        """Let a part of the page be drawn anew, as its own clock asks; seconds until it is done."""
        asked = BackMsg()
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.page_script_hash = self._page_hash
        asked.rerun_script.is_auto_rerun = True
        return await self._ask(asked)

    async def stay(self, seconds: float) -> int:
        """Look at the page for so long without touching it; how often a part of it was redrawn."""
        begin = time.monotonic()
        due = {fragment: begin + every for fragment, every in self.redrawn.items()}
        count = 0
        while due:
            fragment, at = min(due.items(), key=lambda one: one[1])
            if at > begin + seconds:
                break
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            await self.redraw(fragment)
            count += 1
            due[fragment] = time.monotonic() + self.redrawn.get(fragment, seconds)
        await asyncio.sleep(max(0.0, begin + seconds - time.monotonic()))
        return count

    async def _ask(self, asked: BackMsg) -> float:
        began = time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._is_at_rest():
                pass
        return time.perf_counter() - began

    async def _is_at_rest(self) -> bool:
        said = ForwardMsg()
        said.ParseFromString(bytes(await self._connection.recv()))  # type: ignore[arg-type]
        match said.WhichOneof("type"):
            case "new_session":
                self._page_hash = said.new_session.page_script_hash
            case "auto_rerun":
                self.redrawn[said.auto_rerun.fragment_id] = said.auto_rerun.interval
            case "script_finished":
                return True
            case "session_event" if said.session_event.HasField("script_compilation_exception"):
                raise RuntimeError(said.session_event.script_compilation_exception.message)
        return False


@contextmanager
def dashboard(home: Path, environment: dict[str, str], script: Path = _APP) -> Iterator[tuple[int, psutil.Process]]:
    """The app, or another one's script, alone on a free port, without workers; the port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = "mammo.ui.server" if script == _APP else "streamlit"
    command = [sys.executable, "-m", server, "run", str(script), "--server.port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [*command, "--server.headless", "true"],
        cwd=_ROOT,
        env={**environment, "MAMMO_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""},  # compiled once, as on any server
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str) -> None:
    """Until a server answers."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(url)
