"""Small sets of coarse phantoms."""

from __future__ import annotations

import pytest

from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.phantoms.drawing import draw_woman
from mammo.phantoms.population import plan_women

COARSE_MM = 2.0


@pytest.fixture(scope="session")
def demo_women():
    """Women and their views of a demo set, two of each class."""
    options = PhantomOptions(patients=6, seed=3, pitch_mm=1.5)
    return [(woman, draw_woman(woman, options)) for woman in plan_women(options)]


@pytest.fixture(scope="session")
def mini_set(tmp_path_factory):
    """A written set of the kind that copies Mini-DDSM's structure, 60 women."""
    path = tmp_path_factory.mktemp("phantoms") / "mini"
    summary = write_phantoms(path, PhantomOptions(patients=60, kind="mini-ddsm-like", pitch_mm=COARSE_MM), processes=1)
    return path, summary
