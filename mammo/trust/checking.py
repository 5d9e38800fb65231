"""The checks themselves: of one network and one heat-map method on some images."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Interval, Values, percentile_interval
from mammo.evaluation.localisation import localization
from mammo.evaluation.resampling import resampled_values
from mammo.explanation import CamMethod
from mammo.explanation.explaining import INPUT, Heatmap, explain, is_blank
from mammo.imaging.gray_image import Mask
from mammo.trust.heatmap_trust import HeatmapTrust
from mammo.trust.road import road

if TYPE_CHECKING:
    from torch import Tensor, nn

    from mammo.models import ModelSpec

_STRANGERS = 3  # networks with random weights that a network is compared with
_EVERY_PX = 6  # rank correlations compare places so far apart; maps are smooth
_NOISE = 0.02  # standard deviation of the noise that must not change a map, in those of the input
_CONTRAST = 1.03
_SHIFT = 0.02

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CheckedImages:
    """Images for the checks, N of them."""

    inputs: Tensor  # normalized, shape (N, 3, H, W)
    targets: Sequence[int]  # the class whose map is checked
    patients: npt.NDArray[np.str_]  # shape (N,)
    breasts: Sequence[Mask]  # each of shape (H, W)
    lesions: Sequence[Mask | None]  # None where none is outlined


@dataclass(frozen=True)
class Subject:
    """Whose maps are checked."""

    method: CamMethod
    spec: ModelSpec
    network: nn.Module
    layer: str | None = None


def check_heatmaps(
    subject: Subject,
    images: CheckedImages,
    *,
    seed: int = 0,
    model_doubt: str | None = None,
    on_progress: Progress = lambda _done, _all: None,
) -> HeatmapTrust:
    """Measure how far the maps of a method can be trusted on a network.

    Args:
        subject: Method and network.
        images: Of different women where possible; two dozen give wide intervals, a hundred narrow ones.
        seed: Of random weights, noise and the bootstrap.
        model_doubt: What speaks against the model itself, for instance that it can't be told from chance.
        on_progress: Called with images done and their number.

    Raises:
        ParameterError: If there is no image.
        ExplanationError: If a map can't be computed.

    Source:
        Random weights: Adebayo et al. 2018, Sanity checks for saliency maps. ROAD: Rong et al. 2022. Criteria for
        radiology: Arun et al. 2021, Assessing the trustworthiness of saliency maps.
    """
    count = len(images.targets)
    if not count:
        raise ParameterError("Heat maps are checked on 1 image or more.")
    strangers = [with_random_weights(subject.network, seed + number) for number in range(_STRANGERS)]
    figures = []
    for place in range(count):
        figures.append(_figures_of(subject, strangers, images, place, seed + place))
        on_progress(place + 1, count)
    outlined = np.array([lesion is not None for lesion in images.lesions])

    def mean(name: str) -> Interval:
        return mean_by_woman(np.array([one.get(name, np.nan) for one in figures]), images.patients, seed)

    return HeatmapTrust(
        method=subject.method.name,
        layer=_layer_of(subject) if subject.method.has_layers else INPUT,
        images=count,
        women=len(set(images.patients)),
        blank=sum("repeated" not in one for one in figures),
        like_random_weights=mean("like_random_weights"),
        repeated=mean("repeated"),
        faithfulness=mean("faithfulness"),
        outlined=int(outlined.sum()),
        outlined_women=len(set(images.patients[outlined])),
        over_chance=mean("over_chance"),
        over_random_weights=mean("over_random_weights"),
        over_center=mean("over_center"),
        model_doubt=model_doubt,
    )


def with_random_weights(network: nn.Module, seed: int) -> nn.Module:
    """A copy of a network with the weights of one that has learnt nothing, in evaluation mode."""
    import torch

    stranger = copy.deepcopy(network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in stranger.modules():
            if callable(reset := getattr(module, "reset_parameters", None)):
                reset()
    return stranger.eval()


def rank_correlation(one: Heatmap, other: Heatmap, inside: Mask) -> float:
    """Spearman's correlation of two maps at places inside a mask; NaN if either is flat there."""
    from scipy.stats import rankdata  # here only: 60 MB, and pages load this module

    grid = np.zeros(inside.shape, bool)
    grid[_EVERY_PX // 2 :: _EVERY_PX, _EVERY_PX // 2 :: _EVERY_PX] = True
    places = inside & grid
    ranks = [rankdata(each[places]) for each in (one, other)]
    if any(np.ptp(each) == 0 for each in ranks if each.size) or places.sum() < 3:
        return np.nan
    return float(np.corrcoef(ranks)[0, 1])


def random_channels_map(subject: Subject, inputs: Tensor, target: int, *, seed: int) -> Heatmap:
    """What a map of the same layer looks like when its channels are weighed at random, shape (H, W)."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def weights(activations: Tensor, _gradients: Tensor) -> Tensor:
        drawn = torch.rand(activations.shape[:2], generator=generator)
        return (2 * drawn - 1).to(activations.device)[:, :, None, None]

    method = CamMethod("random_cam", "Random channels", "grad-cam's RandomCAM", channel_weights=weights)
    explanation = explain(method, subject.spec, subject.network, inputs, [target], layer=_layer_of(subject))
    return np.asarray(explanation.heatmaps[0])


def center_map(breast: Mask) -> Heatmap:
    """A spot in the middle of the breast: what points there needs no network, shape (H, W)."""
    rows, columns = np.nonzero(breast)
    spread = np.sqrt(breast.sum()) / 4
    ys, xs = np.ogrid[: breast.shape[0], : breast.shape[1]]
    distance = (ys - rows.mean()) ** 2 + (xs - columns.mean()) ** 2
    return np.asarray(np.exp(-distance / (2 * spread**2)), np.float32)


def _figures_of(
    subject: Subject, strangers: Sequence[nn.Module], images: CheckedImages, place: int, seed: int
) -> dict[str, float]:
    """Each figure of one image, those left out that it does not have."""
    inputs, target = images.inputs[place : place + 1], images.targets[place]
    breast, lesion = images.breasts[place], images.lesions[place]

    def map_of(network: nn.Module, shown: Tensor) -> Heatmap:
        explanation = explain(subject.method, subject.spec, network, shown, [target], layer=subject.layer)
        return np.asarray(explanation.heatmaps[0])

    own, strange = map_of(subject.network, inputs), [map_of(stranger, inputs) for stranger in strangers]
    figures = {}
    if not is_blank(own):
        again = map_of(subject.network, _a_trifle_changed(inputs, seed))
        at_random = random_channels_map(subject, inputs, target, seed=seed)
        figures["repeated"] = rank_correlation(own, again, breast)
        likenesses = np.array([rank_correlation(own, one, breast) for one in strange])
        figures["like_random_weights"] = float(np.mean(np.nan_to_num(likenesses)))  # a flat map is like no other
        own_road, random_road = road(subject.network, inputs, target, (own, at_random), seed=seed)
        figures["faithfulness"] = own_road - random_road
    if lesion is not None and lesion.any() and breast.any():
        ours, central, *theirs = (localization(one, lesion, breast) for one in (own, center_map(breast), *strange))
        figures["over_chance"] = ours.energy_share - ours.chance
        figures["over_random_weights"] = ours.energy_share - float(np.mean([one.energy_share for one in theirs]))
        figures["over_center"] = ours.hit - central.hit
    return figures


def _layer_of(subject: Subject) -> str:
    return subject.layer or subject.spec.cam_layers[0]


def _a_trifle_changed(inputs: Tensor, seed: int) -> Tensor:
    import torch

    noise = torch.randn(inputs[:, :1].shape, generator=torch.Generator().manual_seed(seed)).to(inputs.device)
    return inputs * _CONTRAST + inputs.std() * (_SHIFT + _NOISE * noise)


def mean_by_woman(values: Values, patients: npt.NDArray[np.str_], seed: int) -> Interval:
    """The mean over images that have the figure (not NaN), women drawn with all of theirs."""
    known = ~np.isnan(values)
    if not known.any():
        return Interval(None, reason="no image has this figure")
    values, patients = values[known], patients[known]
    if len(set(patients)) == 1:
        return Interval(float(values.mean()), reason="there is one woman only")

    def means(weights: Values) -> Values:
        return np.asarray(weights @ values / weights.sum(axis=1))

    return percentile_interval(float(values.mean()), resampled_values(patients, means, seed=seed))
