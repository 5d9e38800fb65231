"""Naming this process as a worker, and telling whether another one still lives."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from mammo.jobs.nvml import Nvml
from mammo.jobs.slots import CPU, find_slots
from mammo.store import Worker

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")


def this_process(name: str) -> Worker:
    """This process as a worker, so named that no later process is taken for it."""
    started = psutil.Process().create_time()
    return Worker(id=f"{name}-{os.getpid()}", pid=os.getpid(), boot_id=boot_id(), started=started)


def is_alive(worker: Worker) -> bool:
    """Does this machine still run that very process? A process of the same number but another start is another."""
    if worker.boot_id != boot_id():
        return False
    try:
        process = psutil.Process(worker.pid)
        is_same = abs(process.create_time() - worker.started) < 1  # second; the clock may have been set meanwhile
        return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def computing_versions() -> dict[str, str]:
    """What computes a job here; torch itself is not loaded for it."""
    device = os.environ.get("MAMMO_DEVICE") or _own_device()  # set by the worker for its child
    return {"python": platform.python_version(), "torch": version("torch"), "device": device}


def _own_device() -> str:
    """What a process without a worker computes on: the first GPU that it may see, as torch takes it, or the CPU."""
    slots = find_slots(Nvml())
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return slots[0].label
    first = visible.partition(",")[0].strip()  # a number, or a UUID or its beginning; another one hides all
    named = (
        slot for number, slot in enumerate(slots) if str(number) == first or (first and slot.visible.startswith(first))
    )
    return next(named, CPU).label


def boot_id() -> str:
    """Names the machine's present boot, and the container: in another one a process has another number.

    Where the system has no name for a boot, its moment is one.
    """
    boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else str(int(psutil.boot_time()))
    return f"{boot} {_PID_NAMESPACE.readlink()}" if _PID_NAMESPACE.is_symlink() else boot
