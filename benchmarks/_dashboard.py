"""An installation with a trained model, and the whole dashboard on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._visitor import wait_for
from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import NewJob, open_store
from mammo.training.presets import PRESETS


def trained_home(folder: Path, women: int) -> Path:
    """An installation with one finished training, SqueezeNet with random weights on phantoms; its home."""
    home, films = folder / "home", folder / "films"
    write_phantoms(films, PhantomOptions(patients=women), processes=os.cpu_count() or 1)
    store = open_store(settings({"MAMMO_HOME": str(home)}))
    store.data_sets.add("films", films, import_collection(films), by="bench")
    split = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.15, 0.1, 0.75), policy="case")
    name = store.splits.add("films", split, by="bench").name
    values = {"model": "squeezenet1_1", "weights": "none", "epochs": 1, "image_size": 227, "batch_size": 8}
    job = store.jobs.submit(NewJob("training", PRESETS["demo"].config(values).to_dict(), "bench", "films", name))
    store.close()
    command = [sys.executable, "-m", "mammo", "jobs", "resume", str(job.id)]
    subprocess.run(command, check=True, env={**os.environ, "MAMMO_HOME": str(home)}, stdout=subprocess.DEVNULL)  # noqa: S603
    return home


@contextmanager
def whole_dashboard(home: Path) -> Iterator[str]:
    """The dashboard with worker and prediction process on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mammo", "serve", "--port", str(port), "--no-demo"]
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        command,
        env={**os.environ, "MAMMO_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(2)
        process.wait(60)
