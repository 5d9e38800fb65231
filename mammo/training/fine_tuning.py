"""Which weights learn, and at which rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from mammo.models import ModelSpec
    from mammo.training.config import TrainingConfig


def trainable_groups(config: TrainingConfig, spec: ModelSpec, model: nn.Module) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer: backbone and head at their rates, decay on weights but not on biases.

    A frozen backbone has no group, and its parameters no gradient.

    Returns:
        Groups with "name" ("backbone", "head", each also as "... biases"), "params", "lr" and "weight_decay".

    Source:
        MATLAB trainingOptions: L2Regularization applies to weights; BiasL2Factor is 0.
    """
    head = {id(parameter) for parameter in model.get_submodule(spec.head).parameters()}
    rates = {"backbone": config.learning_rate, "head": config.learning_rate * config.head_learning_rate_factor}
    groups: dict[str, dict[str, Any]] = {}
    for parameter in model.parameters():
        part = "head" if id(parameter) in head else "backbone"
        parameter.requires_grad_(part == "head" or not config.frozen)
        if not parameter.requires_grad:
            continue
        is_bias = parameter.ndim <= 1  # biases, and the scale and shift of normalization layers
        name = f"{part} biases" if is_bias else part
        decay = 0.0 if is_bias else config.weight_decay
        group = groups.setdefault(name, {"name": name, "params": [], "lr": rates[part], "weight_decay": decay})
        group["params"].append(parameter)
    return list(groups.values())
