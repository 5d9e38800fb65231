"""Embeddings of pictures by a trained network: the mean, over the picture, of what its body makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mammo.embedding.catalogue import Vectors, joined
from mammo.training.batches import to_input

if TYPE_CHECKING:
    from torch import Tensor

    from mammo.imaging.gray_image import StoredImage
    from mammo.training.model_folder import TrainedModel

_BATCH = 32


def embedding_layer(model: TrainedModel) -> str:
    """Where a network is cut: behind the first of its family's useful layers, the last that still is a map."""
    return model.spec.cam_layers[0]


def pooled(activations: Tensor) -> Tensor:
    """One number for each channel, the mean of its map: (N, C, H, W) to (N, C)."""
    return activations.float().mean((2, 3))


def embeddings(
    model: TrainedModel, pictures: Sequence[StoredImage], on_progress: Callable[[int, int], None] = lambda _d, _a: None
) -> Vectors:
    """Where a network puts pictures before its head judges them, shape (N, D).

    D is the number of channels of the layer at which the network is cut. Computed in single precision, so that a
    picture asked for alone and among others gets the same numbers to some millionths.

    Args:
        model: Network and family; in evaluation mode.
        pictures: As its pipeline prepares them, each (S, S), stored integers.
        on_progress: Called with pictures done and their number.
    """
    import numpy as np
    import torch

    body, _head = model.spec.split(model.network, embedding_layer(model))
    found = []
    for start in range(0, len(pictures), _BATCH):
        batch: StoredImage = np.stack(pictures[start : start + _BATCH])  # type: ignore[assignment] # of one type
        with torch.no_grad():
            found.append(pooled(body(to_input(batch, model.pipeline.mean, model.pipeline.std))).cpu().numpy())
        on_progress(min(start + _BATCH, len(pictures)), len(pictures))
    return joined(found)
