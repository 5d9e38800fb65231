"""What is learnt from: whole films or regions of them, with their labels, for each part of a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from mammo.datasets import CLASS_NAMES, LabelPolicy, Sample, sorted_class_names
from mammo.datasets.regions import NormalPlacement, Region, crop, lesion_regions, normal_regions
from mammo.errors import DatasetError
from mammo.imaging.gray_image import GrayImage
from mammo.preprocessing import Picture

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Item:
    """One thing that gets one prediction."""

    sample: Sample
    label: int  # index of the class names; -1 where none is known
    region: Region | None = None
    other_regions: tuple[Region, ...] = ()  # of the same film; training takes turns with them, epoch by epoch

    @property
    def id(self) -> str:
        return self.region.id if self.region else self.sample.id

    @property
    def key(self) -> str:
        """Names the pixels: the file's hash, and the region's box."""
        if self.region is None:
            return self.sample.sha256
        region = self.region
        return f"{self.sample.sha256}@{region.center_x_px:.3f},{region.center_y_px:.3f},{region.side_px:.3f}"

    def turns(self) -> tuple[Item, ...]:
        """What stands for this item in one epoch after the other: itself first."""
        return (replace(self, other_regions=()), *(Item(self.sample, self.label, one) for one in self.other_regions))

    def cut(self, image: GrayImage) -> Picture:
        """The item's part of its film, with the map from film to part."""
        if self.region is None:
            return Picture(image)
        pixels, left, top = crop(image, self.region)
        return Picture(pixels, np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]]))


@dataclass(frozen=True)
class Placement:
    """Where normal regions lie and how much is shown around a lesion."""

    normal_regions: NormalPlacement
    context: float  # side of a crop in diameters of its lesion
    normal_turns: int  # squares of a normal film that training takes turns with; the first is the one tested on
    seed: int


def placement_of(config: TrainingConfig) -> Placement:
    """Where the normal regions of a training lie."""
    return Placement(config.normal_regions, config.region_context, config.normal_turns, config.seed)


def film_items(samples: Sequence[Sample], policy: LabelPolicy, class_names: Sequence[str]) -> list[Item]:
    """One item for each sample to which the policy gives a label."""
    index = {name: position for position, name in enumerate(class_names)}
    return [
        Item(sample, index[label])
        for sample in samples
        if (label := sample.labels[policy]) is not None and label in index
    ]


def region_items(samples: Sequence[Sample], policy: LabelPolicy, placement: Placement) -> list[Item]:
    """One item for each lesion, and one for each film without any.

    Raises:
        DatasetError: If no sample carries a lesion with a place.
    """
    lesions = lesion_regions(samples, context=placement.context)
    if not lesions:
        raise DatasetError("This data set has no outlined lesions, which regions need. Train on whole films.")
    normals = normal_regions(
        samples,
        lesions,
        placement=placement.normal_regions,
        count=placement.normal_turns,
        seed=placement.seed,
        policy=policy,
    )
    by_id = {sample.id: sample for sample in samples}
    index = {name: position for position, name in enumerate(CLASS_NAMES)}
    items = [Item(by_id[region.sample_id], index[region.label], region) for region in lesions]
    for sample_id, of_film in groupby(normals, key=lambda region: region.sample_id):
        first, *others = of_film
        items.append(Item(by_id[sample_id], index["normal"], first, tuple(others)))
    return items


def class_names_of(samples: Sequence[Sample], policy: LabelPolicy) -> tuple[str, ...]:
    """Classes that the policy gives to at least one sample, in the field's order."""
    return sorted_class_names({label for sample in samples if (label := sample.labels[policy]) is not None})


def by_part(items: Sequence[Item], assignment: Mapping[str, str]) -> dict[str, list[Item]]:
    """Items of each part of a split; items whose sample the split does not name are left out."""
    parts: dict[str, list[Item]] = {part: [] for part in PARTS}
    for item in items:
        if part := assignment.get(item.sample.id):
            parts[part].append(item)
    return parts
