"""Phantoms at the size of scanned films, with a scanner's noise in their lower bits."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from mammo.datasets.importing import import_collection
from mammo.imaging.reading import read_image
from mammo.phantoms import PhantomOptions, write_phantoms

SHAPE = 2550, 1500  # height and width in pixels
_PITCH_MM = 0.4  # as they are drawn, before they are enlarged
_NOISE = 2**10  # of 2**16 levels; a film's PNG file then has about 6 MB
_JPEG_QUALITY = 90


def write_films(folder: Path, count: int, formats: Sequence[str] = ("PNG", "JPEG")) -> dict[str, Path]:
    """So many films, as 16-bit PNG and as JPEG files, in a folder for each class; the folders by format."""
    folders = {name: folder / name for name in formats}
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as drawn:
        options = PhantomOptions(patients=-(-count // 4), pitch_mm=_PITCH_MM)
        write_phantoms(Path(drawn) / "phantoms", options, processes=os.cpu_count())
        for number, sample in enumerate(import_collection(Path(drawn) / "phantoms").samples[:count]):
            large = cv2.resize(read_image(sample.path).pixels, SHAPE[::-1], interpolation=cv2.INTER_LINEAR)
            noisy = large * (65535 - _NOISE) + rng.integers(0, _NOISE, SHAPE)
            pixels = noisy.astype(np.uint16)
            name = f"{sample.labels['case']}/{number:04d}"
            if "PNG" in folders:
                _write(folders["PNG"] / f"{name}.png", pixels, [])
            if "JPEG" in folders:
                _write(folders["JPEG"] / f"{name}.jpg", (pixels >> 8).astype(np.uint8), [1, _JPEG_QUALITY])
    return folders


def _write(path: Path, pixels: np.ndarray, parameters: list[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels, parameters)[1].tobytes())
