"""Checking an installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import metadata

import psutil
import typer

from mammo.commands._output import Json, expected_failures, show
from mammo.config import Settings, settings
from mammo.errors import MammoError, SettingsError
from mammo.models import MODELS
from mammo.store import open_store


@expected_failures
def doctor(as_json: Json = False) -> None:
    """Check installation, database, folders, weights and device."""
    where = settings()
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("installation", _installation),
        ("folder", _folder),
        ("database", _database),
        ("weights", _weights),
        ("device", _device),
    ]
    rows = []
    for name, check in checks:
        try:
            rows.append({"name": name, "ok": True, "detail": check(where)})
        except MammoError as error:
            rows.append({"name": name, "ok": False, "detail": str(error)})
    lines = [f"{'ok  ' if row['ok'] else 'FAIL'} {row['name']}: {row['detail']}" for row in rows]
    show({"checks": rows}, lines, as_json=as_json)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(2)


def _installation(_where: Settings) -> str:
    both = {"opencv-python", "opencv-python-headless"} <= {one.name for one in metadata.distributions()}
    if both:
        raise SettingsError(
            "Two builds of OpenCV are installed over each other. Remove both and install opencv-python-headless."
        )
    versions = {
        name: metadata.version(name) for name in ("torch", "torchvision", "streamlit", "opencv-python-headless")
    }
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"Python {sys.version.split()[0]}, {listed}"


def _folder(where: Settings) -> str:
    where.home.mkdir(parents=True, exist_ok=True)
    if not os.access(where.home, os.W_OK):
        raise SettingsError(f"{where.home} can't be written to. Choose another MAMMO_HOME.")
    free = psutil.disk_usage(str(where.home)).free
    return f"{where.home}, {free / 2**30:.0f} GiB free"


def _database(where: Settings) -> str:
    store = open_store(where)
    return f"{len(store.data_sets.list())} data sets, {len(store.jobs.list())} jobs"


def _weights(where: Settings) -> str:
    wanted = {spec.name: spec.weights for spec in MODELS.values() if spec.weights}
    here = [
        name
        for name, weights in wanted.items()
        if any((where.weights_dir / file).is_file() for file in (weights.file, weights.original_file))
    ]
    listed = f"for {', '.join(here)}" if here else "none yet"
    return f"in {where.weights_dir}: {listed}; others are downloaded at first use"


def _device(_where: Settings) -> str:
    import torch

    if torch.cuda.is_available():
        return f"GPU {torch.cuda.get_device_name(0)}"
    return (
        f"CPU, {psutil.cpu_count(logical=True)} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB memory; no GPU"
    )
