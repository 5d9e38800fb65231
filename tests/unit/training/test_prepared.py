"""Prepared images lie in one array; what a kill leaves is used, and nothing is prepared twice."""

import hashlib

import cv2
import numpy as np
import pytest

from mammo.datasets import Sample
from mammo.errors import TrainingError
from mammo.imaging.gray_image import to_stored
from mammo.imaging.reading import read_image
from mammo.models import MODELS
from mammo.training import prepared
from mammo.training.config import TrainingConfig
from mammo.training.items import Item
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images

FILMS = 7


class KilledError(Exception):
    """In the place of a kill."""


@pytest.fixture
def pipeline():
    config = TrainingConfig.of({"preset": "", "crop": "none", "fit": "squash", "image_size": 64, "model": "small"})
    return pipeline_of(config, MODELS[config.model])


@pytest.fixture
def items(tmp_path):
    made = []
    for number in range(FILMS):
        path = tmp_path / f"{number}.png"
        pixels = np.random.default_rng(number).integers(0, 65536, (120, 90)).astype(np.uint16)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        made.append(Item(Sample(path.name, path, str(number), {}, digest, 90, 120, 16), 0))
    return made


@pytest.fixture
def prepare(items, pipeline, tmp_path, monkeypatch):
    """Prepares in chunks of two, and tells how many images were new."""
    monkeypatch.setattr(prepared, "_CHUNK", 2)

    def run(killed_at=None):
        new = 0

        def progress(done, _all):
            nonlocal new
            new = done
            if done == killed_at:
                raise KilledError

        return prepare_images(items, pipeline, tmp_path / "prepared", on_progress=progress), new

    return run


def test_prepared_pixels_are_those_of_the_pipeline(prepare, items, pipeline):
    images, new = prepare()
    assert (len(images), new) == (FILMS, FILMS)
    for number, item in enumerate(items):
        alone = pipeline.prepare(read_image(item.sample.path).pixels).pixels
        np.testing.assert_array_equal(images[number], to_stored(alone, 16))


def test_what_is_prepared_is_not_prepared_again(prepare):
    first, _ = prepare()
    second, new = prepare()
    assert new == 0
    np.testing.assert_array_equal(first.rows, second.rows)


def test_a_kill_costs_no_more_than_the_chunk_at_hand(prepare):
    with pytest.raises(KilledError):
        prepare(killed_at=6)
    images, new = prepare()
    assert new == FILMS - 4
    assert sorted(images.rows) == list(range(FILMS))


def test_half_a_line_of_the_journal_is_as_if_it_were_not_there(prepare, tmp_path):
    with pytest.raises(KilledError):
        prepare(killed_at=6)
    (journal,) = (tmp_path / "prepared").rglob("index.journal")
    journal.write_text(journal.read_text()[:-5])
    _, new = prepare()
    assert new == FILMS - 2
    assert not journal.exists()
    assert prepare()[1] == 0


def test_the_index_is_written_once_however_many_chunks_there_are(prepare, monkeypatch):
    written = []
    write = prepared.write_json
    monkeypatch.setattr(prepared, "write_json", lambda path, rows: (written.append(len(rows)), write(path, rows)))
    prepare()
    assert written == [FILMS]


def test_a_row_whose_pixels_changed_is_prepared_again(prepare, tmp_path):
    images, _ = prepare()
    before = images[3].copy()
    (array,) = (tmp_path / "prepared").rglob("images.bin")
    with array.open("r+b") as file:
        file.seek(int(images.rows[3]) * before.nbytes)
        file.write(b"\0\0\0\0")
    mended, new = prepare()
    assert new == 1
    np.testing.assert_array_equal(mended[3], before)


@pytest.mark.parametrize(("change", "said"), [("gone", "no longer at its place"), ("other", "has changed since")])
def test_a_film_that_is_not_the_imported_one_is_named(prepare, items, change, said):
    path = items[2].sample.path
    path.unlink() if change == "gone" else path.write_bytes(items[3].sample.path.read_bytes())
    with pytest.raises(TrainingError, match=rf"2\.png .*{said}"):
        prepare()
