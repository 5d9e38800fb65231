"""A tiny data set of two kinds of pictures that a small network can tell apart."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest

from mammo.datasets import ImportOptions
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.training.config import TrainingConfig
from mammo.training.procedure import TrainingFolders, TrainingSource
from tests.unit.training.short_fits import short_fit


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """24 women, one film each: normal ones are smooth, malignant ones carry a bright spot, benign ones a ring."""
    root = tmp_path_factory.mktemp("films")
    rng = np.random.default_rng(0)
    for number in range(24):
        label = ("normal", "benign", "malignant")[number % 3]
        film = rng.normal(90, 6, (200, 160))
        center = tuple(int(value) for value in rng.integers(50, 110, 2))
        if label != "normal":
            cv2.circle(film, center, 18, 230.0, -1 if label == "malignant" else 4)
        folder = root / label / f"case{number:02d}"
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "film.png"), film.clip(0, 255).astype(np.uint8))
    return import_collection(root, options=ImportOptions()).samples


@pytest.fixture
def source(films):
    split = split_samples(films, by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    return TrainingSource(films, split.assignment, "case")


@pytest.fixture
def folders(tmp_path):
    for name in ("job", "prepared", "weights"):
        (tmp_path / name).mkdir()
    return TrainingFolders(tmp_path / "job", tmp_path / "prepared", tmp_path / "weights")


@pytest.fixture
def config():
    """Everything that draws random numbers is on: order, augmentation, dropout, a schedule."""
    return TrainingConfig.of(
        {
            "model": "squeezenet1_1",
            "weights": "none",
            "image_size": 64,
            "crop": "none",
            "epochs": 3,
            "batch_size": 4,
            "schedule": "one_cycle",
            "optimizer": "adam",
            "augmentation": "paper",
            "threads": 1,
            "checkpoint_every": 2,
        }
    )


@pytest.fixture
def train(tmp_path):
    """Trains for a few steps; see ``short_fit``."""
    return partial(short_fit, tmp_path)
