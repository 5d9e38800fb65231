"""A peer's process works when it is told, and says why it could not."""

import hashlib
import subprocess
import sys
from pathlib import Path
from pkgutil import ModuleInfo
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as bench
from benchmarks import _peers
from benchmarks._films import SHAPE, write_films
from benchmarks._frame import Benchmark, Row
from benchmarks._peers import Peer, PeerError, installed
from mammo.imaging.reading import read_image

ROOT = Path(__file__).parents[3]
COUNTING = """
from benchmarks.peers._talking import Epochs, task
epochs = Epochs()
print("what a library prints is no answer")
while True:
    epochs.ended()
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Writes a program that a peer's process runs."""

    def write(text):
        (tmp_path / "made_up.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return "made_up"

    return write


def test_a_peer_does_one_round_each_time_it_is_asked(program):
    with Peer(program(COUNTING), {"folder": "films"}) as peer:
        found = [peer.first, peer.round(), peer.round()]
    assert all(0 <= figures["seconds"] < 5 for figures in found)


def test_a_peer_gets_its_task_and_ends_when_nobody_asks_any_more(program):
    text = "from benchmarks.peers._talking import serve, task\nassert task() == {'batch': 32}\nserve(lambda: None)"
    with Peer(program(text), {"batch": 32}) as peer:
        assert peer.round()["seconds"] < 5
    assert peer._process.returncode == 0


def test_a_peer_that_ends_before_its_time_is_quoted(program):
    with pytest.raises(PeerError, match=r"(?s)ended before its time.*no films here"):
        Peer(program("raise SystemExit('no films here')"), {})


def test_an_environment_is_made_once_for_its_requirements(tmp_path, monkeypatch):
    calls = []
    done = subprocess.CompletedProcess([], 0, "", "")

    def run(command, **_):
        calls.append(command)
        Path(command[-1]).mkdir(parents=True, exist_ok=True) if "venv" in command else None
        return done

    monkeypatch.setattr(_peers.subprocess, "run", run)
    paths = {installed("scikit_image", tmp_path) for _ in range(3)}
    digest = hashlib.sha256((ROOT / "benchmarks/peers/scikit_image.txt").read_bytes()).hexdigest()[:8]
    assert paths == {tmp_path / "peers" / f"scikit_image-{digest}" / "bin" / "python"}
    assert [call[1] for call in calls] == ["venv", "pip"]


def test_an_environment_that_could_not_be_made_is_told_and_tried_again(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "no such version")
    monkeypatch.setattr(_peers.subprocess, "run", lambda *_, **__: failed)
    for _ in range(2):
        with pytest.raises(PeerError, match=r"(?s)captum could not be installed.*no such version"):
            installed("captum", tmp_path)


def test_a_benchmark_without_its_peer_is_told_and_the_next_one_is_measured(monkeypatch, capsys, tmp_path):
    def without_network():
        raise PeerError("captum could not be installed.")

    row = Row("a case", "time", 1.0, "s", (1.0,))
    found = {"preview": Benchmark("Lost", without_network), "growth": Benchmark("Measured", lambda: [row])}
    monkeypatch.setattr(bench.importlib, "import_module", lambda name: SimpleNamespace(BENCHMARK=found[name[11:]]))
    monkeypatch.setattr(bench, "_FOLDER", tmp_path)
    monkeypatch.setattr(bench.pkgutil, "iter_modules", lambda _: [ModuleInfo(None, one, False) for one in found])
    assert bench.main([]) == 1
    said = capsys.readouterr()
    assert said.err == "preview: captum could not be installed.\n"
    assert "Measured" in said.out
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["growth.json"]


@pytest.mark.parametrize("requirements", sorted((ROOT / "benchmarks/peers").glob("*.txt")), ids=lambda path: path.stem)
def test_every_requirement_of_a_peer_is_pinned(requirements):
    assert all("==" in line for line in requirements.read_text().splitlines())


def test_films_are_of_a_scanner_s_size_in_folders_of_their_classes(tmp_path):
    folders = write_films(tmp_path, 12)
    deep, flat = (sorted(folders[name].rglob("*.*")) for name in ("PNG", "JPEG"))
    assert [path.parent.name for path in deep] == [path.parent.name for path in flat]
    assert {path.parent.name for path in deep} == {"normal", "benign", "malignant"}
    assert [read_image(paths[0]).bits for paths in (deep, flat)] == [16, 8]
    assert read_image(deep[0]).pixels.shape == SHAPE


def test_peers_never_import_what_they_are_compared_with():
    programs = (ROOT / "benchmarks" / "peers").glob("*.py")
    assert not [path.name for path in programs if "mammo" in path.read_text()]
    assert sys.modules.get("fastai") is None
