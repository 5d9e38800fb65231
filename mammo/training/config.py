"""All choices of one training, strict and frozen: what a person sets and a model remembers."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from mammo.augmentation.policy import Policy
from mammo.datasets import LabelPolicy
from mammo.enhancement import ENHANCEMENTS
from mammo.errors import MammoError, ParameterError, UnknownNameError
from mammo.models import MODELS
from mammo.parameters import checked
from mammo.registry import Registry
from mammo.training.optimizers import OPTIMIZERS, SCHEDULES

_SHORT = reprlib.Repr()  # of a value that a person gave: a number of 300 digits is not repeated whole
_SHORT.maxstring = 100


def _parsed_enhancements(value: object) -> object:
    """``"clahe:clip_limit=2+gamma"`` as a list of steps; ``"none"`` as an empty one; anything else as it is."""
    if not isinstance(value, str):
        return value
    return [_parsed_enhancement(part) for part in value.split("+") if part not in {"", "none"}]


def _parsed_enhancement(text: str) -> dict[str, object]:
    name, _, rest = text.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",") if pair]
    return {"name": name.strip(), "values": {key.strip(): _literal(value.strip()) for key, _, value in pairs}}


def _literal(text: str) -> object:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _parsed_names(value: object) -> object:
    """``"a,b"`` as a list of names, nothing as an empty one; anything else as it is."""
    return (
        [name.strip() for name in (value or "").split(",") if name.strip()]
        if value is None or isinstance(value, str)
        else value
    )


class EnhancementStep(BaseModel):
    """One enhancement method with the values that differ from its defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    values: dict[str, float | str | bool] = {}

    @model_validator(mode="after")
    def _fits_the_method(self) -> Self:
        checked(ENHANCEMENTS[self.name].parameters, self.values)
        return self


#: What may speak against a training's data; ``mammo.training.doubts`` finds it.
DoubtName = Literal["leaking_split", "rare_class", "other_modality", "colour_images"]


class TrainingConfig(BaseModel):
    """One training. The defaults are those of the preset ``recommended``; each field's text is its help."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    preset: str = Field("", description="Name of the preset that the rest was put over.")
    seed: int = Field(0, ge=0, lt=2**31, description="Starts every random choice.")

    # what is learnt from
    label_policy: LabelPolicy | None = Field(None, description="case, breast or visible; empty: the data set's own.")
    region: Literal["none", "lesion"] = Field(
        "none", description="lesion: crops around lesions instead of whole films."
    )
    normal_regions: Literal["at_lesions", "random"] = Field(
        "at_lesions", description="Where normal crops lie: at places and sizes of lesions, or anywhere in the breast."
    )
    position_control: bool = Field(
        default=True, description="With regions at lesions' places: train again with random places, to weigh position."
    )
    normal_turns: int = Field(
        8, ge=1, le=100, description="Crops of each normal film that epochs take in turn; the first is tested on."
    )
    region_context: float = Field(2.0, ge=1, le=6, description="Side of a crop in diameters of its lesion.")
    folds: int = Field(0, ge=0, le=20, description="0: one split. K: K trainings, each tested on women it never saw.")

    accept: Annotated[tuple[DoubtName, ...], BeforeValidator(_parsed_names)] = Field(
        (), description="Doubts about the data that were weighed; without it a doubtful training does not start."
    )

    # preparation
    image_size: int | None = Field(None, ge=32, le=2048, description="Side of the model's input in pixels.")
    orientation: Literal["as_stored", "face_right"] = Field("as_stored", description="face_right: every breast alike.")
    crop: Literal["none", "breast"] = Field("breast", description="breast: cut away the empty film.")
    background: Literal["keep", "black"] = Field("keep", description="black: labels and tape outside the breast go.")
    fit: Literal["squash", "letterbox"] = Field("letterbox", description="squash: as the paper; letterbox keeps shape.")
    enhancement: Annotated[tuple[EnhancementStep, ...], BeforeValidator(_parsed_enhancements)] = Field(
        (EnhancementStep(name="stretch_percentiles"),), description="Enhancement methods in order."
    )
    enhance_before_resize: bool = Field(default=False, description="The paper resizes first, then stretches.")

    # the model
    model: str = Field("squeezenet1_1", description="A family of the model registry.")
    weights: str = Field("imagenet", description="imagenet, none, or a file of weights.")
    head_init: Literal["glorot", "torchvision"] = Field("torchvision", description="How the new layer starts.")
    head_relu: bool = Field(default=False, description="SqueezeNet: keep the last ReLU, as the paper.")
    frozen: bool = Field(default=False, description="Train the new layer only.")
    cached_features: int = Field(
        0,
        ge=0,
        le=100,
        description="With frozen: what the frozen layers make of each image is computed once, for so many augmented "
        "copies that epochs take in turn; 0: anew in each epoch. Far faster; it needs room on the disk.",
    )

    # the steps
    optimizer: str = Field("adamw", description="An entry of the optimizer registry.")
    learning_rate: float = Field(1e-4, gt=0, le=1, description="Rate of the pretrained layers.")
    head_learning_rate_factor: float = Field(10, gt=0, le=1000, description="Rate of the new layer, as a multiple.")
    schedule: str = Field("cosine", description="An entry of the schedule registry.")
    weight_decay: float = Field(1e-2, ge=0, le=1, description="L2 factor; on weights only, never on biases.")
    momentum: float = Field(0.9, ge=0, lt=1, description="SGDM only.")
    batch_size: int = Field(16, ge=2, le=4096, description="Images per step.")
    micro_batches: int = Field(1, ge=1, le=4096, description="Parts into which a batch is cut to fit into memory.")
    epochs: int = Field(25, ge=1, le=10_000, description="Passes over the training images.")
    drop_last: bool = Field(
        default=True, description="Leave out the incomplete last batch of an epoch, as MATLAB does."
    )
    augmentation: str | dict[str, Any] = Field("gentle", description="Name of a policy, or a policy of one's own.")
    class_weights: Literal["none", "balanced"] = Field("balanced", description="Weigh the loss of rare classes up.")
    sampling: Literal["shuffled", "balanced"] = Field(
        "shuffled", description="balanced: draw each class equally often."
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="Share of the target spread over all classes.")

    # watching and choosing
    validation_every: int = Field(
        0, ge=0, le=1_000_000, description="Iterations between validations; 0: once an epoch."
    )
    selection: Literal["best", "last"] = Field("last", description="Which state becomes the model.")
    patience: int = Field(0, ge=0, le=10_000, description="Validations without a better one before it ends; 0: never.")
    test_time_views: Literal["one", "mirrored", "any-direction"] = Field(
        "one", description="mirrored: mean over the picture's mirrors; any-direction: and over its quarter turns."
    )

    # the machine
    precision: Literal["auto", "fp32", "bf16"] = Field("fp32", description="auto: bf16 where the hardware has it.")
    deterministic: bool = Field(default=True, description="The same seed gives the same weights on the same machine.")
    threads: int = Field(0, ge=0, le=256, description="CPU threads; 0: as many as there are cores.")
    devices: int = Field(
        1,
        ge=1,
        le=64,
        description="GPUs that share every batch, each in a process of its own. On a CPU it works, but gains nothing.",
    )
    checkpoint_every: int = Field(
        0, ge=0, le=1_000_000, description="Iterations between checkpoints; 0: by time, at most a tenth of it spent."
    )

    @field_validator("augmentation")
    @classmethod
    def _augmentation_is_a_policy(cls, value: str | dict[str, Any]) -> str | dict[str, Any]:
        Policy.of(value)
        return value

    @field_validator("model", "optimizer", "schedule")
    @classmethod
    def _name_is_registered(cls, name: str, field: ValidationInfo) -> str:
        registries: dict[str | None, Registry[Any]] = {"model": MODELS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}
        return str(registries[field.field_name][name].name)

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if self.batch_size // self.micro_batches < 2:
            raise ParameterError(f"A batch of {self.batch_size} has no {self.micro_batches} parts of 2 or more.")
        if self.cached_features and not self.frozen:
            raise ParameterError("cached_features: only frozen layers answer the same in every epoch; set frozen too.")
        if self.devices > 1 and self.cached_features:
            raise ParameterError("devices: with cached features only the head is trained, which one device does best.")
        if self.batch_size // (self.micro_batches * self.devices) < 2:
            raise ParameterError(f"A batch of {self.batch_size} is too small for {self.devices} devices.")
        smallest = MODELS[self.model].min_input_size
        if self.image_size is not None and self.image_size < smallest:
            raise ParameterError(f"image_size: {self.model} needs at least {smallest} pixels, not {self.image_size}.")
        if self.folds == 1:
            raise ParameterError("folds: one fold is no cross-validation; take 0 (one split) or at least 2.")
        return self

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """A configuration from plain values.

        Raises:
            ParameterError: One sentence that names the first field that does not fit, its value and its limits.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise ParameterError(_sentence(_details(error)[0])) from None

    @classmethod
    def problems(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """A sentence for each field that does not fit; under "" what names or fields together don't allow."""
        try:
            cls.model_validate(dict(values))
        except ValidationError as error:
            return {str(one["loc"][0]) if one["loc"] else "": _sentence(one) for one in _details(error)}
        except UnknownNameError as error:
            return {"": str(error)}
        return {}

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """This configuration with ``values`` put over it; ParameterError as in ``of``."""
        return self.of({**self.to_dict(), **values})

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON holds and ``of`` takes back."""
        return self.model_dump(mode="json")


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False)


def _sentence(problem: ErrorDetails) -> str:
    field = ".".join(part for part in problem["loc"] if isinstance(part, str))
    cause = problem.get("ctx", {}).get("error")
    if problem["type"] == "extra_forbidden":
        known = ", ".join(TrainingConfig.model_fields)
        return f"There is no setting named {field!r}; known are: {known}."
    if isinstance(cause, MammoError):
        return str(cause)
    return f"{field}: {problem['msg']}, but the value is {_SHORT.repr(problem['input'])}."
