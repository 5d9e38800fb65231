"""A server of the dashboard, and a browser's window on it."""

from __future__ import annotations

import os
import shutil
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
BARRIERS = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")
BARRIERS_GONE_SECONDS = 15.0
GROUNDS = {"light": "rgb(247, 248, 248)", "dark": "rgb(16, 19, 21)"}
SCREENS = [("light", 1440), ("dark", 1440), ("dark", 400), ("light", 400)]
NETWORK_SIZES = []  # the file of them, once counted; a server without it spends ten seconds of a core on counting
# Streamlit's browser part looks for its server below a deep link first, then at the root.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")


def serving(home, demo="--no-demo"):
    """A server of its own on a free port; its address."""
    if NETWORK_SIZES and demo == "--no-demo":
        Path(home).mkdir(parents=True, exist_ok=True)
        shutil.copy(NETWORK_SIZES[0], home)
    return _started(home, lambda port: ("mammo", "serve", "--port", port, demo))


def fresh_app(home):
    """As ``serving``, beside the server that a home has already: only the process that draws pages, yet unvisited."""
    return _started(home, lambda port: ("streamlit", "run", "app.py", "--server.port", port, "--server.headless", "1"))


@contextmanager
def _started(home, command):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([sys.executable, "-m", *command(str(port))], cwd=ROOT, env=environment(home), **quiet)
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        server.send_signal(2)
        server.wait(timeout=30)


def environment(home):
    """Settings of a server; without the process that waits for the next job, which costs each server some seconds."""
    return {**os.environ, "MAMMO_HOME": str(home), "MAMMO_SPARE_PROCESS": "no"}


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


def film_drawn(page):
    """Until the live contrast is there and has its film: before, a key or a hand would change nothing."""
    page.locator(".waiting").wait_for(state="attached", timeout=WAIT_MS)
    page.locator(".waiting").wait_for(state="hidden", timeout=WAIT_MS)


def barriers_that_stay(page):
    """What is wrong once everything has come in: what comes and what goes is half transparent for a moment."""
    end = time.monotonic() + BARRIERS_GONE_SECONDS
    while (barriers := page.evaluate(BARRIERS)) and time.monotonic() < end:
        page.wait_for_timeout(100)
    return barriers


def barriers_of(page):
    """What keeps a page from those who see it badly, and what is wider than the screen, on each of ``SCREENS``."""
    found = []
    for scheme, width in SCREENS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        ground = f"getComputedStyle(document.querySelector('.stApp')).backgroundColor === '{GROUNDS[scheme]}'"
        page.wait_for_function(ground, timeout=WAIT_MS)
        settled(page)
        found += [f"{barrier}, {scheme}, {width} px" for barrier in barriers_that_stay(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} pixels wide on a screen of {width}, {scheme}"] * (wide > width)
    return found
