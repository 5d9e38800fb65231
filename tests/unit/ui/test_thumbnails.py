import shutil
import threading
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.datasets.importing import import_collection
from mammo.ui import thumbnails as module
from mammo.ui.thumbnails import TILE_PX, VIEW_PX, Thumbnails


@pytest.fixture
def samples(tmp_path):
    """Six films, one bright spot each."""
    for number in range(6):
        film = np.zeros((120, 80), np.uint8)
        cv2.circle(film, (20 + 8 * number, 60), 18, 200 + number, -1)
        (tmp_path / "films/benign").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / f"films/benign/{number}.png"), film)
    return import_collection(tmp_path / "films").samples


@pytest.fixture
def thumbnails(tmp_path):
    return Thumbnails(tmp_path / "thumbnails")


@pytest.fixture
def gate(monkeypatch):
    """Films can be read once the event is set."""
    event, read = threading.Event(), module.read_image
    monkeypatch.setattr(module, "read_image", lambda path: (event.wait(20), read(path))[1])
    yield event
    event.set()


def decoded(picture):
    return cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)


def made(thumbnails, samples, size=TILE_PX):
    deadline = time.monotonic() + 20
    while None in (pictures := thumbnails.ask(samples, size)):
        assert time.monotonic() < deadline
    return pictures


@pytest.mark.parametrize("size", [TILE_PX, VIEW_PX], ids=["tile", "view"])
def test_every_film_becomes_a_jpeg_of_the_size_asked_for(thumbnails, samples, size):
    pictures = made(thumbnails, samples, size)
    assert [decoded(picture).shape for picture in pictures] == [size[::-1]] * 6
    assert all(decoded(picture).max() > 150 for picture in pictures)


def test_what_was_made_is_read_from_the_disk_by_the_next_server(thumbnails, samples, tmp_path):
    pictures = made(thumbnails, samples)
    shutil.rmtree(tmp_path / "films")
    assert Thumbnails(tmp_path / "thumbnails").ask(samples, TILE_PX, patience=0) == pictures


def test_nobody_waits_longer_than_asked(thumbnails, samples, gate):
    start = time.monotonic()
    assert thumbnails.ask(samples, TILE_PX, patience=0.05) == [None] * 6
    assert time.monotonic() - start < 5
    gate.set()
    assert all(isinstance(picture, bytes) for picture in made(thumbnails, samples))


def test_a_film_that_is_gone_or_no_picture_gives_the_reason_and_the_others_their_pictures(thumbnails, samples):
    samples[0].path.unlink()
    samples[1].path.write_bytes(b"no picture")
    gone, broken, *others = made(thumbnails, samples)
    assert "can't be opened" in gone
    assert "1.png" in broken
    assert all(isinstance(picture, bytes) for picture in others)


def test_films_of_equal_bytes_share_a_picture_and_not_a_fault(thumbnails, samples, tmp_path):
    twin = replace(samples[0], path=tmp_path / "gone.png")
    fault, picture = made(thumbnails, [twin, samples[0]])
    assert isinstance(picture, bytes)
    assert isinstance(fault, (str, bytes))


def test_a_bug_in_reading_is_a_sentence_in_one_tile(thumbnails, samples, monkeypatch):
    monkeypatch.setattr("mammo.ui.thumbnails.reduced", lambda *_: 1 / 0)
    assert made(thumbnails, samples[:1]) == ["The small picture could not be made."]


def test_pages_that_were_left_behind_give_way(thumbnails, samples, gate):
    many = [replace(samples[0], sha256=f"{number:064x}") for number in range(300)]
    thumbnails.ask(many, TILE_PX, patience=0)
    assert len(thumbnails._waiting) <= 97
    gate.set()
    assert isinstance(made(thumbnails, [many[0]])[0], bytes)
