"""Small pictures of films: made once, away from the page that waits for them, and kept on the disk."""

from __future__ import annotations

import logging
from collections.abc import Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Lock

import streamlit as st

from mammo.config import settings
from mammo.datasets import Sample
from mammo.errors import MammoError
from mammo.files import write_whole
from mammo.imaging.breast import breast_mask
from mammo.imaging.display import Size, breast_jpeg, reduced
from mammo.imaging.reading import read_image

TILE_PX: Size = (240, 330)  # of a film among many
VIEW_PX: Size = (640, 880)  # of one of a woman's four
HIDDEN = "May hold writing about the woman; only who brought it sees it."
_THREADS = 2  # reading a film frees Python's lock
_WAITING = 96  # films that are waited for at a time; pages that were left behind give way

_logger = logging.getLogger(__name__)

Picture = bytes | str | None  # JPEG; the sentence that says why there is none; None: it is being made


_Key = tuple[Path, Path]  # a film, its thumbnail: two films may have equal bytes


class Thumbnails:
    """Small pictures by a film's content and their size. Threads may share one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="thumbnail")
        self._waiting: dict[_Key, Future[str | None]] = {}  # a reason where it could not be made
        self._lock = Lock()

    def ask(self, samples: Sequence[Sample], size: Size, *, patience: float = 0.4) -> list[Picture]:
        """The picture of each sample, as far as it is there within ``patience`` seconds; the others are being made."""
        keys = [(sample.path, self._path(sample, size)) for sample in samples]
        wait([self._started(key, size) for key in keys if not key[1].exists()], timeout=patience)
        return [self._found(key) for key in keys]

    def _path(self, sample: Sample, size: Size) -> Path:
        return self._folder / sample.sha256[:2] / f"{sample.sha256}-{size[0]}.jpg"

    def _started(self, key: _Key, size: Size) -> Future[str | None]:
        with self._lock:
            if key not in self._waiting:
                self._make_room()
                self._waiting[key] = self._pool.submit(_make, *key, size)
            return self._waiting[key]

    def _make_room(self) -> None:
        """Forget those that are made, and the longest waiting of too many."""
        self._waiting = {key: future for key, future in self._waiting.items() if not key[1].exists()}
        for key in list(self._waiting)[: -_WAITING or None]:
            self._waiting.pop(key).cancel()

    def _found(self, key: _Key) -> Picture:
        try:
            return key[1].read_bytes()
        except FileNotFoundError:
            future = self._waiting.get(key)
            return _reason(future) if future is not None and future.done() and not future.cancelled() else None


@st.cache_resource(show_spinner=False)
def thumbnails(home: Path) -> Thumbnails:
    """The thumbnails of an installation, shared by all visitors."""
    return Thumbnails(home / "thumbnails")


def pictures(samples: Sequence[Sample], size: Size, hidden: Set[str] = frozenset()) -> list[Picture]:
    """What there is of the samples' pictures by now; of those whose id is ``hidden``, why they are not shown."""
    shown = [sample for sample in samples if sample.id not in hidden]
    found = iter(thumbnails(settings().home).ask(shown, size))
    return [HIDDEN if sample.id in hidden else next(found) for sample in samples]


def _reason(future: Future[str | None]) -> str | None:
    """Why a thumbnail could not be made; None if it was made just now."""
    bug = future.exception()
    if bug is None:
        return future.result()
    _logger.error("A thumbnail could not be made", exc_info=bug)
    return "The small picture could not be made."


def _make(film: Path, thumbnail: Path, size: Size) -> str | None:
    """Write a thumbnail; the reason if the film can't be read."""
    try:
        # Twice the size leaves the breast sharp after it is cut out.
        pixels = reduced(read_image(film).pixels, 2 * max(size))
        thumbnail.parent.mkdir(parents=True, exist_ok=True)
        write_whole(thumbnail, breast_jpeg(pixels, breast_mask(pixels), size))
    except MammoError as error:
        return str(error)
    except OSError as error:
        return f"The small picture can't be kept: {error.strerror}."
    return None
