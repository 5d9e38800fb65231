"""Films that may hold writing about a woman are drawn for no one but who brought them (B48)."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from mammo.datasets.importing import import_collection
from mammo.imaging.remarks import BURNED_IN
from mammo.ui import people
from mammo.ui.thumbnails import HIDDEN

VIEWER = "test@example.com"  # who the pages' tests are logged in as


@pytest.fixture
def marked(store, phantoms):
    """Imports the phantoms for an owner; says which films are marked."""

    def add(owner, number=1):
        imported = import_collection(phantoms)
        ids = {sample.id for sample in imported.samples[:number]}
        samples = tuple(
            replace(sample, warnings=(*sample.warnings, BURNED_IN)) if sample.id in ids else sample
            for sample in imported.samples
        )
        store.data_sets.add("films", phantoms, replace(imported, samples=samples), by=owner)
        return ids

    return add


def problems_of_tiles(app):
    """What the grid says in place of pictures, once all have come."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        grids = [one for one in app.get("bidi_component") if "films.grid" in one.proto.id]
        tiles = json.loads(grids[0].proto.json)[1]
        if all(tile["picture"] or tile["problem"] for tile in tiles):
            return [tile["problem"] for tile in tiles if tile["problem"]]
        app.run()
    raise AssertionError("the pictures do not come")


@pytest.mark.parametrize(("owner", "shown"), [("anna", [HIDDEN]), (VIEWER, [])])
def test_in_the_grid_only_its_owner_sees_the_film(app, marked, owner, shown):
    marked(owner)
    app.run().switch_page("pages/data_sets.py").run()
    assert not app.exception
    assert problems_of_tiles(app) == shown


@pytest.mark.parametrize(("owner", "films"), [("anna", 11), (VIEWER, 12)])
def test_on_the_contrast_page_only_its_owner_can_choose_the_film(app, marked, owner, films):
    marked(owner)
    app.run().switch_page("pages/contrast.py").run()
    assert not app.exception
    assert len(app.selectbox(key="image").options) == films


def test_where_all_films_are_hidden_a_page_says_why_and_shows_none(app, marked):
    marked("anna", number=12)
    app.run().switch_page("pages/contrast.py").run()
    assert not app.exception
    assert HIDDEN in [one.value for one in app.info]


def test_on_a_server_that_knows_nobody_everyone_sees_everything(app, marked, monkeypatch):
    monkeypatch.setattr(people, "is_open", lambda: True)
    marked("anna")
    app.run().switch_page("pages/data_sets.py").run()
    assert problems_of_tiles(app) == []
