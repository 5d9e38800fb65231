"""Two protocols for the same recipes: the paper's, which tears women apart, and a clean one, which doesn't."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from mammo.datasets import LabelPolicy, Sample
from mammo.datasets.splitting import PAPER_FRACTIONS, Part, Split, split_samples
from mammo.models import MODELS
from mammo.paper.recipes import RECIPES, Recipe
from mammo.training.batches import batches_per_epoch
from mammo.training.config import TrainingConfig

Protocol = Literal["paper", "clean"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
LABELS: dict[Protocol, str] = {"paper": "the paper's protocol", "clean": "the clean protocol"}

#: What the clean protocol mends, and what it leaves as it is.
CLEAN_MEANS = (
    "Split by patient: no woman is in two parts, neither in training and test nor in training and validation.",
    "The same recipe, seed and shares of 72, 8 and 20 %, so that the split alone makes the difference.",
    "Nothing is chosen by the test part: it is looked at once, with the network of the last iteration.",
    "Intervals come from drawing women; several films of one woman are no independent cases.",
    "Not mended: the labels, and scanners that go with a class. Both protocols share those.",
)

#: What each protocol is trained in spite of; the paper's leaks, which is what it is there to show.
ACCEPTED: dict[Protocol, dict[str, tuple[str, ...]]] = {"paper": {"accept": ("leaking_split",)}, "clean": {}}


@dataclass(frozen=True)
class PaperOptions:
    """What a person may change of the paper's recipe. The defaults are the paper's."""

    epochs: int = 10
    batch_size: int = 128
    image_size: int = 227
    seed: int = 0
    pretrained: tuple[str, ...] = ()  # models that start from ImageNet weights; others start from scratch

    @classmethod
    def of_configs(cls, configs: Collection[Mapping[str, Any]]) -> Self:
        """The options that configurations of one reproduction, of which there is one at least, were made with."""
        first = next(iter(configs))
        pretrained = {str(one["model"]) for one in configs if one["weights"] == "imagenet"}
        return cls(first["epochs"], first["batch_size"], first["image_size"], first["seed"], tuple(sorted(pretrained)))


def models_with_weights(weights_dir: Path) -> tuple[str, ...]:
    """The paper's models whose ImageNet weights lie in a folder, sorted."""
    return tuple(
        name
        for name in sorted({recipe.model for recipe in RECIPES.values()})
        if (weights := MODELS[name].weights) is not None
        and any((weights_dir / file).is_file() for file in (weights.file, weights.original_file))
    )


def config_of(recipe: Recipe, options: PaperOptions, training_images: int) -> TrainingConfig:
    """A recipe's training.

    Args:
        recipe: One of RECIPES.
        options: What is changed of it.
        training_images: How many there are; where all iterations are fewer than the paper's 50 between validations,
            it validates once an epoch, which changes nothing of what is learnt.

    Raises:
        ParameterError: If an option is outside its limits.
    """
    config = recipe.preset.config(
        {
            "epochs": options.epochs,
            "batch_size": options.batch_size,
            "image_size": options.image_size,
            "seed": options.seed,
            "weights": "imagenet" if recipe.model in options.pretrained else "none",
        }
    )
    iterations = options.epochs * batches_per_epoch(training_images, config.batch_size, drop_last=config.drop_last)
    return config.with_values({"validation_every": 0}) if iterations < config.validation_every else config


def splits_of(samples: Sequence[Sample], policy: LabelPolicy, seed: int) -> dict[Protocol, Split]:
    """The split of each protocol, of the same shares.

    Raises:
        DatasetError: If there are fewer than two classes, or a part would lack one of them.
    """
    return {
        "paper": split_samples(samples, by="paper", seed=seed, policy=policy),
        "clean": split_samples(samples, by="patient", fractions=PAPER_FRACTIONS, seed=seed, policy=policy),
    }


def images_in(split: Split, part: Part) -> int:
    """How many images a split has in a part."""
    return sum(one == part for one in split.assignment.values())


def batch_warning(training_images: int, options: PaperOptions) -> str | None:
    """What must be said where batches are large for the training part; None where they are not."""
    size = options.batch_size
    if training_images < size:
        return (
            f"The training part has {training_images} images, fewer than one batch of {size}: an epoch would be a "
            f"single step, {options.epochs} steps in all. The paper took 54 an epoch. Choose smaller batches."
        )
    rest = training_images % size
    if training_images // size < 8 and rest:
        return (
            f"Steps an epoch: {training_images // size}, of {size} images each; {rest} of {training_images} training "
            "images would be left out of each epoch, other ones every time. The paper took 54 steps an epoch and left "
            "out 60 of 6972 images. Smaller batches waste less."
        )
    return None


def fitting_batch(training_images: int) -> int:
    """The largest batch of 128, 64, 32, 16 or 8 with which an epoch has eight steps or more; 8 if none has."""
    return next((size for size in (128, 64, 32, 16) if training_images // size >= 8), 8)
