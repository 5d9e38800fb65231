"""Sizes of networks, counted once for an installation and kept in a file: counting them anew loads torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mammo import models
from mammo.config import settings
from mammo.files import write_whole
from mammo.models import MODELS
from mammo.training import network_size
from mammo.training.network_size import NetworkShape, NetworkSize, network_sizes_by_child
from mammo.training.presets import PRESETS

_FILE = "network_sizes.json"
_USUAL_CLASSES = 3  # normal, benign, malignant

Count = Callable[[Sequence[NetworkShape]], dict[NetworkShape, NetworkSize]]


def shapes_at(image_size: int | None, classes: int, head_relu: bool) -> list[NetworkShape]:  # noqa: FBT001 - as the field
    """All models at one size of images, or each at its own."""
    return [
        NetworkShape(name, image_size or spec.input_size, classes, head_relu)
        for name, spec in MODELS.items()
        if image_size is None or image_size >= spec.min_input_size
    ]


def sizes_kept(home: Path, shapes: Iterable[NetworkShape], count: Count) -> dict[NetworkShape, NetworkSize]:
    """Sizes of networks from the home's file; ``count`` is asked for those that are missing, and they are kept."""
    path, wanted = home / _FILE, set(shapes)
    kept = _read(path)
    if missing := sorted(wanted - kept.keys(), key=str):
        kept = {**_read(path), **count(missing)}
        with suppress(OSError):  # a full disk: they are counted again another time
            _write(path, kept)
    return {shape: kept[shape] for shape in wanted}


def keep_usual_sizes(home: Path) -> None:
    """Have the networks of all presets counted before somebody asks."""
    asked = {(config.image_size, config.head_relu) for config in (one.config() for one in PRESETS.values())}
    shapes = [shape for size, relu in sorted(asked, key=str) for shape in shapes_at(size, _USUAL_CLASSES, relu)]
    sizes_kept(home, shapes, network_sizes_by_child)


def _read(path: Path) -> dict[NetworkShape, NetworkSize]:
    """What is kept; nothing of a file that other code has counted, or that is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["code"] == _code():
            return {NetworkShape(**shape): NetworkSize(**size) for shape, size in content["sizes"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}


def _write(path: Path, sizes: dict[NetworkShape, NetworkSize]) -> None:
    content = {"code": _code(), "sizes": [[asdict(shape), asdict(size)] for shape, size in sizes.items()]}
    write_whole(path, json.dumps(content).encode())


@cache
def _code() -> str:
    """What the counts depend on: how the models are built and counted, and by which torch."""
    sources = [*sorted(Path(str(models.__file__)).parent.glob("*.py")), Path(str(network_size.__file__))]
    found = [version("torch"), version("torchvision"), *(one.read_text(encoding="utf-8") for one in sources)]
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


if __name__ == "__main__":
    keep_usual_sizes(settings().home)
