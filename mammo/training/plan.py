"""What a training will cost, before it starts. Loads no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mammo.training.batches import batches_per_epoch

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig
    from mammo.training.network_size import NetworkSize

#: Forward and backward passes of SqueezeNet 1.1 at 227 px take 1.68 GFLOP and about 12 ms an image on two cores in
#: fp32; other networks are scaled by their own operations.
_SECONDS_PER_GFLOP = 0.0075
#: Of the time of a whole network, what a step takes whose body is frozen (of AlexNet 0.39, of SqueezeNet 0.43 on two
#: cores), and at most one that passes the head alone.
_SHARE_OF_FROZEN, _SHARE_OF_HEAD = 0.42, 0.01
_LOOKED_AT_ONCE = 32  # images whose features are computed together
_OPTIMIZER_STATES = {"adam": 2, "adamw": 2, "sgdm": 1}


@dataclass(frozen=True)
class TrainingPlan:
    """The size of a training: exact counts, and estimates of memory and time."""

    images: int  # training images of one fold
    validation_images: int
    iterations_per_epoch: int
    iterations: int
    learning_rates: dict[str, float]  # backbone (absent if frozen) and head
    trainable_parameters: int
    memory_bytes: int  # weights, gradients, optimizer and activations of one micro-batch; an estimate
    features_bytes: int  # on the disk while it trains, of one fold; 0 where no features are kept
    seconds: float  # an estimate for two cores of a CPU
    folds: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def training_plan(config: TrainingConfig, size: NetworkSize, *, images: int, validation_images: int) -> TrainingPlan:
    """The plan of ``config`` on ``images`` training images with a network of ``size``."""
    per_epoch = batches_per_epoch(images, config.batch_size, drop_last=config.drop_last)
    trained = size.head_parameters if config.frozen else size.parameters
    micro = -(-min(config.batch_size, images) // config.micro_batches)
    kept = 2 * micro * size.activations
    if config.cached_features:  # its largest moment is when the body looks at a batch without learning
        kept = _LOOKED_AT_ONCE * size.activations
    folds = max(config.folds, 1)
    seen = images_seen(config, images, validation_images)
    return TrainingPlan(
        images=images,
        validation_images=validation_images,
        iterations_per_epoch=per_epoch,
        iterations=per_epoch * config.epochs,
        learning_rates=_learning_rates(config),
        trainable_parameters=trained,
        memory_bytes=4 * (size.parameters + trained * (1 + _OPTIMIZER_STATES.get(config.optimizer, 2)) + kept),
        features_bytes=_features_bytes(config, size, images + validation_images / max(config.cached_features, 1)),
        seconds=round(folds * seen * size.operations / 1e9 * _SECONDS_PER_GFLOP, 3),
        folds=folds,
    )


def images_seen(config: TrainingConfig, images: int, validation_images: int) -> float:
    """What one fold goes through, in images that a whole network learns from.

    Looking at one in a validation costs a third of that, and so does computing its features.
    """
    per_epoch = batches_per_epoch(images, config.batch_size, drop_last=config.drop_last)
    validations = config.epochs if not config.validation_every else per_epoch * config.epochs // config.validation_every
    learnt = per_epoch * config.epochs * min(config.batch_size, images)
    if config.cached_features:
        copies = min(config.cached_features, config.epochs)
        looked_at = (copies * images + validation_images) / 3
        return looked_at + _SHARE_OF_HEAD * (learnt + validations * validation_images / 3)
    return learnt * (_SHARE_OF_FROZEN if config.frozen else 1) + validations * validation_images / 3


def _features_bytes(config: TrainingConfig, size: NetworkSize, images: float) -> int:
    copies = min(config.cached_features, config.epochs)
    return int(copies * images * size.head_inputs * (2 if config.precision == "bf16" else 4))


def _learning_rates(config: TrainingConfig) -> dict[str, float]:
    head = {"head": config.learning_rate * config.head_learning_rate_factor}
    return head if config.frozen else {"backbone": config.learning_rate, **head}
