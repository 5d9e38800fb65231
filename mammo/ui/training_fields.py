"""The fields of a training as a form shows them, read from the configuration itself: a new field needs nothing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from mammo.augmentation.policy import POLICIES
from mammo.models import MODELS
from mammo.registry import Registry
from mammo.training.config import TrainingConfig
from mammo.training.optimizers import OPTIMIZERS, SCHEDULES

Kind = Literal["choice", "toggle", "whole", "real", "enhancement"]

#: Fields in the form's order; those that no group names come last, under "More".
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Basics": ("model", "epochs", "learning_rate", "batch_size", "augmentation", "seed"),
    "Data and regions": (
        "label_policy", "folds", "class_weights", "sampling", "region", "normal_regions", "normal_turns",
        "position_control", "region_context",
    ),
    "Preparation of images": (
        "image_size", "fit", "crop", "background", "orientation", "enhancement", "enhance_before_resize",
    ),
    "Model and optimizer": (
        "weights", "frozen", "cached_features", "head_init", "head_relu", "optimizer", "head_learning_rate_factor",
        "schedule", "weight_decay", "momentum", "label_smoothing",
    ),
    "Validation and result": ("validation_every", "selection", "patience", "test_time_views"),
    "Machine": ("precision", "deterministic", "threads", "devices", "micro_batches", "drop_last", "checkpoint_every"),
}  # fmt: skip
_MORE = "More"
NOT_ASKED = ("preset", "accept")  # chosen beside the form

_REGISTRIES: Mapping[str, Registry[Any]] = {
    "model": MODELS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "augmentation": POLICIES,
}
_EMPTY = {"label_policy": "the data set's own", "image_size": "the model's own"}  # what no value means
_WEIGHTS = {"imagenet": "ImageNet", "none": "None, from scratch"}


@dataclass(frozen=True)
class FormField:
    """One field of ``TrainingConfig``."""

    name: str
    label: str
    help: str
    kind: Kind
    options: Mapping[Any, str]  # value -> label, of a choice
    empty: str | None  # what no value means; None: there must be one


def fields_by_group() -> dict[str, list[FormField]]:
    """All fields of a training, in the form's groups."""
    named = {name for names in GROUPS.values() for name in names}
    rest = tuple(name for name in TrainingConfig.model_fields if name not in named | set(NOT_ASKED))
    groups = {**GROUPS, _MORE: rest} if rest else GROUPS
    return {group: [_field(name) for name in names] for group, names in groups.items()}


def _field(name: str) -> FormField:
    info = TrainingConfig.model_fields[name]
    kind, options = _kind(name, info.annotation)
    empty = _EMPTY.get(name, "none") if NoneType in get_args(info.annotation) else None
    if kind == "choice" and empty is not None:
        options = {None: empty, **options}
    return FormField(name, name.replace("_", " ").capitalize(), _help(info), kind, options, empty)


def _kind(name: str, annotation: Any) -> tuple[Kind, dict[Any, str]]:
    if name == "enhancement":
        return "enhancement", {}
    if name == "weights":
        return "choice", dict(_WEIGHTS)
    if name in _REGISTRIES:
        return "choice", {key: entry.label for key, entry in _REGISTRIES[name].items()}
    inner = next((one for one in get_args(annotation) if get_origin(one) is Literal or one in (int, float)), annotation)
    if get_origin(inner) is Literal:
        return "choice", {value: str(value).replace("_", " ") for value in get_args(inner)}
    kinds: dict[Any, Kind] = {bool: "toggle", int: "whole", float: "real"}
    return kinds[inner], {}


def _help(info: FieldInfo) -> str:
    """The field's own description with its limits, as pydantic holds them."""
    limits = {type(one): getattr(one, one.__slots__[0]) for one in info.metadata if isinstance(one, Ge | Gt | Le | Lt)}
    low, high = limits.get(Ge, limits.get(Gt)), limits.get(Le, limits.get(Lt))
    if low is None or high is None:
        return info.description or ""
    words = f"{'above ' if Gt in limits else ''}{low:g} {'to' if Le in limits else 'to below'} {_plain(high)}"
    return f"{info.description} Allowed: {words}."


def _plain(number: float) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
