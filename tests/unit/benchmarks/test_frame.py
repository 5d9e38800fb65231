"""Benchmarks are found by name, and what they keep says what was measured on, not where."""

import json
import platform
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks._frame import Benchmark, Figure, interleaved, percentile, ratio, save, shown

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rows():
    rounds = iter([{"p99": 4.0}, {"p99": 40.0, "errors": 1.0}, {"p99": 2.0}, {"p99": 10.0, "errors": 0.0}])
    cases = {"calm": lambda: next(rounds), "busy": lambda: next(rounds)}
    return interleaved(cases, [Figure("p99", "ms", 50), Figure("errors", "")], rounds=2)


def test_cases_are_measured_in_turn_and_told_by_their_medians(rows):
    assert [(row.case, row.figure, row.value, row.rounds) for row in rows] == [
        ("calm", "p99", 3.0, (4.0, 2.0)),
        ("busy", "p99", 25.0, (40.0, 10.0)),
        ("busy", "errors", 0.5, (1.0, 0.0)),
    ]


def test_a_ratio_is_taken_round_by_round_and_its_goal_is_a_floor(rows):
    found = ratio(rows, "busy", "calm", "p99", goal=4)
    assert (found.case, found.rounds, found.value) == ("busy / calm", (10.0, 5.0), 7.5)
    told = shown(Benchmark("Shares", list, left_out=("Nothing else ran.",)), [found])
    assert ">= 4 x" in told
    assert "Nothing else ran." in told


def test_a_percentile_is_a_value_that_was_measured():
    assert [percentile([3.0, 1.0, 2.0, 4.0], share) for share in (0, 0.5, 0.99, 1)] == [1.0, 3.0, 4.0, 4.0]


def test_what_is_kept_names_no_machine_and_no_folder(rows, tmp_path):
    save("queue", Benchmark("A queue", list, ("No network.",)), rows, tmp_path)
    text = (tmp_path / "queue.json").read_text()
    kept = json.loads(text)
    assert {"cpu", "cores", "memory_gb"} <= kept["machine"].keys()
    assert kept["left_out"] == ["No network."]
    assert kept["rows"][0] == {
        "case": "calm", "figure": "p99", "value": 3.0, "unit": "ms", "rounds": [4.0, 2.0], "goal": 50,
        "at_least": False,
    }  # fmt: skip
    assert platform.node() not in text
    assert str(ROOT) not in text
    assert "<= 50 ms" in shown(Benchmark("A queue", list), rows)


def test_a_benchmark_that_is_not_there_is_told(capsys):
    assert bench.main(["nothing"]) == 2
    said = capsys.readouterr().err
    assert "no benchmark named 'nothing'; known are: " in said
    assert "claims" in said


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "results").glob("*.json")), ids=lambda path: path.stem)
def test_kept_figures_belong_to_a_benchmark(path):
    assert (ROOT / "benchmarks" / f"{json.loads(path.read_text())['benchmark']}.py").is_file()
