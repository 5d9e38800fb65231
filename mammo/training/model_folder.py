"""A finished model on disk: weights, and all that a prediction needs to know about them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mammo.errors import CheckpointError
from mammo.models import MODELS, HeadOptions, ModelSpec
from mammo.preprocessing.pipeline import Pipeline
from mammo.training.checkpoint import read_checkpoint, write_checkpoint
from mammo.training.config import TrainingConfig

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class TrainedModel:
    """A network with its pipeline and classes, in evaluation mode."""

    spec: ModelSpec
    network: nn.Module
    class_names: tuple[str, ...]
    pipeline: Pipeline
    config: TrainingConfig
    weights_sha256: str


def write_model(folder: Path, model: TrainedModel, facts: dict[str, Any]) -> str:
    """Write a finished model; return the SHA-256 of its weights.

    Args:
        folder: Its own folder.
        model: The model; its ``weights_sha256`` is not read.
        facts: More to remember: where the pretrained weights came from, versions, notes.
    """
    head = HeadOptions(init=model.config.head_init, relu=model.config.head_relu)
    content = {
        **facts,
        "model": model.spec.name,
        "head": asdict(head),
        "class_names": list(model.class_names),
        "pipeline": model.pipeline.to_dict(),
        "config": model.config.to_dict(),
    }
    return write_checkpoint(folder, model.network.state_dict(), content)


def read_model(folder: Path, device: torch.device | str = "cpu") -> TrainedModel:
    """Read a finished model.

    Raises:
        CheckpointError: If it is missing, damaged, holds NaN, or does not fit its family.
        ParameterError: If it was trained with another version of the preparation.
    """
    checkpoint = read_checkpoint(folder)
    facts = checkpoint.facts
    spec = MODELS[facts["model"]]
    network = spec.build(len(facts["class_names"]), HeadOptions(**facts["head"]))
    if not all(bool(torch.isfinite(tensor).all()) for tensor in checkpoint.weights.values()):
        raise CheckpointError(f"The model {folder.parent.name} holds weights that are not numbers. Train it again.")
    try:
        network.load_state_dict(checkpoint.weights)
    except RuntimeError as error:
        first = "; ".join(str(error).splitlines()[1:4]).replace("\t", "")
        raise CheckpointError(f"The weights do not fit {spec.label}: {first}") from None
    return TrainedModel(
        spec=spec,
        network=network.to(device, memory_format=torch.channels_last).eval(),  # type: ignore[call-overload]
        class_names=tuple(facts["class_names"]),
        pipeline=Pipeline.from_dict(facts["pipeline"]),
        config=TrainingConfig.of(facts["config"]),
        weights_sha256=checkpoint.weights_sha256,
    )
