"""Pictures that are no mammograms: noise, pages of text, drawn shapes, and discs that have a breast's outline."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import GrayImage

Rng = np.random.Generator


def not_mammograms(kind: str, count: int, seed: int = 0) -> Iterator[GrayImage]:
    """So many pictures of a kind in KINDS, values in [0, 1]."""
    rng = np.random.default_rng([seed, *kind.encode()])
    for number in range(count):
        picture = KINDS[kind](rng, number)
        yield np.asarray(np.clip(picture, 0, 1), np.float32)


def _noise(rng: Rng, number: int) -> npt.NDArray[np.floating]:
    """White, blurred, with a power law as tissue has it, or black and white."""
    height, width = (int(side) for side in rng.integers(200, 700, 2))
    white = rng.random((height, width))
    match number % 4:
        case 0:
            return white
        case 1:
            return _spread(np.asarray(cv2.GaussianBlur(white, (0, 0), rng.uniform(1, 8)), np.float64))
        case 2:
            frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
            frequency[0, 0] = 1
            spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / frequency ** rng.uniform(0.5, 2.5)
            return _spread(np.fft.irfft2(spectrum, s=(height, width)))
        case _:
            return (white > rng.uniform(0.5, 0.99)).astype(np.float64)


def _text(rng: Rng, number: int) -> npt.NDArray[np.floating]:
    """Dark lines of letters on white; each third page the other way round."""
    height, width = (int(side) for side in rng.integers(300, 1000, 2))
    page = np.full((height, width), 255, np.uint8)
    size = rng.uniform(0.4, 1.2)
    y = int(30 * size) + 5
    while y < height - 5:
        line = "".join(chr(code) for code in rng.integers(33, 122, 60))
        at = (int(rng.integers(5, 40)), y)
        font, gray, thick = int(rng.integers(0, 8)), int(rng.integers(0, 90)), int(rng.integers(1, 3))
        cv2.putText(page, line, at, font, size, gray, thick, cv2.LINE_AA)
        y += int(rng.uniform(26, 45) * size) + 4
    return (255 - page if number % 3 == 0 else page) / 255


def _shapes(rng: Rng, _number: int) -> npt.NDArray[np.floating]:
    """Discs, boxes, ellipses and lines of flat grays."""
    height, width = (int(side) for side in rng.integers(250, 800, 2))
    page = np.full((height, width), int(rng.integers(0, 256)), np.uint8)
    for _ in range(int(rng.integers(1, 9))):
        at = int(rng.integers(0, width)), int(rng.integers(0, height))
        gray, radius = int(rng.integers(0, 256)), int(rng.integers(10, min(height, width) // 2))
        match int(rng.integers(0, 4)):
            case 0:
                cv2.circle(page, at, radius, gray, cv2.FILLED, cv2.LINE_AA)
            case 1:
                cv2.rectangle(page, at, (at[0] + radius, at[1] + radius), gray, cv2.FILLED)
            case 2:
                angle, thick = float(rng.uniform(0, 180)), int(rng.choice([cv2.FILLED, 2, 6]))
                cv2.ellipse(page, at, (radius, radius // 2 + 1), angle, 0, 360, gray, thick, cv2.LINE_AA)
            case _:
                to = int(rng.integers(0, width)), int(rng.integers(0, height))
                cv2.line(page, at, to, gray, int(rng.integers(1, 12)), cv2.LINE_AA)
    return page / 255


def _discs(rng: Rng, number: int) -> npt.NDArray[np.floating]:
    """Half a bright ellipse at one side of a black picture: flat, with noise, or shaded."""
    height, width = (int(side) for side in rng.integers(300, 800, 2))
    disc = np.zeros((height, width), np.float32)
    axes = int(width * rng.uniform(0.3, 0.8)), int(height * rng.uniform(0.3, 0.48))
    cv2.ellipse(disc, (0, height // 2), axes, 0, 0, 360, 1.0, cv2.FILLED, cv2.LINE_AA)
    match number % 3:
        case 0:
            return rng.uniform(0.3, 1) * disc
        case 1:
            return disc * (0.5 + 0.5 * rng.random((height, width)))
        case _:
            return disc * np.linspace(0.3, 1, width)[None]


def _spread(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.asarray((values - values.min()) / (values.max() - values.min()))


KINDS = {"noise": _noise, "text": _text, "shapes": _shapes, "discs": _discs}
