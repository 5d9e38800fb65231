"""What this server computes with, asked of the driver: the dashboard itself loads no torch."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pynvml


@dataclass(frozen=True)
class Device:
    """The device for the badge."""

    label: str  # "GPU H200", "CPU, 2 cores"
    memory_bytes: int | None = None  # of the GPU


def find_device() -> Device:
    """The first NVIDIA GPU if a driver answers and has one, else the processor's cores that this process may use."""
    try:
        pynvml.nvmlInit()
        gpu = pynvml.nvmlDeviceGetHandleByIndex(0)
        name = str(pynvml.nvmlDeviceGetName(gpu)).removeprefix("NVIDIA ")
        return Device(f"GPU {name}", int(pynvml.nvmlDeviceGetMemoryInfo(gpu).total))
    except pynvml.NVMLError:
        cores = len(os.sched_getaffinity(0))
        return Device(f"CPU, {cores} {'core' if cores == 1 else 'cores'}")
