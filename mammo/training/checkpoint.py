"""Checkpoints on disk: whole or absent, checked before use, two generations kept; the only writer of weights."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from mammo.errors import CheckpointError
from mammo.files import publish_dir, sha256_of, write_json

_WEIGHTS, _STATE, _MANIFEST = "weights.safetensors", "state.pt", "manifest.json"
_FACTS = "facts"  # among the hashes: a flipped bit in a score or a step would read as another number


@dataclass(frozen=True)
class Checkpoint:
    """What one checkpoint folder holds, checked against its hashes."""

    weights: dict[str, Tensor]
    facts: dict[str, Any]  # plain values: step, scores, configuration ...
    state: dict[str, Any] | None  # optimizer and random states; None in a finished model
    weights_sha256: str


def write_checkpoint(
    folder: Path, weights: Mapping[str, Tensor], facts: Mapping[str, Any], state: Mapping[str, Any] | None = None
) -> str:
    """Write a checkpoint folder, whole or not at all; return the SHA-256 of its weights.

    Raises:
        CheckpointError: If the folder can't be written; an older checkpoint stays as it was.
    """
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(parents=True)
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}, temporary / _WEIGHTS)
        hashes = {_WEIGHTS: sha256_of(temporary / _WEIGHTS)}
        if state is not None:
            with (temporary / _STATE).open("wb") as file:  # torch's own writer would not tell why it failed
                torch.save(dict(state), file)
            hashes[_STATE] = sha256_of(temporary / _STATE)
        hashes[_FACTS] = _digest(facts)
        write_json(temporary / _MANIFEST, {"facts": dict(facts), "sha256": hashes})
        publish_dir(temporary, folder)
    except (OSError, SafetensorError, RuntimeError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if _is_disk_full(error):
            sentence = f"The checkpoint {folder.name} could not be written: the disk is full. The one before is kept."
            raise CheckpointError(sentence, code="disk_full") from error
        raise CheckpointError(f"The checkpoint {folder.name} could not be written: {error}") from error
    return hashes[_WEIGHTS]


def _is_disk_full(error: BaseException | None) -> bool:
    """Also where another error hides it: safetensors puts the system's words into its own, torch fails over it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        if os.strerror(errno.ENOSPC) in str(error):
            return True
        error = error.__context__
    return False


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a checkpoint folder.

    Raises:
        CheckpointError: If it is missing, incomplete, or a file's hash is not the one that was written.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
        for name, expected in manifest["sha256"].items():
            if (_digest(manifest["facts"]) if name == _FACTS else sha256_of(folder / name)) != expected:
                raise CheckpointError(f"{name} of {folder.name} is damaged: its hash is not the one written.")
        weights = load_file(folder / _WEIGHTS)
        state = None
        if _STATE in manifest["sha256"]:
            state = torch.load(folder / _STATE, map_location="cpu", weights_only=True)
        return Checkpoint(weights, manifest["facts"], state, manifest["sha256"][_WEIGHTS])
    except FileNotFoundError as error:
        raise CheckpointError(f"The checkpoint {folder.name} is missing or incomplete.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"The checkpoint {folder.name} can't be read: {error}") from error


def _digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 of plain values, however they are laid out."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class CheckpointShelf:
    """The checkpoints of one training: the last two for going on, and the best."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.features = folder / "features"  # what a frozen body makes of the images, where that is kept

    def save(
        self, step: int, weights: Mapping[str, Tensor], facts: Mapping[str, Any], state: Mapping[str, Any]
    ) -> None:
        """Keep the state after ``step``, and the one before it."""
        write_checkpoint(self._generation(step), weights, {**facts, "step": step}, state)
        for old in self._generations()[:-2]:
            shutil.rmtree(old, ignore_errors=True)  # the new one is whole; the next save tries again

    def save_best(self, weights: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Keep the best state so far; the one before goes when this one is whole."""
        new = self.folder / f"best-{facts['step']:09d}"
        write_checkpoint(new, weights, facts)
        for old in self._best():
            if old != new:
                shutil.rmtree(old, ignore_errors=True)

    def best(self) -> Checkpoint:
        """The best state so far; CheckpointError if there is none."""
        kept = self._best()
        return read_checkpoint(kept[-1] if kept else self.folder / "best")

    def latest(self) -> tuple[Checkpoint | None, list[str]]:
        """The newest whole checkpoint, and a sentence for each newer one that is damaged.

        Raises:
            CheckpointError: If there are checkpoints but none is whole.
        """
        self._sweep()
        problems: list[str] = []
        for folder in reversed(self._generations()):
            try:
                return read_checkpoint(folder), problems
            except CheckpointError as error:
                problems.append(str(error))
        if problems:
            raise CheckpointError(f"No checkpoint of this job is whole. {problems[0]} Start the job afresh.")
        return None, []

    def folder_of(self, checkpoint: Checkpoint) -> Path:
        """Where one that ``latest`` has given lies."""
        return self._generation(checkpoint.facts["step"])

    def clear(self) -> None:
        """Remove what only a resume needs: the generations and kept features, not the best."""
        for folder in self._generations():
            shutil.rmtree(folder)
        shutil.rmtree(self.features, ignore_errors=True)

    def _generation(self, step: int) -> Path:
        return self.folder / f"step-{step:09d}"

    def _generations(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("step-*") if path.suffix != ".tmp")

    def _best(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("best-*") if path.suffix != ".tmp")

    def _sweep(self) -> None:
        for leftover in self.folder.glob("*.tmp"):
            shutil.rmtree(leftover, ignore_errors=True)
