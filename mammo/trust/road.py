"""Faithfulness by removing and retouching (ROAD): the equations of the grad-cam package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mammo.explanation.explaining import Heatmap
from mammo.imaging.gray_image import Mask

if TYPE_CHECKING:
    from torch import Tensor, nn

Pixels = npt.NDArray[np.float32]

_NOISE = 0.01  # of the imputation, as its authors have it
SHARES_KEPT = (0.5, 0.7, 0.9)  # of the pixels


def road(
    network: nn.Module, inputs: Tensor, target: int, heatmaps: Sequence[Heatmap], *, seed: int
) -> tuple[float, ...]:
    """How much more the class's probability falls without what a map marks than without what it leaves unmarked.

    For each share that is kept the most marked places, and as many of the least marked, are replaced by what their
    surroundings suggest; the figure is the mean of half the difference, in [-0.5, 0.5]. Zero: the map's order means
    nothing.

    Args:
        network: In evaluation mode.
        inputs: One normalized image, shape (1, 3, H, W).
        target: The class that the maps explain.
        heatmaps: Each of shape (H, W); only the order of their values counts, ties are broken at random.
        seed: Of ties and of the imputation's noise.

    Returns:
        One figure for each map.

    Source:
        Rong et al. 2022, A consistent and efficient evaluation strategy for attribution methods; grad-cam 1.5.7.
    """
    import torch

    image, rng = inputs[0].detach().float().cpu().numpy(), np.random.default_rng(seed)
    pictures = []
    for heatmap in heatmaps:
        order = _order(heatmap, rng)
        kept = [end for share in SHARES_KEPT for end in (order < share, order >= 1 - share)]
        pictures += [_retouched(image, one, rng) for one in kept]
    with torch.no_grad():
        probabilities = network(torch.from_numpy(np.stack(pictures)).to(inputs)).float().softmax(1)[:, target]
    without_marked, without_unmarked = probabilities.cpu().double().numpy().reshape(len(heatmaps), -1, 2).mean(1).T
    return tuple((without_unmarked - without_marked) / 2)


def _retouched(image: Pixels, kept: Mask, rng: np.random.Generator) -> Pixels:
    """An image (3, H, W) whose other places are the weighted means of their neighbors, with a little noise."""
    from pytorch_grad_cam.metrics.road import NoisyLinearImputer, neighbors_weights
    from scipy.sparse import csc_matrix  # here only: pages load this package
    from scipy.sparse.linalg import spsolve

    equations, known = NoisyLinearImputer.setup_sparse_system(kept.astype(np.float32), image, neighbors_weights)
    solution = spsolve(csc_matrix(equations), known)
    filled = image.copy()
    filled[:, ~kept] = (solution + rng.normal(0, _NOISE, solution.shape)).T
    return filled


def _order(heatmap: Heatmap, rng: np.random.Generator) -> Heatmap:
    """Each place's rank among all, in [0, 1)."""
    ranks = np.lexsort((rng.random(heatmap.size), heatmap.ravel())).argsort()
    return np.asarray(ranks.reshape(heatmap.shape) / heatmap.size, np.float32)
