"""What a network is fed of one film, for people to look at: the pixels of training, without a network or torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.augmentation.policy import Policy, draw
from mammo.augmentation.warp import lesion_kept, warp, warp_mask
from mammo.datasets.lesions import lesion_mask
from mammo.imaging.gray_image import Mask, StoredImage, to_stored
from mammo.training.items import Item
from mammo.training.prepared import prepared_item

if TYPE_CHECKING:
    from mammo.datasets import Sample
    from mammo.preprocessing.pipeline import Pipeline


@dataclass(frozen=True)
class PreparedFilm:
    """A film as it lies in the prepared cache."""

    sample_id: str
    pixels: StoredImage  # shape (S, S)
    lesion: Mask | None  # where its outlined lesions lie in these pixels; None where the film has none
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class AugmentedView:
    """One prepared film in one epoch."""

    epoch: int  # from 0
    pixels: StoredImage  # shape (S, S); what training feeds, bit for bit
    words: str  # what was drawn: "+137°, mirrored"
    lesion: Mask | None  # moved with the film
    lesion_kept: float | None  # share of the lesion inside the picture, in [0, 1]


def prepare_film(sample: Sample, pipeline: Pipeline, *, bits: int) -> PreparedFilm:
    """Take a film through the pipeline, as a training does.

    Args:
        sample: The film.
        pipeline: Of the training.
        bits: Of the prepared pixels: ``stored_bits`` of all films of the training.

    Raises:
        TrainingError: If the file is gone or is not the one that was imported.
        ImageError: If a file of the film or of its lesions can't be read.
    """
    picture = prepared_item(Item(sample, label=-1), pipeline)
    outlined = lesion_mask(sample)
    lesion = picture.follow(outlined) if outlined.any() else None
    return PreparedFilm(sample.id, to_stored(picture.pixels, bits), lesion, picture.warnings)


def augmented_view(film: PreparedFilm, policy: Policy, *, seed: int, epoch: int) -> AugmentedView:
    """The film as the training of ``seed`` feeds it in ``epoch`` (from 0)."""
    change = draw(policy, seed=seed, epoch=epoch, sample_id=film.sample_id, size=film.pixels.shape[-1])
    lesion = None if film.lesion is None else warp_mask(film.lesion, change.matrix)
    kept = None if film.lesion is None else lesion_kept(film.lesion, change.matrix)
    return AugmentedView(epoch, warp(film.pixels, change.matrix), change.words, lesion, kept)


def lesion_shares(film: PreparedFilm, policy: Policy, *, seed: int, draws: int) -> tuple[float, ...]:
    """Share of the film's lesion that stays inside the picture in each of the first epochs; none without a lesion."""
    if film.lesion is None:
        return ()
    size = film.pixels.shape[-1]
    changes = (draw(policy, seed=seed, epoch=epoch, sample_id=film.sample_id, size=size) for epoch in range(draws))
    return tuple(lesion_kept(film.lesion, change.matrix) for change in changes)
