"""Device slots: what a worker can compute on. One job at a time on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mammo.errors import SettingsError

_FREE_SHARE = 0.5  # of a GPU's memory; with less, other programs hold it and a training would fail


@dataclass(frozen=True)
class Slot:
    """One CPU slot, one GPU or MIG slice of one, or several GPUs together."""

    name: str  # "cpu", "cuda:0", "cuda:0,cuda:1" ...
    label: str  # "CPU", "NVIDIA H200", "2 x NVIDIA H200"
    visible: str  # value of CUDA_VISIBLE_DEVICES for the jobs of this slot; empty hides all GPUs

    @property
    def gpus(self) -> list[str]:
        """Unique names of its GPUs."""
        return [one for one in self.visible.split(",") if one]


CPU = Slot("cpu", "CPU", "")


@dataclass(frozen=True)
class GpuUse:
    """Memory of a GPU slot in bytes, and the processes that hold some of it."""

    total: int
    free: int
    pids: tuple[int, ...]


class Gpus(Protocol):
    """What is asked of NVML; tests bring their own."""

    def slots(self) -> Sequence[Slot]: ...
    def use(self, slot: Slot) -> GpuUse: ...
    def memory_of(self, slot: Slot, pids: set[int]) -> int: ...


def find_slots(gpus: Gpus) -> tuple[Slot, ...]:
    """All slots of this machine: its GPUs, or the CPU where it has none."""
    return tuple(gpus.slots()) or (CPU,)


def slot_named(name: str, gpus: Gpus) -> Slot:
    """The slot that a person means: auto, which is the first that no other program fills, cpu, cuda:N, or several.

    Raises:
        SettingsError: If this machine has no such device.
    """
    if name == CPU.name:
        return CPU
    found = find_slots(gpus)
    if name == "auto":
        return next((one for one in found if _is_free(one, gpus)), found[0])
    chosen = []
    for wanted in dict.fromkeys(part.strip() for part in name.split(",")):
        slot = next((one for one in found if one.name == wanted), None)
        if slot is None:
            raise SettingsError(f"There is no device {wanted} here; there is {', '.join(one.name for one in found)}.")
        chosen.append(slot)
    return chosen[0] if len(chosen) == 1 else _together(chosen)


def _together(slots: Sequence[Slot]) -> Slot:
    """One slot of several GPUs, for trainings that share them."""
    labels = Counter(one.label for one in slots)
    label = " and ".join(f"{count} x {label}" for label, count in labels.items())
    return Slot(",".join(one.name for one in slots), label, ",".join(one.visible for one in slots))


def _is_free(slot: Slot, gpus: Gpus) -> bool:
    try:
        return taken_by_others(slot, gpus) is None
    except SettingsError:  # it does not answer
        return False


def taken_by_others(slot: Slot, gpus: Gpus, own_pids: Sequence[int] = ()) -> str | None:
    """Why no job should start on a slot now: a sentence about other programs on its GPU; None if it is free."""
    if slot == CPU:
        return None
    use = gpus.use(slot)
    foreign = [pid for pid in use.pids if pid not in own_pids]
    if foreign and use.free < _FREE_SHARE * use.total:
        share = round(100 * use.free / use.total)
        return f"{slot.label} has {share} % of its memory free; process {foreign[0]} holds some of the rest."
    return None
