"""Heat maps of a network's answers, without hooks or any other trace on the network: threads may share it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from mammo.errors import ExplanationError
from mammo.explanation._base import CamMethod
from mammo.imaging.gray_image import GrayImage

if TYPE_CHECKING:
    from torch import Tensor, nn

    from mammo.models import ModelSpec

Heatmap = npt.NDArray[np.float32]  # shape (height, width), 0 or more, no upper limit
Heatmaps = npt.NDArray[np.float32]  # shape (N, height, width), the same of N images

INPUT = "input"  # stands for a layer where a method has none
_FLAT = 1e-5  # share of the maximum; sums of float32 differ by less


@dataclass(frozen=True)
class Explanation:
    """Heat maps of N images for one class each, and the answers that they explain."""

    heatmaps: Heatmaps  # height and width of the input; raw: not scaled to 1
    logits: npt.NDArray[np.float32]  # shape (N, K)
    explained_labels: npt.NDArray[np.int64]  # shape (N,)
    explained_logits: npt.NDArray[np.float32]  # shape (N,)
    cam_layer: str  # INPUT for a method that knows no layer


def explain(  # noqa: PLR0913 - the last only spares work
    method: CamMethod,
    spec: ModelSpec,
    model: nn.Module,
    inputs: Tensor,
    targets: Sequence[int] | None = None,
    *,
    layer: str | None = None,
    activations: Tensor | None = None,
) -> Explanation:
    """Show where the evidence for a class lies in each image.

    The body runs without gradients; only the head, from ``layer`` on, is differentiated, and only with respect to
    the activations: no weight gets a gradient, and frozen weights serve as well.

    Args:
        method: An entry of CAM_METHODS.
        spec: The family of ``model``.
        model: A network in evaluation mode.
        inputs: Normalized images, shape (N, 3, H, W), on the model's device.
        targets: Class index for each image; None for the class that the network finds most probable.
        layer: Where the network is cut; None for the family's default.
        activations: What the part before ``layer`` makes of ``inputs``, where that is known already.

    Raises:
        ExplanationError: If the model is in training mode, or layer, class or image size do not fit it, or the
            map is not finite.
    """
    import torch

    layer = layer or spec.cam_layers[0]
    _check(spec, model, inputs)
    if method.input_map is not None:
        return _explain_by_inputs(method.input_map, model, inputs, targets)
    body, head = spec.split(model, layer)
    with torch.no_grad():
        activations = (
            body(inputs) if activations is None else activations
        ).detach()  # a body that hands its input through must not mark the caller's tensor
    if activations.ndim != 4:
        raise ExplanationError(f"Behind {layer} there is no map any more. Useful: {', '.join(spec.cam_layers)}.")
    with torch.enable_grad():
        activations.requires_grad_()
        logits = head(activations)
        labels = _labels(logits.detach(), targets)
        maps = _maps(method, activations, logits, labels)
    _check_finite(maps)
    positive = maps.detach().clamp_min(0).float().cpu().numpy()  # before it is enlarged, as the papers do
    return _finished(_enlarged(positive, (inputs.shape[2], inputs.shape[3])), logits.detach(), labels, layer)


def _explain_by_inputs(
    input_map: Callable[[nn.Module, Tensor, Tensor], Tensor],
    model: nn.Module,
    inputs: Tensor,
    targets: Sequence[int] | None,
) -> Explanation:
    import torch

    with torch.no_grad():
        logits = model(inputs)
    labels = _labels(logits, targets)
    _check_finite(logits)
    maps = input_map(model, inputs, labels).detach()
    _check_finite(maps)
    return _finished(maps.clamp_min(0).float().cpu().numpy(), logits, labels, INPUT)


def _enlarged(maps: Heatmaps, shape: tuple[int, int]) -> Heatmaps:
    """Maps (N, h, w) at ``shape``, bilinear between the centres of their points."""
    enlarged = np.empty((len(maps), *shape), np.float32)
    for small, large in zip(maps, enlarged, strict=True):
        cv2.resize(small, shape[::-1], dst=large, interpolation=cv2.INTER_LINEAR)
    return enlarged


def _finished(heatmaps: Heatmaps, logits: Tensor, labels: Tensor, layer: str) -> Explanation:
    """An explanation from maps (N, H, W), 0 or more, and logits (N, K)."""
    _check_finite(logits)
    return Explanation(
        heatmaps=heatmaps,
        logits=logits.float().cpu().numpy(),
        explained_labels=labels.cpu().numpy(),
        explained_logits=logits.gather(1, labels[:, None])[:, 0].float().cpu().numpy(),
        cam_layer=layer,
    )


def is_blank(heatmap: Heatmap) -> bool:
    """Whether a map points nowhere: zero everywhere, or the same everywhere."""
    top = float(heatmap.max())
    return top <= 0 or top - float(heatmap.min()) <= _FLAT * top


def normalized(heatmap: Heatmap, scale: float | None = None) -> GrayImage:
    """The map in [0, 1], zero everywhere if it is blank; the size of its numbers does not matter.

    Args:
        heatmap: Raw map, 0 or more.
        scale: The raw value that becomes 1, for several maps on one scale; None for this map's own maximum.
    """
    if is_blank(heatmap):
        return np.zeros_like(heatmap)
    top = np.float32(heatmap.max() if scale is None else scale)
    image: GrayImage = np.clip(heatmap / top, 0, 1)
    return image


def _check(spec: ModelSpec, model: nn.Module, inputs: Tensor) -> None:
    if any(module.training for module in model.modules()):
        raise ExplanationError("The model is in training mode; a heat map needs evaluation mode.")
    if inputs.ndim != 4 or inputs.shape[1] != 3 or min(inputs.shape[2:]) < spec.min_input_size or not len(inputs):
        raise ExplanationError(
            f"{spec.label} explains images of shape (N, 3, H, W), H and W at least {spec.min_input_size}; "
            f"these are {tuple(inputs.shape)}."
        )


def _labels(logits: Tensor, targets: Sequence[int] | None) -> Tensor:
    """Class index of each image, shape (N,)."""
    import torch

    if targets is None:
        return logits.argmax(1)
    count, class_count = logits.shape
    if len(targets) != count:
        raise ExplanationError(f"{len(targets)} classes are named for {count} images; name one for each.")
    unknown = [target for target in targets if not 0 <= target < class_count]
    if unknown:
        raise ExplanationError(f"There is no class {unknown[0]}; this model has classes 0 to {class_count - 1}.")
    return torch.tensor(targets, dtype=torch.int64, device=logits.device)


def _maps(method: CamMethod, activations: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
    """Maps (N, h, w) at the size of the layer; where an activation is not finite, its map is not finite either."""
    import torch

    if method.activation_map is not None:
        _check_finite(activations)  # a decomposition may fail on others
        return method.activation_map(activations.detach())
    explained = torch.zeros_like(logits).scatter_(1, labels[:, None], 1)
    (gradients,) = torch.autograd.grad(logits, activations, explained)
    with torch.no_grad():
        activations, gradients = activations.float(), gradients.float()
        weights = method.channel_weights(activations, gradients)  # type: ignore[misc]
        return (weights * activations).sum(1)


def _check_finite(values: Tensor) -> None:
    """Refuse values (N, ...) that are infinite or not a number."""
    import torch

    if math.isfinite(values.sum(dtype=torch.float64).item()):  # float32 can't overflow there; one passage, no copies
        return
    broken = (~values.isfinite()).flatten(1).any(1).nonzero()
    if len(broken):
        raise ExplanationError(
            f"No heat map can be shown for image {int(broken[0]) + 1}: the model answers with values that are not "
            "numbers. Its training may have diverged, or the image is not finite."
        )
