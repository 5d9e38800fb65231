"""Trainings of a few steps on drawn films, by any engine."""

from types import SimpleNamespace

import cv2
import numpy as np
import torch

from mammo.models import MODELS, HeadOptions
from mammo.training.batches import LabelledImages
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.engine import Engine
from mammo.training.fit import TrainingParts, fit
from mammo.training.prepared import PreparedImages
from mammo.training.shares import WHOLE

CPU = torch.device("cpu")
SIZE = 32


def as_it_is(work):
    """Stands for the recording of a graph: what is replayed is the work itself, on the tensors that it was given."""
    return work


ON_DEVICE = Engine(on_device=True, losses_every=50)
RECORDED = Engine(on_device=True, losses_every=50, record=as_it_is)


def films(count, dtype=np.uint8, seed=0, turns=None, size=SIZE):
    """Round breasts with a few spots, and random labels."""
    rng = np.random.default_rng(seed)
    shown = count if turns is None else int(turns.max()) + 1
    pixels = np.zeros((shown, size, size), np.float32)
    for film in pixels:
        cv2.ellipse(film, (size // 3, size // 2), (12, 14), 0, 0, 360, 0.5, -1)
        for x, y in rng.integers(6, 22, (3, 2)).tolist():
            cv2.circle(film, (x, y), 3, float(rng.uniform(0.6, 1)), -1)
        film[:] = cv2.GaussianBlur(film, (3, 3), 0)
    stored = (pixels * np.iinfo(dtype).max).astype(dtype)
    labels = np.arange(count) % 3
    return LabelledImages(PreparedImages(stored, np.arange(shown), ()), labels, tuple(map(str, range(count))), turns)


def parts_of(data, spec, share=WHOLE):
    """What feeds ask for; no network."""
    return TrainingParts(spec, torch.nn.Identity(), data, None, 3, CPU, share=share)


class Listener:
    def __init__(self, stop_at=None):
        self.numbers, self.steps, self.stop_at, self.reports = {}, 0, stop_at, 0

    def metrics(self, rows):
        self.reports += 1
        self.numbers |= {(row.step, row.name): row.value for row in rows}

    def progress(self, share, note): ...
    def checkpoint_kept(self): ...

    def should_stop(self):
        self.steps += 1
        return self.steps == self.stop_at


def short_fit(root, config, engine=None, *, folder="checkpoints", stop_at=None, data=None, size=SIZE, drops_out=True):
    """Train anew, or go on in the same folder; weights, metrics and what ``fit`` returned."""
    torch.manual_seed(5)
    torch.set_num_threads(1)
    spec = MODELS[config.model]
    network, listener = spec.build(3, HeadOptions(init="torchvision")), Listener(stop_at)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout) and not drops_out:
            module.p = 0.0
    parts = TrainingParts(
        spec, network, data or films(14, size=size), films(7, seed=1, size=size), 3, CPU, engine=engine
    )
    result = fit(config, parts, CheckpointShelf(root / folder), listener)
    return SimpleNamespace(
        weights=network.state_dict(), numbers=listener.numbers, reports=listener.reports, result=result
    )


def apart(one, other):
    """Greatest difference of two trainings' weights."""
    return max(float((one.weights[name] - other.weights[name]).abs().max()) for name in one.weights)
