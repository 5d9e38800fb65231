"""What a job's record says it was computed on."""

import pytest

from mammo.jobs import workers
from mammo.jobs.slots import Slot


class _Machine:
    """A machine with one GPU, or with none."""

    def __init__(self, *labels):
        self._labels = labels

    def slots(self):
        return [Slot(f"cuda:{number}", label, f"GPU-{number}f09") for number, label in enumerate(self._labels)]


@pytest.mark.parametrize(
    ("gpus", "environment", "device"),
    [
        ([], {}, "CPU"),
        (["NVIDIA H100"], {}, "NVIDIA H100"),
        (["NVIDIA H100"], {"CUDA_VISIBLE_DEVICES": ""}, "CPU"),
        (["NVIDIA H100", "NVIDIA H200"], {"CUDA_VISIBLE_DEVICES": "1,0"}, "NVIDIA H200"),
        (["NVIDIA H100", "NVIDIA H200"], {"CUDA_VISIBLE_DEVICES": "GPU-1f"}, "NVIDIA H200"),
        (["NVIDIA H100"], {"CUDA_VISIBLE_DEVICES": "-1"}, "CPU"),
        (["NVIDIA H100", "NVIDIA H200"], {"MAMMO_DEVICE": "NVIDIA H200"}, "NVIDIA H200"),
    ],
    ids=["none", "one", "hidden", "by number", "by UUID", "no such one", "said by the worker"],
)
def test_the_device_is_the_workers_or_the_one_that_torch_takes(monkeypatch, gpus, environment, device):
    monkeypatch.setattr(workers, "Nvml", lambda: _Machine(*gpus))
    for name in ("MAMMO_DEVICE", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert workers.computing_versions()["device"] == device
