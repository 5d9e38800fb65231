"""Films of women without a breast worth looking at: what the radar may see, planted or not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from mammo.audits.film_facts import FilmFacts, border_levels


def _film(generator, *, is_marked):
    """A half-disc breast on dark noise, shape (96, 64); perhaps with a bright mark in its upper right corner."""
    rows, columns = np.mgrid[:96, :64]
    breast = (rows - 48) ** 2 + columns**2 < generator.uniform(35, 45) ** 2
    film = 0.6 * breast + 0.05 * generator.random((96, 64))
    if is_marked:
        film[3:7, 54:60] = 0.95
    return film.astype(np.float32)


@pytest.fixture(scope="session")
def planted():
    """A function of (seed, marked share of class 1 and of class 0): films, labels, women; two films of 40 women."""

    @lru_cache
    def plant(seed, *, marked=(0.05, 0.9)):
        generator = np.random.default_rng([seed, 1])  # not the radar's own numbers, which deal women to folds
        patients = np.repeat(np.arange(40), 2)
        truth = generator.permutation(np.arange(40) % 2)[patients]
        scanner_of = generator.choice(["A", "B", "C"], 40)
        films = [
            FilmFacts(
                scanner=str(scanner_of[woman]),
                width_px=64 + int(generator.integers(0, 9)),
                height_px=96,
                bits=8,
                size_bytes=int(generator.integers(3000, 5000)),
                suffix=".png",
                border=border_levels(_film(generator, is_marked=generator.random() < marked[label])),
            )
            for woman, label in zip(patients, truth, strict=True)
        ]
        return films, truth, patients.astype(str)

    return plant
