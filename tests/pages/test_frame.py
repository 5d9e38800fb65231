from pathlib import Path

import pytest

from mammo.ui import messages
from tests.pages.words import unescaped

PAGES = [f"pages/{path.name}" for path in (Path(__file__).parents[2] / "pages").glob("*.py")]


def captions(app):
    return [caption.value for caption in app.caption]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "full"])
def test_every_page_opens_and_ends_with_the_line_on_research_use(app, request, page, filled):
    if filled:
        request.getfixturevalue("jobs")
        request.getfixturevalue("tested")
    app.run().switch_page(page).run()
    assert not app.exception
    assert captions(app).count(messages.RESEARCH_USE) == 2
    assert app.main.caption[-1].value == messages.RESEARCH_USE


def test_the_sidebar_names_the_person_at_an_open_server(app):
    app.user = {}
    assert "guest, open server" in [caption.value for caption in app.run().sidebar.caption]


def test_a_name_from_the_login_stands_in_the_sidebar(app):
    app.user = {"name": "Dr. Roe", "email": "roe@example.org"}
    assert "Dr. Roe" in [unescaped(caption.value) for caption in app.run().sidebar.caption]


def test_a_database_that_does_not_open_is_said_in_one_sentence(app, monkeypatch):
    monkeypatch.setenv("MAMMO_DATABASE_URL", "nonsense")
    app.run()
    assert not app.exception
    assert {unescaped(error.value).split(".")[0] for error in app.error} == {
        "MAMMO_DATABASE_URL is no address of a database that serves"
    }
    assert app.main.caption[-1].value == messages.RESEARCH_USE
