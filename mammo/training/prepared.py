"""Prepared images: each source is decoded once per pipeline and kept as a row of one memory-mapped array."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mammo.errors import TrainingError
from mammo.files import write_json
from mammo.imaging.gray_image import StoredImage, to_stored
from mammo.imaging.reading import decode_image, read_bytes
from mammo.preprocessing import Picture
from mammo.preprocessing.pipeline import Pipeline
from mammo.training.items import Item

if TYPE_CHECKING:
    from mammo.datasets import Sample

_CHUNK = 256  # images between two updates of the index: what a kill can cost


@dataclass(frozen=True)
class PreparedImages:
    """Prepared pixels of some items, in their order."""

    array: StoredImage  # memory-mapped, shape (rows of the file, S, S), uint8 or uint16
    rows: np.ndarray[Any, np.dtype[np.int64]]  # shape (items,): row of each item
    warnings: tuple[str, ...]  # one sentence per item that has some

    def __getitem__(self, index: int) -> StoredImage:
        image: StoredImage = self.array[self.rows[index]]
        return image

    def __len__(self) -> int:
        return len(self.rows)

    def __reduce__(self) -> tuple[Any, ...]:
        """The file's name is what goes to another process, not what is in it."""
        if isinstance(self.array, np.memmap) and self.array.filename is not None:
            return _mapped, (self.array.filename, self.array.dtype, self.array.shape, self.rows, self.warnings)
        return PreparedImages, (self.array, self.rows, self.warnings)


def _mapped(
    file: Path,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    rows: np.ndarray[Any, np.dtype[np.int64]],
    warnings: tuple[str, ...],
) -> PreparedImages:
    return PreparedImages(np.memmap(file, dtype, "r", shape=shape), rows, warnings)


def prepared_item(item: Item, pipeline: Pipeline) -> Picture:
    """Read the item's file and take it, or its region, through the pipeline.

    Raises:
        TrainingError: If the file is gone or is not the one that was imported.
    """
    path = item.sample.path
    if not path.is_file():
        raise TrainingError(
            f"The image {path.name} is no longer at its place. Bring it back, or import again.", code="source_missing"
        )
    content = read_bytes(path)
    if hashlib.sha256(content).hexdigest() != item.sample.sha256:
        raise TrainingError(
            f"The image {path.name} has changed since it was imported. Import the data set again.",
            code="source_missing",
        )
    image = decode_image(path.name, content, any_aspect=True, is_known=True).pixels  # as its import took it
    cut = item.cut(image)
    return pipeline.prepare(cut.pixels, cut)


def stored_bits(samples: Iterable[Sample]) -> int:
    """Bits of the prepared pixels of films that are learnt from together: those of the deepest, 8 or 16."""
    return 8 if all(sample.bits <= 8 for sample in samples) else 16


def prepare_images(
    items: Sequence[Item],
    pipeline: Pipeline,
    prepared_dir: Path,
    *,
    threads: int = 0,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> PreparedImages:
    """Prepare what is not prepared yet, and map all of it.

    The array is shared by every job with the same pipeline: an enlarged data set prepares only what is new.

    Args:
        items: What is wanted, in order.
        pipeline: How it is prepared.
        prepared_dir: Folder of all prepared arrays.
        threads: Decoding threads, as many as there are cores by default; the decoders let each other run.
        on_progress: Called with (done, all) of the new images.

    Raises:
        TrainingError: If a source file is gone or changed; the message names it.
    """
    bits = stored_bits(item.sample for item in items)
    folder = prepared_dir / f"{pipeline.hash}-{bits}"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        shelf = _Shelf(folder, pipeline.image_size, bits)
        missing = list({item.key: item for item in items if not shelf.holds(item.key)}.values())
        shelf.add(missing, pipeline, threads or len(os.sched_getaffinity(0)), on_progress)
    array = np.memmap(shelf.array_path, shelf.dtype, "r").reshape(-1, pipeline.image_size, pipeline.image_size)
    entries = [shelf.rows[item.key] for item in items]
    warnings = tuple(
        f"{item.id}: {', '.join(entry['warnings'])}"
        for item, entry in zip(items, entries, strict=True)
        if entry["warnings"]
    )
    return PreparedImages(array, np.array([entry["row"] for entry in entries], np.int64), warnings)


class _Shelf:
    """One array file and its index; rows beyond the index belong to nobody and are written over.

    While images are added, a journal gets one line per chunk: writing the whole index each time would take ever longer.
    """

    def __init__(self, folder: Path, size: int, bits: int) -> None:
        self.array_path = folder / "images.bin"
        self.index_path = folder / "index.json"
        self.journal_path = folder / "index.journal"
        self.size = size
        self.bits = bits
        self.dtype = np.dtype(np.uint8 if bits == 8 else np.uint16)
        self.rows: dict[str, dict[str, Any]] = (
            json.loads(self.index_path.read_text()) if self.index_path.exists() else {}
        )
        for line in self._journal():
            self.rows |= json.loads(line)
        self._next_row = 1 + max((entry["row"] for entry in self.rows.values()), default=-1)
        self._array = np.memmap(self.array_path, self.dtype, "r") if self.rows else np.empty(0, self.dtype)

    def holds(self, key: str) -> bool:
        """Is this row there, and are its pixels those that were written?"""
        entry = self.rows.get(key)
        if entry is None:
            return False
        area = self.size * self.size
        row = self._array[entry["row"] * area : (entry["row"] + 1) * area]
        return row.size == area and zlib.crc32(row.tobytes()) == entry["crc"]

    def add(
        self, items: Sequence[Item], pipeline: Pipeline, threads: int, on_progress: Callable[[int, int], None]
    ) -> None:
        """Prepare ``items`` and put them behind, or in the place of, what is there."""
        del self._array
        self._bring_together()
        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, len(items), _CHUNK):
                chunk = items[start : start + _CHUNK]
                pictures = pool.map(lambda item: prepared_item(item, pipeline), chunk)
                self._write(chunk, pictures, lambda done, start=start: on_progress(start + done, len(items)))  # type: ignore[misc]
        self._bring_together()

    def _write(self, chunk: Sequence[Item], pictures: Iterator[Picture], on_written: Callable[[int], None]) -> None:
        written: dict[str, dict[str, Any]] = {}
        first = self._next_row
        with self.array_path.open("r+b" if self.array_path.exists() else "w+b") as file:
            file.seek(first * self.size * self.size * self.dtype.itemsize)
            for number, (item, picture) in enumerate(zip(chunk, pictures, strict=True)):
                content = to_stored(picture.pixels, self.bits).tobytes()
                file.write(content)
                written[item.key] = {
                    "row": first + number,
                    "crc": zlib.crc32(content),
                    "warnings": list(picture.warnings),
                }
                on_written(number + 1)
            file.flush()
            os.fsync(file.fileno())
        with self.journal_path.open("a") as journal:
            journal.write(json.dumps(written) + "\n")
            journal.flush()
            os.fsync(journal.fileno())
        self.rows |= written
        self._next_row += len(written)

    def _journal(self) -> list[str]:
        """Its whole lines; the last one may have been cut off by a kill."""
        lines = self.journal_path.read_text().splitlines(keepends=True) if self.journal_path.exists() else []
        return [line for line in lines if line.endswith("\n")]

    def _bring_together(self) -> None:
        """Write the journal's rows into the index and end the journal."""
        if self.journal_path.exists():
            write_json(self.index_path, self.rows)
            self.journal_path.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Only one process at a time adds rows to an array."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
