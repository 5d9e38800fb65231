"""Checkpoints under SIGKILL, flipped bits, full and read-only disks: what was acknowledged is there, whole."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from mammo.errors import CheckpointError
from mammo.training import checkpoint as module
from mammo.training.checkpoint import CheckpointShelf, write_checkpoint

ROOT = Path(__file__).parents[3]

#: Loads torch once and forks a writer for each kill; after each, what is on the disk is read as a resume reads it.
KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path

import torch

from mammo.errors import CheckpointError
from mammo.training.checkpoint import CheckpointShelf

torch.set_num_threads(1)
folder, kills, numbers, longest = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
shelf = CheckpointShelf(folder)
dice = random.Random(0)
told = {"kills": 0, "amid": 0, "corrupt": 0, "lost": 0, "left_over": 0, "step": 0}


def content(step):
    return {"weights": torch.full((numbers // 2,), float(step))}, {"moments": torch.full((numbers // 2,), float(-step))}


def save_for_ever(step, acknowledge):
    while True:
        step += 1
        weights, state = content(step)
        shelf.save(step, weights, {"loss": step / 8}, state)
        os.write(acknowledge, step.to_bytes(8, "little"))


while told["kills"] < kills:
    read, write = os.pipe()
    writer = os.fork()
    if writer == 0:
        save_for_ever(told["step"], write)
    os.close(write)
    if not told["kills"]:
        os.read(read, 8)  # from the first on there is always one
    time.sleep(dice.uniform(0, longest))
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    rest = b""
    while piece := os.read(read, 1 << 16):
        rest += piece
    os.close(read)
    acknowledged = int.from_bytes(rest[-8:], "little") if rest else told["step"]
    told["kills"] += 1
    told["amid"] += any(folder.glob("*.tmp"))
    try:
        kept, problems = shelf.latest()
    except CheckpointError:
        told["corrupt"] += 1
        break
    weights, state = content(kept.facts["step"])
    same_weights = torch.equal(kept.weights["weights"], weights["weights"])
    whole = same_weights and torch.equal(kept.state["moments"], state["moments"])
    told["corrupt"] += bool(problems) or not whole
    told["lost"] += kept.facts["step"] < acknowledged
    told["left_over"] += any(folder.glob("*.tmp"))
    told["step"] = kept.facts["step"]
weights, state = content(told["step"] + 1)
shelf.save(told["step"] + 1, weights, {}, state)  # the first that goes through clears away what many killed ones left
told["left_over"] += len(list(folder.iterdir())) != 2
print(json.dumps(told))
"""


def killed(folder, kills, size_bytes, longest_seconds):
    command = [sys.executable, "-c", KILLER, folder, kills, size_bytes // 4, longest_seconds]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def assert_nothing_was_lost(told, kills):
    assert (told["kills"], told["corrupt"], told["lost"], told["left_over"]) == (kills, 0, 0, 0)
    assert told["amid"] > 0  # some kills did come amid a write
    assert told["step"] > 0


@pytest.mark.slow
def test_a_kill_amid_a_write_leaves_what_was_acknowledged(tmp_path):
    """F16 in the small."""
    assert_nothing_was_lost(killed(tmp_path, 30, 5_000_000, 0.2), 30)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("kills", "size_bytes", "longest_seconds"),
    [(1000, 5_000_000, 0.2), (20, 250_000_000, 5.0)],
    ids=["1,000 kills, 5 MB", "20 kills, 250 MB"],
)
def test_no_kill_of_many_corrupts(tmp_path, kills, size_bytes, longest_seconds):
    """F16: 0 corrupt, 0 lost once acknowledged, nothing left over."""
    assert_nothing_was_lost(killed(tmp_path, kills, size_bytes, longest_seconds), kills)


@pytest.fixture
def shelf(tmp_path):
    """A shelf with two generations, of the steps 1 and 2."""
    shelf = CheckpointShelf(tmp_path / "checkpoints")
    for step in (1, 2):
        save(shelf, step)
    return shelf


def save(shelf, step):
    shelf.save(step, {"a": torch.full((40,), float(step))}, {"loss": step / 8}, {"random": torch.ones(9)})


def test_every_flipped_bit_is_caught_and_the_generation_before_is_used_and_said(shelf):
    """F18: a thousand bits at random."""
    newest = shelf.folder / "step-000000002"
    files = sorted(newest.iterdir())
    contents = [path.read_bytes() for path in files]
    dice = np.random.default_rng(0)
    for _ in range(1000):
        which = dice.integers(len(files))
        damaged = bytearray(contents[which])
        position = int(dice.integers(8 * len(damaged)))
        damaged[position // 8] ^= 1 << (position % 8)
        files[which].write_bytes(damaged)
        kept, problems = shelf.latest()
        files[which].write_bytes(contents[which])
        assert kept.facts["step"] == 1
        assert [("step-000000002" in sentence) for sentence in problems] == [True]
    assert shelf.latest()[0].facts["step"] == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b'{"facts": {}, "sha256": [1]}', b"\xff"])
def test_a_manifest_that_is_none_is_caught(shelf, content):
    (shelf.folder / "step-000000002" / "manifest.json").write_bytes(content)
    kept, problems = shelf.latest()
    assert (kept.facts["step"], len(problems)) == (1, 1)


@pytest.mark.parametrize("name", ["weights.safetensors", "state.pt"])
@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_cut_file_is_caught(shelf, name, size):  # B66
    path = shelf.folder / "step-000000002" / name
    path.write_bytes(path.read_bytes()[:size])
    kept, problems = shelf.latest()
    assert (kept.facts["step"], len(problems)) == (1, 1)


def test_where_no_generation_is_whole_that_is_said(shelf):
    """F19."""
    for path in shelf.folder.glob("*/weights.safetensors"):
        path.write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"No checkpoint of this job is whole\. .* Start the job afresh"):
        shelf.latest()


@pytest.fixture
def failing_at(monkeypatch):
    """Lets the call of this number fail, of all that bring a checkpoint to the disk; returns the count of calls."""
    seen = {"calls": 0}

    def failing(real, number, error):
        def call(*arguments, **options):
            seen["calls"] += 1
            if seen["calls"] == number:
                raise error
            return real(*arguments, **options)

        return call

    def arrange(number, error=None):
        monkeypatch.undo()
        seen["calls"] = 0
        wrong = error or OSError(errno.EIO, os.strerror(errno.EIO))
        for owner, name in [
            (os, "fsync"), (os, "open"), (Path, "mkdir"), (Path, "open"), (Path, "replace"),
            (module, "save_file"), (module.torch, "save"),
        ]:  # fmt: skip
            monkeypatch.setattr(owner, name, failing(getattr(owner, name), number, wrong))
        return seen

    return arrange


def calls_of_a_save(shelf, failing_at):
    seen = failing_at(0)
    save(shelf, 3)
    return seen["calls"]


def test_whichever_call_of_a_save_fails_the_last_whole_checkpoint_is_there(shelf, failing_at, monkeypatch):
    calls = calls_of_a_save(shelf, failing_at)
    assert calls > 10
    acknowledged = 3
    for number in range(1, calls + 1):
        failing_at(number)
        try:
            save(shelf, 3 + number)
            acknowledged = 3 + number  # an old one could not be removed; that is no failure of the new one
        except CheckpointError as error:
            assert "could not be written" in str(error)  # noqa: PT017 - some calls may fail without harm
        monkeypatch.undo()
        kept, problems = shelf.latest()
        assert kept.facts["step"] in {acknowledged, 3 + number}  # the last sync may fail after all is in place
        acknowledged = kept.facts["step"]
        assert problems == []
        assert not list(shelf.folder.glob("*.tmp"))


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="the system has no /dev/full")
def test_a_full_disk_is_told_and_the_checkpoints_before_stay(shelf, monkeypatch):
    """The state goes to a device that is always full: the error comes from the system, through torch's writer."""
    real = torch.save
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(module.torch, "save", lambda state, _file: real(state, full))
        with pytest.raises(CheckpointError, match=r"could not be written: the disk is full\.") as caught:
            save(shelf, 3)
    assert caught.value.code == "disk_full"
    assert shelf.latest()[0].facts["step"] == 2
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["step-000000001", "step-000000002"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """F20."""
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match=r"The checkpoint best could not be written: .*Not a directory"):
        write_checkpoint(tmp_path / "file" / "best", {"a": torch.zeros(1)}, {})
