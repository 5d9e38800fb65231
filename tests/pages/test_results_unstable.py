"""Results: the images whose answer changes under small changes, and the way to have them measured."""

import json
from dataclasses import asdict

import pytest

from mammo.config import settings
from mammo.jobs.stability import stability_path
from mammo.stability import Stability
from tests.pages.test_results import results, tiles
from tests.pages.words import unescaped

__all__ = ["results"]


@pytest.fixture
def measured(store, tested):
    """The third test image changes under two of four changes, the first under one, no other does."""
    rows = store.predictions.load(tested, "test")
    turned = {rows[0].item_id: ("mirrored",), rows[2].item_id: ("mirrored", "smaller")}
    found = {
        row.item_id: asdict(Stability(len(words) / 4, 0.1, 0.3, 0.6, 4, words))
        for row in rows
        for words in [turned.get(row.item_id, ())]
    }
    path = stability_path(settings().job_dir(tested))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"weights_sha256": ["00"], "images": len(rows), "found": found}))
    return rows


def test_the_list_holds_the_images_that_change_the_most_changed_first(results, measured, predictor):
    app = results(list="unstable")
    assert [tile["id"] for tile in tiles(app)] == [measured[2].item_id, measured[0].item_id]
    assert [tile["facts"].split(",")[0] for tile in tiles(app)] == ["2/4", "1/4"]
    assert "Most unstable: 2" in [unescaped(one.value) for one in app.header]


def test_one_image_tells_what_changes_its_answer(results, measured, predictor):
    app = results(image=measured[2].item_id)
    told = [unescaped(one.value) for one in app.caption]
    assert any("under 2 of 4 small changes of contrast and position: mirrored, smaller" in one for one in told)


def test_without_measurements_a_click_queues_the_job(results, store, tested):
    app = results(list="unstable")
    next(one for one in app.button if one.label == "Measure the stability").click().run()
    job = store.jobs.get(max(one.id for one in store.jobs.list()))
    assert (job.kind, job.config) == ("stability", {"job": tested})
