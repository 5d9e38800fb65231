"""Unknown files, decoded by limited processes that are kept warm and replaced when a file was too much for them."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from queue import LifoQueue
from typing import Any, TypeVar

from mammo.errors import ImageError
from mammo.imaging.reading import LoadedImage, check_bytes
from mammo.imaging.signature import SIGNATURE_LENGTH, Signature
from mammo.ingest.limits import Limits
from mammo.ingest.process import IngestProcess, Pixels
from mammo.ingest.wishes import Wishes

_SHARED_PROCESSES = 2
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class ExaminedImage:
    """What an unknown file is found to hold, without its pixels."""

    width_px: int
    height_px: int
    bits: int  # significant bits of the stored pixels, 8 to 16
    format: str  # by content
    warnings: tuple[str, ...]  # of the reader, then those of ``quality_flags``
    laterality: str | None
    view: str | None
    modality: str | None
    age: int | None
    spacing_mm: float | None
    signature: Signature


class IngestPool:
    """Some limited processes, started when they are first needed. Threads may share a pool.

    Args:
        processes: How many files are decoded at a time.
        limits: What one file may take.
    """

    def __init__(self, processes: int = _SHARED_PROCESSES, limits: Limits | None = None) -> None:
        self._all = [IngestProcess(limits or Limits()) for _ in range(processes)]
        self._idle: LifoQueue[IngestProcess] = LifoQueue()
        for process in self._all:
            self._idle.put(process)

    def decode(self, name: str, data: bytes, *, any_aspect: bool = False) -> LoadedImage:
        """A picture from the bytes of an unknown file.

        Args:
            name: For sentences only.
            data: The file's bytes.
            any_aspect: Take a strip, too.

        Raises:
            ImageError: As ``decode_image``; or ``too_much_memory``, ``too_slow`` or ``decoder_crashed``.
        """
        return self._asked(name, data, _with_pixels, Wishes(pixels=True, any_aspect=any_aspect))

    def examine(self, name: str, data: bytes, *, any_aspect: bool = False) -> ExaminedImage:
        """What an unknown file holds, with the flags of its quality; ImageError as ``decode``."""
        return self._asked(name, data, _without_pixels, Wishes(pixels=False, any_aspect=any_aspect))

    def warm_up(self) -> None:
        """Start the processes now, so that no file waits for it."""
        for process in self._all:
            process.start()

    def close(self) -> None:
        """End the processes; the next file would start them again."""
        for process in self._all:
            process.end()

    def _asked(
        self, name: str, data: bytes, build: Callable[[dict[str, Any], Pixels], ResultT], wishes: Wishes
    ) -> ResultT:
        check_bytes(name, len(data))
        process = self._idle.get()
        try:
            answer, pixels = process.ask(name, data, wishes)
            if "error" in answer:
                raise ImageError(str(answer["error"]), code=str(answer["code"]))
            return build(answer, pixels)
        except (
            LookupError,
            TypeError,
            ValueError,
            ArithmeticError,
            AttributeError,
            RecursionError,
        ):  # a process that a file has taken over says what it likes
            process.end()
            raise ImageError(
                f"{name} has broken the program that reads pictures. It is refused.", code="decoder_crashed"
            ) from None
        finally:
            self._idle.put(process)


@cache
def shared_pool() -> IngestPool:
    """The pool of this process, made at the first call."""
    pool = IngestPool()
    atexit.register(pool.close)
    return pool


def _with_pixels(answer: dict[str, Any], pixels: Pixels) -> LoadedImage:
    shape = int(answer["height"]), int(answer["width"])
    return LoadedImage(pixels=pixels.reshape(shape), **_facts(answer))


def _without_pixels(answer: dict[str, Any], signature: Pixels) -> ExaminedImage:
    look = signature.reshape(SIGNATURE_LENGTH)
    return ExaminedImage(
        width_px=int(answer["width"]), height_px=int(answer["height"]), signature=look, **_facts(answer)
    )


def _facts(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "bits": int(answer["bits"]),
        "format": str(answer["format"]),
        "warnings": tuple(str(warning) for warning in answer["warnings"]),
        "laterality": _one_of(answer["laterality"], "L", "R"),
        "view": _one_of(answer["view"], "CC", "MLO"),
        "modality": None if answer["modality"] is None else str(answer["modality"]),
        "age": None if answer["age"] is None else int(answer["age"]),
        "spacing_mm": None if answer["spacing_mm"] is None else float(answer["spacing_mm"]),
    }


def _one_of(said: object, *allowed: str) -> str | None:
    if said is not None and said not in allowed:
        raise ValueError(said)
    return None if said is None else str(said)
