"""What a training will cost, before it starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mammo.training.batches import batches_per_epoch

if TYPE_CHECKING:
    from torch import nn

    from mammo.models import ModelSpec
    from mammo.training.config import TrainingConfig

#: Forward and backward passes of SqueezeNet 1.1 at 227 px take 1.68 GFLOP and about 12 ms an image on two cores in
#: fp32; other networks are scaled by their own operations.
_SECONDS_PER_GFLOP = 0.0075
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
    seconds: float  # on this machine's CPU; an estimate
    folds: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def training_plan(
    config: TrainingConfig, spec: ModelSpec, *, images: int, validation_images: int, class_count: int
) -> TrainingPlan:
    """The plan of ``config`` on ``images`` training images."""
    from mammo.models import HeadOptions
    from mammo.training.fine_tuning import trainable_groups

    model = spec.build(class_count, HeadOptions(init=config.head_init, relu=config.head_relu))
    groups = trainable_groups(config, spec, model)
    size = config.image_size or spec.input_size
    per_epoch = batches_per_epoch(images, config.batch_size, drop_last=config.drop_last)
    operations, kept = _cost_of_one_image(model, size)
    trained = sum(parameter.numel() for group in groups for parameter in group["params"])
    weights = sum(parameter.numel() for parameter in model.parameters())
    micro = -(-config.batch_size // config.micro_batches)
    folds = max(config.folds, 1)
    validations = config.epochs if not config.validation_every else per_epoch * config.epochs // config.validation_every
    seen = per_epoch * config.epochs * min(config.batch_size, images) + validations * validation_images / 3
    return TrainingPlan(
        images=images,
        validation_images=validation_images,
        iterations_per_epoch=per_epoch,
        iterations=per_epoch * config.epochs,
        learning_rates={group["name"].split(" ")[0]: group["lr"] for group in groups},
        trainable_parameters=trained,
        memory_bytes=4 * (weights + trained * (1 + _OPTIMIZER_STATES.get(config.optimizer, 2)) + 2 * micro * kept),
        seconds=round(folds * seen * operations / 1e9 * _SECONDS_PER_GFLOP, 1),
        folds=folds,
    )


def _cost_of_one_image(model: nn.Module, size: int) -> tuple[float, int]:
    """Floating-point operations of a forward and a backward pass, and numbers kept in between, of one image."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    outputs: list[int] = []
    hooks = [
        module.register_forward_hook(lambda _m, _i, output: outputs.append(output.numel()))
        for module in model.modules()
        if not list(module.children())
    ]
    counter = FlopCounterMode(display=False)
    model.eval()
    with torch.no_grad(), counter:
        model(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return 3.0 * counter.get_total_flops(), sum(outputs)
