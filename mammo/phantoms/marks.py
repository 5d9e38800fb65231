"""What lies on a film beside the breast: the view's marker, the word synthetic, white borders, tape."""

from __future__ import annotations

import numpy as np

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.phantoms.findings import Laterality, View
from mammo.phantoms.grid import Grid

#: Letters of 3 x 5 pixels, row by row; small enough to be read at the coarsest pitch.
GLYPHS = {
    "C": "111100100100111",
    "E": "111100110100111",
    "H": "101101111101101",
    "I": "111010010010111",
    "L": "100100100100111",
    "M": "101111111101101",
    "N": "110101101101101",
    "O": "111101101101111",
    "R": "110101110101101",
    "S": "111100111001111",
    "T": "111010010010010",
    "Y": "101101010010010",
    " ": "000000000000000",
}
SYNTHETIC = "SYNTHETIC"  # burned into every picture
MARKER_GRAY, LETTER_GRAY = 0.92, 0.25
BORDER_GRAY, TAPE_GRAY = 0.97, 0.85
BORDER_SHARE, TAPE_SHARE = 0.4, 0.15  # of the films


def add_marks(film: GrayImage, grid: Grid, laterality: Laterality, view: View, rng: np.random.Generator) -> GrayImage:
    """The film with its marks; the chest wall lies left for a left breast and right for a right one.

    Returns:
        A new image of the same shape, values in [0, 1].
    """
    marked = film.copy()
    if rng.random() < TAPE_SHARE:
        _add_tape(marked, grid, laterality, rng)
    _add_marker(marked, grid, f"{laterality} {view}", laterality, rng)
    if rng.random() < BORDER_SHARE:
        _add_border(marked, grid, rng)
    return marked


def letters(text: str, scale: int) -> Mask:
    """Text as pixels, shape (5 scale, 4 scale len(text) - scale); true where ink is."""
    glyphs = [np.array(list(GLYPHS[character])).reshape(5, 3) == "1" for character in text]
    spaced = np.hstack([np.pad(glyph, ((0, 0), (0, 1))) for glyph in glyphs])[:, :-1]
    return np.kron(spaced, np.ones((scale, scale), bool))


def _add_marker(film: GrayImage, grid: Grid, text: str, laterality: Laterality, rng: np.random.Generator) -> None:
    """A bright block in the upper corner away from the chest wall: the view, and below it the word synthetic."""
    scale = max(1, round(0.75 / grid.pitch_mm))
    lines = [letters(text, 2 * scale), letters(SYNTHETIC, scale)]
    width = max(line.shape[1] for line in lines)
    ink = np.vstack([np.pad(line, ((scale, scale), (scale, width - line.shape[1] + scale))) for line in lines])
    block = np.where(ink, LETTER_GRAY, MARKER_GRAY)
    top, aside = (int(rng.uniform(4, 9) / grid.pitch_mm) for _ in range(2))
    left = film.shape[1] - aside - block.shape[1] if laterality == "L" else aside
    film[top : top + block.shape[0], left : left + block.shape[1]] = block


def _add_border(film: GrayImage, grid: Grid, rng: np.random.Generator) -> None:
    """White film edges, 1 to 4 mm wide, each side its own."""
    top, bottom, left, right = (max(1, int(rng.uniform(1, 4) / grid.pitch_mm)) for _ in range(4))
    film[:top], film[-bottom:], film[:, :left], film[:, -right:] = (BORDER_GRAY,) * 4


def _add_tape(film: GrayImage, grid: Grid, laterality: Laterality, rng: np.random.Generator) -> None:
    """A strip at the lower edge, away from the chest wall."""
    height, width = (int(size / grid.pitch_mm) for size in (rng.uniform(6, 12), rng.uniform(25, 50)))
    columns = slice(-width, None) if laterality == "L" else slice(None, width)
    film[-height:, columns] = TAPE_GRAY
