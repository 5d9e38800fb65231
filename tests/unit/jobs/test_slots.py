"""Device slots, on machines whose GPUs are made up at the driver's interface."""

# ruff: noqa: N802 - the names are those of NVML

from unittest.mock import Mock

import pynvml
import pytest

from mammo.errors import SettingsError
from mammo.jobs.nvml import Nvml
from mammo.jobs.slots import CPU, find_slots, slot_named, taken_by_others

GIB = 2**30


class FakeDriver:
    """What NVML answers for some GPUs: each a name, a MIG mode with its slices, memory in GiB, and processes."""

    def __init__(self, *gpus):
        self.gpus = gpus

    def install(self, monkeypatch):
        for name in vars(type(self)):
            if name.startswith("nvml"):
                monkeypatch.setattr(pynvml, name, getattr(self, name))
        return Nvml()

    def nvmlInit(self):
        if not self.gpus:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    def nvmlDeviceGetCount(self):
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index):
        return self.gpus[index]

    def nvmlDeviceGetHandleByUUID(self, uuid):
        every = [*self.gpus, *(one for gpu in self.gpus for one in gpu.get("slices", []))]
        return next(gpu for gpu in every if gpu["uuid"] == uuid)

    def nvmlDeviceGetName(self, gpu):
        return gpu["name"]

    def nvmlDeviceGetUUID(self, gpu):
        return gpu["uuid"]

    def nvmlDeviceGetMigMode(self, gpu):
        if "slices" not in gpu:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return (1, 1) if gpu["slices"] else (0, 0)

    def nvmlDeviceGetMaxMigDeviceCount(self, _gpu):
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, gpu, index):
        if index >= len(gpu["slices"]):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return gpu["slices"][index]

    def nvmlDeviceGetMemoryInfo(self, gpu):
        class Memory:
            total, free = 80 * GIB, gpu.get("free", 80) * GIB

        return Memory

    def nvmlDeviceGetComputeRunningProcesses(self, gpu):
        def process(number):
            return type("Process", (), {"pid": number, "usedGpuMemory": GIB})

        return [process(number) for number in gpu.get("pids", [])]


def gpu(number, **facts):
    return {"name": "NVIDIA H200", "uuid": f"GPU-{number}", **facts}


def test_without_a_driver_there_is_the_cpu(monkeypatch):
    gpus = FakeDriver().install(monkeypatch)
    assert find_slots(gpus) == (CPU,)
    assert slot_named("auto", gpus) == CPU
    assert CPU.visible == ""


def test_each_gpu_is_a_slot_seen_by_its_own_jobs_alone(monkeypatch):
    gpus = FakeDriver(gpu(0), gpu(1)).install(monkeypatch)
    assert [(slot.name, slot.visible) for slot in find_slots(gpus)] == [("cuda:0", "GPU-0"), ("cuda:1", "GPU-1")]
    assert slot_named("cuda:1", gpus).visible == "GPU-1"
    assert slot_named("cpu", gpus) == CPU


def test_several_gpus_together_are_one_slot(monkeypatch):
    other = {**gpu(2), "name": "NVIDIA A100", "free": 20, "pids": [7]}
    gpus = FakeDriver(gpu(0), gpu(1), other).install(monkeypatch)
    two = slot_named("cuda:1, cuda:0", gpus)
    assert (two.name, two.label, two.visible) == ("cuda:1,cuda:0", "2 x NVIDIA H200", "GPU-1,GPU-0")
    assert taken_by_others(two, gpus) is None
    three = slot_named("cuda:0,cuda:1,cuda:2", gpus)
    assert three.label == "2 x NVIDIA H200 and 1 x NVIDIA A100"
    assert "has 25 % of its memory free; process 7" in taken_by_others(three, gpus)  # of the fullest
    assert gpus.memory_of(three, {7}) == GIB
    with pytest.raises(SettingsError, match=r"no device cuda:5 here"):
        slot_named("cuda:0,cuda:5", gpus)


def test_a_gpu_cut_into_slices_gives_its_slices(monkeypatch):
    slices = [{"name": "NVIDIA H200 MIG 1g.18gb", "uuid": f"MIG-{number}"} for number in range(2)]
    gpus = FakeDriver(gpu(0, slices=slices), gpu(1, slices=[])).install(monkeypatch)
    assert [slot.visible for slot in find_slots(gpus)] == ["MIG-0", "MIG-1", "GPU-1"]


def test_a_device_that_is_not_there_is_told_with_those_that_are(monkeypatch):
    gpus = FakeDriver(gpu(0)).install(monkeypatch)
    with pytest.raises(SettingsError, match=r"no device cuda:3 here; there is cuda:0\."):
        slot_named("cuda:3", gpus)


@pytest.mark.parametrize(
    ("facts", "own", "is_taken"),
    [
        ({}, [], False),
        ({"free": 10, "pids": [7]}, [], True),
        ({"free": 70, "pids": [7]}, [], False),
        ({"free": 10, "pids": [7]}, [7], False),
    ],
)
def test_a_gpu_that_other_programs_fill_is_left_alone(monkeypatch, facts, own, is_taken):
    gpus = FakeDriver(gpu(0, **facts)).install(monkeypatch)
    why = taken_by_others(slot_named("auto", gpus), gpus, own)
    assert (why is not None) == is_taken
    assert why is None or "12 % of its memory free; process 7" in why


@pytest.mark.parametrize(
    ("filled", "chosen"), [((), "cuda:0"), ((0,), "cuda:1"), ((0, 1), "cuda:0")], ids=["none", "the first", "all"]
)
def test_auto_is_the_first_gpu_that_other_programs_leave_free(monkeypatch, filled, chosen):
    """Where they fill all, a job waits for the first."""
    gpus = FakeDriver(*(gpu(one, **({"free": 10, "pids": [7]} if one in filled else {})) for one in range(2)))
    assert slot_named("auto", gpus.install(monkeypatch)).name == chosen


def test_auto_passes_over_a_gpu_that_does_not_answer(monkeypatch):
    gpus = FakeDriver(gpu(0), gpu(1)).install(monkeypatch)
    known = pynvml.nvmlDeviceGetMemoryInfo
    lost = pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
    answers = Mock(side_effect=lambda one: known(one) if one["uuid"] == "GPU-1" else (_ for _ in ()).throw(lost))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", answers)
    assert slot_named("auto", gpus).name == "cuda:1"


def test_the_cpu_is_never_taken(monkeypatch):
    assert taken_by_others(CPU, FakeDriver().install(monkeypatch)) is None


def test_memory_of_a_jobs_processes_is_counted(monkeypatch):
    gpus = FakeDriver(gpu(0, pids=[7, 8, 9])).install(monkeypatch)
    assert gpus.memory_of(slot_named("auto", gpus), {7, 9}) == 2 * GIB


def test_a_gpu_that_is_gone_is_told(monkeypatch):
    gpus = FakeDriver(gpu(0)).install(monkeypatch)
    slot = slot_named("auto", gpus)
    error = pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", Mock(side_effect=error))
    with pytest.raises(SettingsError, match=r"NVIDIA H200 \(cuda:0\) does not answer: .*lost"):
        taken_by_others(slot, gpus)
