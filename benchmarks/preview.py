"""From a moved slider to the bytes of a small picture: what the gallery of methods asks for, and the usual ways.

The large film on Contrast is redrawn in the browser; ``contrast_redraw`` measures it.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, median_seconds, ratio
from benchmarks._peers import Peer
from mammo.imaging.gray_image import to_stored
from mammo.ui.previews import SMALL_PX, phantom_film, read_small_film, tile

ROUNDS, REDRAWS = 7, 60  # in a round: what a moving hand asks for in a second
_FILM = 4000, 3000  # height and width in pixels
_OVER_NAIVE, _OVER_ENCODING = 100, 1.5
_FIGURE = Figure("time", "ms")

StoredFilm = npt.NDArray[np.uint16]


def measure() -> Sequence[Row]:
    """Each redraw has another black point; the film is in memory, as each way keeps it."""
    width, height = SMALL_PX
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        large = cv2.resize(phantom_film().pixels, _FILM[::-1], interpolation=cv2.INTER_LINEAR)
        film = to_stored(np.asarray(large, np.float32), 16)
        array, path = Path(folder) / "film.npy", Path(folder) / "film.png"
        np.save(array, film)
        cv2.imwrite(str(path), film)
        small = read_small_film(path)
        shown = np.array(Image.open(io.BytesIO(tile(small, "stretch_percentiles", {}))))
        task = {"film": str(array), "shape": [height, height * _FILM[1] // _FILM[0]]}
        with Peer("benchmarks.peers.scikit_image", task, "scikit_image") as peer:
            cases: dict[str, Callable[[], Figures]] = {
                "Pillow and NumPy": partial(_timed, partial(_naive, film.astype(np.uint16), (width, height)), 1),
                "scikit-image": lambda: {_FIGURE.name: 1000 * peer.round()["seconds"]},
                "Mammo": partial(_timed, lambda turn: tile(small, "stretch_percentiles", {"low": turn % 30}), REDRAWS),
                "encoding only": partial(_timed, lambda _turn: cv2.imencode(".jpg", shown), REDRAWS),
            }
            rows = interleaved(cases, [_FIGURE], ROUNDS)
    rows.append(ratio(rows, "Pillow and NumPy", "Mammo", _FIGURE.name, _OVER_NAIVE))
    rows.append(ratio(rows, "scikit-image", "Mammo", _FIGURE.name))
    rows.append(replace(ratio(rows, "Mammo", "encoding only", _FIGURE.name), goal=_OVER_ENCODING, at_least=False))
    return rows


def _naive(film: StoredFilm, size: tuple[int, int], turn: int) -> None:
    low, high = np.percentile(film, (1 + turn % 3, 99))
    stretched = np.clip((film.astype(np.float64) - low) / (high - low), 0, 1)
    image = Image.fromarray((stretched * 255).astype(np.uint8))
    image.resize(size, Image.Resampling.LANCZOS).convert("RGB").save(io.BytesIO(), "PNG")


def _timed(draw: Callable[[int], object], turns: int) -> Figures:
    return {_FIGURE.name: 1000 * median_seconds(draw, turns)}


BENCHMARK = Benchmark(
    f"A moved slider: from a 16-bit film of {_FILM[1]} x {_FILM[0]} px to the bytes of {SMALL_PX[0]} x {SMALL_PX[1]}",
    measure,
    (
        "Mammo shrinks a film once and stretches the small picture, a preview; models get the film's own percentiles.",
        "Half of what Mammo does beside the encoding is looking up the pixels' tones, by the profile.",
        "Pillow and NumPy, scikit-image: percentiles and stretch of the whole film, then Lanczos or antialiasing, PNG.",
    ),
)
