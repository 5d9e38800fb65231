"""A model of regions slid over a whole film: where it finds something, and what random channels would find there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mammo.datasets.regions import Region, crop
from mammo.embedding.computing import embedding_layer, pooled
from mammo.errors import ParameterError
from mammo.imaging.breast import breast_mask
from mammo.imaging.display import reduced
from mammo.imaging.gray_image import GrayImage, Mask, StoredImage, to_stored
from mammo.preprocessing import Picture
from mammo.training.batches import to_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mammo.imaging.reading import LoadedImage
    from mammo.training.model_folder import TrainedModel

LONGEST_PX = 512  # of a map; half a millimeter of a film of 24 cm
STRIDE = 0.25  # of a square's side: a quarter is between neighbors
NORMAL = "normal"
_BATCH = 32

Grid = npt.NDArray[np.float64]  # shape (rows, columns): one value for each square


@dataclass(frozen=True, eq=False)
class LesionMap:
    """What a model of regions says of every place of a film; maps of one shape, the film's longer side LONGEST_PX."""

    heatmap: GrayImage  # probability that a square about this place is not normal; 0 outside the breast
    random_channels: tuple[GrayImage, ...]  # the same squares, their channels weighed at random; 0 and more
    breast: Mask
    squares: int  # so many were judged


class _Places(NamedTuple):
    """Where the squares lie: a grid of centers in the film's pixels, and which of them are judged."""

    rows: npt.NDArray[np.float64]
    columns: npt.NDArray[np.float64]
    is_judged: npt.NDArray[np.bool_]  # shape (rows, columns)

    def regions(self, side_px: float) -> list[Region]:
        at = np.argwhere(self.is_judged)
        return [Region("", float(self.columns[x]), float(self.rows[y]), side_px, "", "normal") for y, x in at]


def lesion_map(
    model: TrainedModel, image: LoadedImage, *, side_share: float, stride: float = STRIDE, draws: int = 3, seed: int = 0
) -> LesionMap:
    """Judge a square about every place of the breast and lay the answers out as a map.

    Squares are judged once, as they stand, without the views that a test may turn them by.

    Args:
        model: Of regions; one of its classes is ``normal``.
        image: A whole film.
        side_share: Side of a square as a share of the film's height, as the squares had that were learnt from.
        stride: Way between two squares, in sides.
        draws: Sets of random weights for the maps to compare with.
        seed: Of those weights.

    Raises:
        ParameterError: If the model judges whole films, or knows no normal class.

    Source:
        Shen et al. 2019, doi:10.1038/s41598-019-48995-4, for heat maps of a patch classifier; random weights as in
        grad-cam's RandomCAM.
    """
    if model.config.region == "none" or NORMAL not in model.class_names:
        raise ParameterError("Only a model of regions that knows normal ones can be slid over a film.")
    height, width = image.pixels.shape
    small = reduced(image.pixels, LONGEST_PX)
    breast = breast_mask(small)
    side_px = side_share * height
    places = _places((height, width), breast, side_px * stride)
    answers, features = _judged(model, image, places.regions(side_px))
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-1, 1, (draws, features.shape[1]))

    def laid(values: npt.NDArray[np.float64]) -> GrayImage:
        grid = np.zeros(places.is_judged.shape)
        grid[places.is_judged] = values
        return _laid_out(grid, places, small.shape, height / small.shape[0]) * breast

    return LesionMap(
        heatmap=laid(answers),
        random_channels=tuple(laid(np.maximum(features @ one, 0)) for one in weights),
        breast=breast,
        squares=len(answers),
    )


def _places(shape: tuple[int, int], breast: Mask, step_px: float) -> _Places:
    """Centers a step apart, those in the breast."""
    height, width = shape
    rows = (np.arange(max(1, round(height / step_px))) + 0.5) * height / max(1, round(height / step_px))
    columns = (np.arange(max(1, round(width / step_px))) + 0.5) * width / max(1, round(width / step_px))
    ys = np.minimum((rows * breast.shape[0] / height).astype(int), breast.shape[0] - 1)
    xs = np.minimum((columns * breast.shape[1] / width).astype(int), breast.shape[1] - 1)
    is_judged = breast[np.ix_(ys, xs)]
    return _Places(rows, columns, is_judged if is_judged.any() else np.ones_like(is_judged))


def _judged(
    model: TrainedModel, image: LoadedImage, regions: Sequence[Region]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Probability of not being normal, shape (N,), and pooled channels, shape (N, D), of each square."""
    import torch

    body, head = model.spec.split(model.network, embedding_layer(model))
    normal = model.class_names.index(NORMAL)
    answers, features = [], []
    for batch in _batches(model, image, regions):
        with torch.no_grad():
            activations = body(to_input(batch, model.pipeline.mean, model.pipeline.std))
            answers.append(1 - head(activations).double().softmax(1)[:, normal].numpy())
            features.append(pooled(activations).double().numpy())
    return np.concatenate(answers), np.concatenate(features)


def _batches(model: TrainedModel, image: LoadedImage, regions: Sequence[Region]) -> Iterator[StoredImage]:
    for start in range(0, len(regions), _BATCH):
        prepared = []
        for region in regions[start : start + _BATCH]:
            pixels, left, top = crop(image.pixels, region)
            cut = Picture(pixels, np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]]))
            prepared.append(to_stored(model.pipeline.prepare(cut.pixels, cut).pixels, image.bits))
        yield np.stack(prepared)  # type: ignore[misc] # of one type


def _laid_out(grid: Grid, places: _Places, shape: tuple[int, ...], film_px: float) -> GrayImage:
    """The grid's values at their centers, bilinear between them, in a map of ``shape``.

    Args:
        grid: Values, shape (rows, columns).
        places: Where they lie in the film.
        shape: Of the map.
        film_px: Pixels of the film to one of the map.
    """
    step_y = places.rows[1] - places.rows[0] if len(places.rows) > 1 else 1.0
    step_x = places.columns[1] - places.columns[0] if len(places.columns) > 1 else 1.0
    ys = ((np.arange(shape[0]) + 0.5) * film_px - places.rows[0]) / step_y
    xs = ((np.arange(shape[1]) + 0.5) * film_px - places.columns[0]) / step_x
    across, down = np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    values = cv2.remap(grid.astype(np.float32), across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32)
