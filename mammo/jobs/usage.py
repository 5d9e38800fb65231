"""What the processes of a job take of the machine."""

from __future__ import annotations

import psutil

from mammo.errors import MammoError
from mammo.jobs.slots import CPU, Gpus, Slot


class JobUsage:
    """Looks at a job's process and all that it has started."""

    def __init__(self, pid: int, slot: Slot, gpus: Gpus) -> None:
        self._leader = psutil.Process(pid)
        self._family: dict[int, psutil.Process] = {}  # of the last look: CPU time is told since then
        self._slot, self._gpus = slot, gpus

    def now(self) -> dict[str, float]:
        """CPU in percent of one core since the last look, memory in bytes; empty if the processes end just now."""
        try:
            family = [self._leader, *self._leader.children(recursive=True)]
            self._family = {one.pid: self._family.get(one.pid, one) for one in family}
            usage = {
                "cpu_percent": float(sum(one.cpu_percent() for one in self._family.values())),
                "memory_bytes": float(sum(one.memory_info().rss for one in self._family.values())),
            }
        except psutil.Error:
            return {}
        return usage if self._slot == CPU else {**usage, **self._on_gpu()}

    def _on_gpu(self) -> dict[str, float]:
        try:
            held = self._gpus.memory_of(self._slot, set(self._family))
            if not held:  # in a container the driver tells other process numbers; then the whole slot's must do
                use = self._gpus.use(self._slot)
                held = use.total - use.free
        except MammoError:
            return {}  # the job itself will say that its GPU is gone
        return {"gpu_memory_bytes": float(held)}
