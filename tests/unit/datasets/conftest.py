"""Data sets as small as can be: samples without files, and folders of tiny films."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from mammo.datasets import LABEL_POLICIES, Sample


def _sample(id_, label, patient=None, **facts):
    labels = dict.fromkeys(LABEL_POLICIES, label)
    sha256 = hashlib.sha256(id_.encode()).hexdigest()
    known = {"sha256": sha256, "width_px": 64, "height_px": 96, "bits": 8, "path": Path("/nowhere") / id_}
    return Sample(**{"id": id_, "patient_id": patient or id_, "labels": labels, **known, **facts})


@pytest.fixture
def sample():
    """Makes a sample that no file stands behind: ``sample("a.png", "benign", patient="P1", view="CC")``."""
    return _sample


@pytest.fixture
def women():
    """Makes ``count`` women of one class with ``images`` films each: ``women("benign", 10)``."""

    def make(label, count, images=4):
        return [
            _sample(f"{label}/{woman:04d}_{image}.png", label, patient=f"{label}_{woman:04d}")
            for woman in range(count)
            for image in range(images)
        ]

    return make


def film(seed=0, height=96, width=72):
    """A bright half-disc of blotched tissue on black, its chest wall on the left; 8 bits; no two seeds look alike."""
    rows, columns = np.mgrid[:height, :width]
    breast = (rows - height / 2) ** 2 + columns**2 < (0.45 * height) ** 2
    blotches = np.random.default_rng(seed).integers(50, 210, (height // 12, width // 12)).astype(np.float32)
    return (breast * cv2.resize(blotches, (width, height), interpolation=cv2.INTER_LINEAR)).astype(np.uint8)


@pytest.fixture
def write_film(tmp_path):
    """Writes a film below the test's folder: ``write_film("benign/a.png", seed=1)``."""

    def write(file, seed=0, pixels=None):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), film(seed) if pixels is None else pixels)
        return path

    return write


@pytest.fixture
def touch(tmp_path):
    """Makes empty files below the test's folder; readers of layouts open no picture."""

    def make(*files):
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make
