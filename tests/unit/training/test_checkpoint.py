import numpy as np
import pytest
import torch

from mammo.errors import CheckpointError
from mammo.training.checkpoint import CheckpointShelf, read_checkpoint, write_checkpoint


@pytest.fixture
def folder(tmp_path):
    write_checkpoint(tmp_path / "model", {"layer.weight": torch.arange(600.0)}, {"step": 3}, {"random": torch.ones(3)})
    return tmp_path / "model"


def test_what_was_written_comes_back(folder):
    checkpoint = read_checkpoint(folder)
    assert checkpoint.facts == {"step": 3}
    assert torch.equal(checkpoint.weights["layer.weight"], torch.arange(600.0))
    assert torch.equal(checkpoint.state["random"], torch.ones(3))


@pytest.mark.parametrize("name", ["weights.safetensors", "state.pt"])
def test_every_flipped_bit_is_caught(folder, name):  # B66
    path = folder / name
    content = path.read_bytes()
    for position in np.random.default_rng(0).integers(0, 8 * len(content), 50):
        damaged = bytearray(content)
        damaged[position // 8] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="damaged"):
            read_checkpoint(folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.json"])
def test_a_missing_file_is_said(folder, name):  # B66
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match="missing or incomplete"):
        read_checkpoint(folder)


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, folder, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mammo.training.checkpoint.save_file", full)
    with pytest.raises(CheckpointError, match="the disk is full"):
        write_checkpoint(folder, {"layer.weight": torch.zeros(2)}, {})
    assert read_checkpoint(folder).facts == {"step": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_two_generations_are_kept(tmp_path):
    shelf = CheckpointShelf(tmp_path)
    for step in (1, 2, 3):
        shelf.save(step, {"a": torch.full((2,), float(step))}, {}, {"random": torch.zeros(1)})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000000002", "step-000000003"]
    checkpoint, problems = shelf.latest()
    assert (checkpoint.facts["step"], problems) == (3, [])
