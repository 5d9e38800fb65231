"""An explained prediction of one picture by the models of one job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from mammo.embedding.computing import embedding_layer, pooled
from mammo.errors import CheckpointError, ParameterError
from mammo.explanation import CamMethod
from mammo.explanation.explaining import explain, normalized
from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage, StoredImage, to_stored
from mammo.imaging.guard import GuardVerdict, guard
from mammo.imaging.overlay import overlay
from mammo.imaging.reading import LoadedImage
from mammo.preprocessing import Picture
from mammo.training.batches import LabelledImages, to_input
from mammo.training.forward import device_of, probabilities_of, views_of
from mammo.training.items import Item
from mammo.training.model_folder import TrainedModel, read_model
from mammo.training.prepared import prepare_images


@dataclass(frozen=True)
class Prediction:
    """What the models of a job say of one picture."""

    label: str  # the most probable class
    probabilities: dict[str, float]  # by class name; they sum to 1
    heatmap: GrayImage | None  # of the picture as read, or of ``map_shape``; in [0, 1]; None if no method was asked for
    explained_label: str
    warnings: tuple[str, ...]
    guard: GuardVerdict | None  # None where squares are judged, which look like no film
    network_input: StoredImage  # what the network was fed, shape (image_size, image_size)
    pixels_per_input: float  # of the picture as read, along a side of one pixel of the network's input
    embedding: tuple[float, ...] = ()  # where the first model puts it; see mammo.embedding


def load_models(job_dir: Path) -> tuple[TrainedModel, ...]:
    """The models of a finished training: one, or one for each fold.

    Raises:
        CheckpointError: If there is none, or one is damaged.
    """
    folders = sorted((job_dir / "models").glob("fold-*"), key=lambda folder: int(folder.name.split("-")[1]))
    models = tuple(read_model(folder) for folder in folders if folder.suffix != ".tmp")
    if not models:
        raise CheckpointError(f"Job {job_dir.name} has no finished model. Resume it, or train again.")
    folds = max(models[0].config.folds, 1)
    return models[:folds]  # behind them lie the models of the position control


def predict(
    models: Sequence[TrainedModel],
    image: LoadedImage,
    method: CamMethod | None = None,
    *,
    layer: str | None = None,
    explained_label: str | None = None,
    map_shape: tuple[int, int] | None = None,
) -> Prediction:
    """Classify one picture as training saw its own; several models answer with their mean.

    Whether it is a mammogram at all is looked at first: what speaks against it is the first of the warnings.

    Args:
        models: Of one job: the same classes, family and pipeline.
        image: As read, any size.
        method: How the heat map is computed; None for none.
        layer: Where the networks are cut for it; None for the family's default.
        explained_label: The class that it explains; None for the predicted one.
        map_shape: Height and width of the heat map, where it is to lie on a reduced picture.

    Raises:
        ParameterError: If the models know no such class.
        ExplanationError: If the heat map can't be computed.
    """
    first = models[0]
    if explained_label not in {None, *first.class_names}:
        raise ParameterError(f"The model knows no class {explained_label!r}; it knows {', '.join(first.class_names)}.")
    picture = first.pipeline.prepare(image.pixels)
    judged = _judged(models, _input(picture, image.bits, first))
    winner = int(judged.probabilities.argmax())
    verdict = guard(image.pixels, image.modality) if first.config.region == "none" else None
    doubts = [verdict.sentence] if verdict else []
    heatmap, warnings = None, [*filter(None, doubts), *image.warnings, *picture.warnings]
    explained = winner if explained_label is None else first.class_names.index(explained_label)
    if method is not None:
        cam = _Cam(method, layer, explained)
        evidence = _map(models, judged, cam)
        heatmap = _laid(evidence, _on(map_shape or image.pixels.shape, picture, image.pixels.shape))
        if not evidence.any():
            warnings.append(f"No positive evidence for {first.class_names[explained]}: the heat map is empty.")
    return Prediction(
        label=first.class_names[winner],
        probabilities=dict(zip(first.class_names, judged.probabilities.tolist(), strict=True)),
        heatmap=heatmap,
        explained_label=first.class_names[explained],
        warnings=tuple(dict.fromkeys(warnings)),
        guard=verdict,
        network_input=to_stored(picture.pixels, image.bits),
        pixels_per_input=float(1 / np.linalg.norm(picture.matrix[:2, :2], axis=0).min()),
        embedding=tuple(pooled(judged.activations)[0].tolist()),
    )


def input_of(model: TrainedModel, image: LoadedImage) -> torch.Tensor:
    """What a model's network is fed of a picture, shape (1, 3, S, S)."""
    return _input(model.pipeline.prepare(image.pixels), image.bits, model)


def answered_and_explained(
    models: Sequence[TrainedModel], inputs: torch.Tensor, method: CamMethod
) -> tuple[npt.NDArray[np.float64], GrayImage]:
    """The networks' part of a prediction: probabilities, shape (K,), and the map of the first choice, shape (S, S)."""
    judged = _judged(models, inputs)
    return judged.probabilities, _map(models, judged, _Cam(method, None, int(judged.probabilities.argmax())))


def probabilities_of_items(
    models: Sequence[TrainedModel], items: Sequence[Item], prepared_dir: Path
) -> npt.NDArray[np.float64]:
    """Mean class probabilities of many items, shape (N, K), through the models' own preparation."""
    first = models[0]
    images = prepare_images(items, first.pipeline, prepared_dir)
    labels = np.array([item.label for item in items], np.int64)
    data = LabelledImages(images, labels, tuple(item.id for item in items))
    device = device_of("cpu")
    each = [probabilities_of(model.network, data, model.spec, model.config, device) for model in models]
    return np.asarray(np.mean(each, axis=0))


def overlaid(image: GrayImage, heatmap: GrayImage) -> npt.NDArray[np.uint8]:
    """The picture with its heat map inside the breast, RGB, shape (height, width, 3)."""
    return overlay(image, heatmap, mask=breast_mask(image))


def _input(picture: Picture, bits: int, model: TrainedModel) -> torch.Tensor:
    """The model's input, through the same integers that training keeps."""
    stored = to_stored(picture.pixels, bits)
    return to_input(stored[np.newaxis], model.pipeline.mean, model.pipeline.std)


@dataclass(frozen=True, eq=False)
class _Judged:
    """What the networks made of one input."""

    inputs: torch.Tensor  # shape (1, 3, S, S)
    activations: torch.Tensor  # of the first network, behind its usual layer, shape (1, C, h, w)
    probabilities: npt.NDArray[np.float64]  # mean of all networks, shape (K,), their sum is 1


def _judged(models: Sequence[TrainedModel], inputs: torch.Tensor) -> _Judged:
    first = models[0]
    with torch.no_grad():
        body, head = first.spec.split(first.network, embedding_layer(first))
        activations = body(inputs)
        views = views_of(inputs, first.config.test_time_views)  # as its test images were judged
        others = [model.network(view) for place, model in enumerate(models) for view in views[place == 0 :]]
        logits = (head(activations), *others)
        mean = torch.stack([one.float().softmax(1)[0] for one in logits]).mean(0).double().numpy()
    return _Judged(inputs, activations, np.asarray(mean / mean.sum()))


@dataclass(frozen=True)
class _Cam:
    """What a heat map is to show, and how."""

    method: CamMethod
    layer: str | None
    explained: int  # index of the class


@dataclass(frozen=True, eq=False)
class _Onto:
    """Where a heat map is laid: a picture of this shape, whose points the matrix maps to the network's input."""

    shape: tuple[int, ...]
    matrix: npt.NDArray[np.float64]


def _on(shape: tuple[int, ...], picture: Picture, whole: tuple[int, ...]) -> _Onto:
    """A picture of ``shape`` that shows all of the one as read, which is of shape ``whole``."""
    enlarged = np.diag([whole[1] / shape[1], whole[0] / shape[0], 1.0])
    return _Onto(shape, picture.matrix @ enlarged)


def _map(models: Sequence[TrainedModel], judged: _Judged, cam: _Cam) -> GrayImage:
    """The mean of the models' maps at the size of the network's input; zero everywhere if there is no evidence."""
    known = {0: judged.activations} if cam.layer in {None, embedding_layer(models[0])} else {}
    each = (
        explain(
            cam.method,
            model.spec,
            model.network,
            judged.inputs,
            [cam.explained],
            layer=cam.layer,
            activations=known.get(place),
        )
        for place, model in enumerate(models)
    )
    maps = [normalized(explanation.heatmaps[0]) for explanation in each]
    return np.asarray(np.mean(maps, axis=0), np.float32)


def _laid(heatmap: GrayImage, onto: _Onto) -> GrayImage:
    """A map laid back onto the picture."""
    to_centers = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    back = to_centers @ onto.matrix @ np.linalg.inv(to_centers)
    height, width = onto.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(heatmap, back[:2], (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(np.clip(laid, 0, 1), np.float32)
