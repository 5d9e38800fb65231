"""A server of the dashboard, and a browser's window on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WAIT_MS = 60_000
# Streamlit's browser part looks for its server below a deep link first, then at the root.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")


@contextmanager
def serving(home, demo="--no-demo"):
    """A server of its own on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mammo", "serve", "--port", str(port), demo]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, env=environment(home), **quiet)
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        server.send_signal(2)
        server.wait(timeout=30)


def environment(home):
    return {**os.environ, "MAMMO_HOME": str(home)}


def wait_for(url):
    deadline = time.monotonic() + 90
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
                return answer.read()
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise


def problems_in(message):
    harmless = message.location.get("url", "").endswith(HARMLESS)
    return [message.text] if message.type == "error" and not harmless else []


def settled(page):
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT_MS)


def visit(page, url, title):
    page.goto(url)
    page.get_by_role("heading", name=title, exact=True).wait_for(timeout=WAIT_MS)
    settled(page)
