"""Chromium, and servers with a few synthetic films."""

from __future__ import annotations

import os
from urllib.parse import urlparse

import pytest
from playwright.sync_api import sync_playwright

from benchmarks._chromium import installed_chromium
from mammo.training.kept_sizes import shapes_at, sizes_kept
from mammo.training.network_size import network_sizes_by_child
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import FLAGS, NETWORK_SIZES, problems_in, serving
from tests.end_to_end.installations import home_in, trained_server, with_films, with_training
from tests.made_once import made_once


@pytest.fixture(scope="session", autouse=True)
def network_sizes(tmp_path_factory):
    """Counted once for all servers, of the sizes of images that presets and tests have."""
    asked = {(config.image_size, config.head_relu) for config in (one.config() for one in PRESETS.values())}
    shapes = [shape for size, relu in {*asked, (32, False)} for shape in shapes_at(size, 3, relu)]
    made = made_once(tmp_path_factory, "sizes", lambda folder: sizes_kept(folder, shapes, network_sizes_by_child))
    NETWORK_SIZES[:] = made.iterdir()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An installation with twelve synthetic films of three women."""
    return home_in(made_once(tmp_path_factory, "films", with_films), tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A server with the films of twelve women and a finished training of them."""
    made = made_once(tmp_path_factory, "trained", with_training)
    with trained_server(made, tmp_path_factory.mktemp("trained")) as server:
        yield server


@pytest.fixture(scope="module")
def address(home):
    with serving(home) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    program = installed_chromium()
    if program is None:
        if os.environ.get("MAMMO_REQUIRE_ALL"):
            pytest.fail("Chromium is missing, and MAMMO_REQUIRE_ALL asks for every test")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser):
    """Opens a window that remembers which hosts it asked and what went wrong."""
    contexts = []

    def opened(scheme="dark", width=1440):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.hosts, page.problems = set(), []
        page.on("request", lambda asked: page.hosts.add(urlparse(asked.url).hostname))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: page.problems.extend(problems_in(message)))
        return page

    yield opened
    for context in contexts:
        context.close()
