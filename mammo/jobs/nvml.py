"""The GPUs of this machine, as NVIDIA's management library tells of them; none where there is no driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pynvml

from mammo.errors import SettingsError
from mammo.jobs.slots import GpuUse, Slot


class Nvml:
    """GPUs and MIG slices. A GPU that is cut into slices is no slot of its own."""

    def __init__(self) -> None:
        try:
            pynvml.nvmlInit()
            self.is_there = True
        except pynvml.NVMLError:
            self.is_there = False

    def slots(self) -> list[Slot]:
        """Slots in the order of the driver."""
        return [
            Slot(f"cuda:{number}", _text(pynvml.nvmlDeviceGetName(handle)), _text(pynvml.nvmlDeviceGetUUID(handle)))
            for number, handle in enumerate(self._handles())
        ]

    def use(self, slot: Slot) -> GpuUse:
        """Memory of a slot, where it has several GPUs of the fullest, and processes on any.

        Raises:
            SettingsError: If the GPU does not answer any more.
        """
        with _loss_told(slot):
            memories = [pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByUUID(gpu)) for gpu in slot.gpus]
        fullest = min(memories, key=lambda memory: memory.free / memory.total)
        return GpuUse(int(fullest.total), int(fullest.free), tuple(process.pid for process in _processes(slot)))

    def memory_of(self, slot: Slot, pids: set[int]) -> int:
        """Bytes that these processes hold on a slot; SettingsError if the GPU does not answer any more."""
        return sum(int(process.usedGpuMemory or 0) for process in _processes(slot) if process.pid in pids)

    def _handles(self) -> Iterator[Any]:
        count = pynvml.nvmlDeviceGetCount() if self.is_there else 0
        for index in range(count):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            slices = list(_slices(handle))
            yield from slices or [handle]


def _processes(slot: Slot) -> list[Any]:
    with _loss_told(slot):
        handles = [pynvml.nvmlDeviceGetHandleByUUID(gpu) for gpu in slot.gpus]
        return [one for handle in handles for one in pynvml.nvmlDeviceGetComputeRunningProcesses(handle)]


@contextmanager
def _loss_told(slot: Slot) -> Iterator[None]:
    try:
        yield
    except pynvml.NVMLError as error:
        raise SettingsError(f"{slot.label} ({slot.name}) does not answer: {error}.", code="gpu_lost") from error


def _slices(gpu: Any) -> Iterator[Any]:
    try:
        current, _pending = pynvml.nvmlDeviceGetMigMode(gpu)
    except pynvml.NVMLError:
        return  # a GPU that can't be cut
    if current != pynvml.NVML_DEVICE_MIG_ENABLE:
        return
    for index in range(pynvml.nvmlDeviceGetMaxMigDeviceCount(gpu)):
        try:
            yield pynvml.nvmlDeviceGetMigDeviceHandleByIndex(gpu, index)
        except pynvml.NVMLError:
            continue  # no slice was made at this place


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
