"""The dashboard in a real browser: pages draw, controls act, nothing is asked of the outside world."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlparse
from urllib.request import urlopen

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MAMMO_HOME": str(tmp_path_factory.mktemp("home"))}
    command = [sys.executable, "-m", "mammo", "serve", "--port", str(port), "--no-demo"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        server.send_signal(2)
        server.wait(timeout=30)


def wait_for(url):
    deadline = time.monotonic() + 90
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
                return answer.read()
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="module")
def browser():
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("MAMMO_REQUIRE_ALL"):
            pytest.fail("Chromium is missing, and MAMMO_REQUIRE_ALL asks for every test")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[("dark", 1440), ("light", 1440), ("dark", 400)], ids=lambda param: f"{param[0]}-{param[1]}")
def page(browser, request):
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    opened.hosts = set()
    opened.on("request", lambda asked: opened.hosts.add(urlparse(asked.url).hostname))
    yield opened
    context.close()


def settled(page):
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)


@pytest.mark.parametrize(("path", "title"), [("", "Overview"), ("contrast", "Contrast")])
def test_a_page_draws_and_asks_nothing_of_the_outside(address, page, path, title):
    page.goto(f"{address}/{path}")
    page.get_by_role("heading", name=title, exact=True).wait_for(timeout=60_000)
    settled(page)
    assert page.get_by_text("Research use only. Not for diagnosis.").last.is_visible()
    assert page.get_by_text("Traceback").count() == 0
    assert page.hosts <= {"localhost", "", None}


def test_a_deep_link_keeps_its_method_and_the_picture_follows_it(address, page):
    page.goto(f"{address}/contrast")
    page.get_by_alt_text("After").first.wait_for(timeout=60_000)
    settled(page)
    plain = page.get_by_alt_text("After").first.get_attribute("src")
    page.goto(f"{address}/contrast?method=equalize_histogram")
    page.get_by_alt_text("After").first.wait_for(timeout=60_000)
    settled(page)
    assert page.get_by_alt_text("After").first.get_attribute("src") != plain
