"""Fuzzing the limited process from within: ``python -m tests.corpus.fuzz SECONDS SEED KEPT`` says what escapes.

Each file goes the way of an unknown one; it must end in a picture or in a sentence with a code, within ten seconds.
KEPT is a file in which the one under test lies, so that one that ends the whole process is found there.
"""

from __future__ import annotations

import faulthandler
import json
import mmap
import signal
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from mammo.ingest.child import _answer
from mammo.ingest.limits import Limits, allow_cpu, confine
from mammo.ingest.wishes import Wishes
from tests.corpus.mutations import dicom_seeds, mutated, raster_seeds

_LONGEST_SECONDS = 10.0
_EXAMPLES = 500  # of one seed
_MOST_BYTES = 2**21  # of a file under test


def check(data: bytes, codes: dict[str, int]) -> None:
    """One file; ``codes`` counts what becomes of them."""
    began = time.perf_counter()
    answer, content = _answer("film", data, Wishes(pixels=True))
    took = time.perf_counter() - began
    assert took < _LONGEST_SECONDS, f"took {took:.1f} s"
    codes[answer.get("code", "read")] = codes.get(answer.get("code", "read"), 0) + 1
    if "error" in answer:
        assert answer["error"].startswith("film"), answer
        return
    pixels = np.frombuffer(content, np.float32)
    assert pixels.size == answer["width"] * answer["height"]
    assert np.isfinite(pixels).all()
    assert 0 <= pixels.min() <= pixels.max() <= 1


def mapped(kept: Path) -> mmap.mmap:
    """The file in memory: a limited process may write to no other."""
    kept.write_bytes(bytes(_MOST_BYTES))
    with kept.open("r+b") as file:
        return mmap.mmap(file.fileno(), _MOST_BYTES)


def main(seconds: float, first_seed: int, kept: Path) -> None:
    """Fuzz for so long; tells how many files ended how. An escape ends it with its file as Hypothesis shows it."""
    cv2.setNumThreads(1)
    faulthandler.enable()
    faulthandler.register(signal.SIGXCPU, chain=True)
    under_test = mapped(kept)
    limits, codes = Limits(), dict[str, int]()
    groups = [raster_seeds(), dicom_seeds()]
    confine(limits)
    until = time.monotonic() + seconds
    number = first_seed
    while time.monotonic() < until:

        @seed(number)
        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(mutated(groups[number % len(groups)]))
        def survive(data: bytes) -> None:
            if time.monotonic() < until:
                under_test[: 4 + len(data)] = len(data).to_bytes(4, "little") + data
                allow_cpu(limits)
                check(data, codes)

        survive()
        number += 1
    sys.stdout.write(json.dumps({"files": sum(codes.values()), "codes": codes}) + "\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
