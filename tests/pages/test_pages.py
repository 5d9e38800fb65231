"""Every page opens through app.py, with an empty server and with a full one, and reacts to its main controls."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from mammo.commands import app as commands
from mammo.enhancement import ENHANCEMENTS

APP = str(Path(__file__).parents[2] / "app.py")
PAGES = ["pages/overview.py", "pages/contrast.py"]


@pytest.fixture
def films(tmp_path):
    """Six synthetic women, imported under the name films."""
    folder = tmp_path / "films"
    for arguments in (["phantoms", str(folder), "--patients", "6"], ["datasets", "add", str(folder)]):
        assert CliRunner().invoke(commands, arguments).exit_code == 0


def opened(page):
    app = AppTest.from_file(APP, default_timeout=60).run()
    return app.switch_page(page).run()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_an_empty_server(page):
    app = opened(page)
    assert not app.exception
    assert not app.error


def test_the_frame_says_what_the_program_is_not_for():
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    said = [caption.value for caption in app.caption if "Research use only" in caption.value]
    assert len(said) >= 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("films")
def test_a_page_opens_on_a_full_server(page):
    app = opened(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("method", list(ENHANCEMENTS))
def test_the_contrast_page_draws_a_control_for_every_parameter(method):
    app = opened("pages/contrast.py")
    app.selectbox[0].set_value(method).run()
    assert not app.exception
    drawn = len(app.slider) + len(app.selectbox) - 1 + len(app.toggle)
    assert drawn >= len(ENHANCEMENTS[method].parameters)


def test_a_black_point_above_the_white_point_is_one_sentence():
    app = opened("pages/contrast.py")
    app.selectbox[0].set_value("stretch_limits").run()
    app.slider[0].set_value(0.9).run()
    app.slider[1].set_value(0.5).run()
    assert not app.exception
    assert "must be below" in app.error[0].value
