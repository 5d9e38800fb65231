import pytest
import torch

from benchmarks import _steps, gpu
from benchmarks._frame import shown
from tests.unit.training.short_fits import RECORDED

SMALL = {"small": gpu.Family("paper-squeezenet-adam", 1e6)}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_and_measures_nothing(capsys):
    assert gpu.measure() == []
    assert "no GPU here" in capsys.readouterr().out


def test_it_measures_every_case_on_any_device(monkeypatch):
    monkeypatch.setattr(gpu, "FAMILIES", SMALL)
    monkeypatch.setattr(gpu, "ROUNDS", 1)
    monkeypatch.setattr(gpu, "RUNS", ("demo",))
    monkeypatch.setattr(gpu, "UPDATED", "small")
    monkeypatch.setattr(_steps, "SIDE", 32)
    rows = gpu.measured_on(torch.device("cpu"), RECORDED, gpu.Work(4, 4, 4, batch_size=4, steps=1))
    cases = {row.case for row in rows}
    assert {f"small, bf16, {one}" for one in ("ordinary step", "recorded step", "training", "floor")} < cases
    assert {"Adam on small's parameters", "copy", "1 runs of the paper, precision auto"} < cases
    assert all(row.value > 0 for row in rows)
    assert "speed, ratio" in shown(gpu.BENCHMARK, rows)


def test_the_speed_of_two_cases_is_compared_by_their_times():
    rows = [gpu.Row(case, gpu._STEP, time, "ms", (time,)) for case, time in (("slow", 6.0), ("fast", 2.0))]
    assert gpu._times(rows, "slow", "fast", 1.5).value == 3
    assert gpu._times(rows, "slow", "fast", 1.5).case == "fast / slow"
