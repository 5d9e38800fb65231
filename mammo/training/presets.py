"""Named configurations: the paper's four, a recommended one, and the demo's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mammo.registry import Registry
from mammo.training.config import TrainingConfig


@dataclass(frozen=True)
class TrainingPreset:
    """Values put over the defaults, and where each choice comes from."""

    name: str
    label: str
    values: dict[str, Any]
    sources: dict[str, str] = field(default_factory=dict)  # field -> why it has this value
    region_values: dict[str, Any] = field(default_factory=dict)  # put over the values where regions are learnt from

    def config(self, values: dict[str, Any] | None = None) -> TrainingConfig:
        """The preset's configuration with ``values`` put over it."""
        wanted = values or {}
        own = {**self.values, **self.region_values} if wanted.get("region") == "lesion" else self.values
        return TrainingConfig.of({**own, **wanted, "preset": self.name})


PRESETS: Registry[TrainingPreset] = Registry("training preset")

_PAPER_VALUES: dict[str, Any] = {
    "label_policy": None,
    "crop": "none",
    "fit": "squash",
    "image_size": 227,
    "enhancement": "contrast_stretch",
    "enhance_before_resize": False,
    "augmentation": "paper",
    "head_init": "glorot",
    "head_relu": True,
    "learning_rate": 1e-4,
    "head_learning_rate_factor": 20,
    "schedule": "constant",
    "weight_decay": 1e-4,
    "momentum": 0.9,
    "batch_size": 128,
    "epochs": 10,
    "drop_last": True,
    "class_weights": "none",
    "validation_every": 50,
    "selection": "last",
    "precision": "fp32",
}

_PAPER_SOURCES = {
    "image_size": "Section 2.2.1: resized to 227 x 227 x 3.",
    "enhancement": "Section 2.2.2: rescaled between 0 and the maximum pixel intensity L, after resizing.",
    "augmentation": "Section 3.1: rotation 0 to 360 degrees, X reflection, translation -30 to 30 pixels on both axes.",
    "fit": "Section 2.2.1 names no padding; MATLAB's imresize to a size stretches each side.",
    "head_init": "MATLAB's new layers start Glorot-uniform with bias 0.",
    "head_relu": "SqueezeNet has a ReLU after conv10; Table 2 replaces the convolution only.",
    "learning_rate": "Table 2.",
    "head_learning_rate_factor": "Table 2: weight and bias learn-rate factors of 20.",
    "schedule": "Table 2 names none; MATLAB's default is a constant rate.",
    "weight_decay": "Not stated; MATLAB's default L2 factor 1e-4, weights only.",
    "momentum": "Not stated; MATLAB's default.",
    "batch_size": "Table 2.",
    "epochs": "Table 2.",
    "drop_last": "540 iterations = 10 x floor(6972 / 128): MATLAB discards the rest.",
    "class_weights": "Section 2.4: examined with an unbalanced data set.",
    "validation_every": "Table 2.",
    "selection": "Not stated; MATLAB returned the last iteration's network.",
    "label_policy": "The folder is the label; see the data set's own policy.",
    "precision": "Not stated; MATLAB trains in single precision.",
    "mean and std": "MATLAB subtracts the mean image; torchvision's weights were trained with ImageNet mean and std.",
    "model": "torchvision's AlexNet is the 'one weird trick' variant without response normalization, not BVLC's.",
    "order of images": "Not stated; shuffled every epoch, as the MathWorks example does.",
}

for _model, _model_label in (("alexnet", "AlexNet"), ("squeezenet1_1", "SqueezeNet")):
    for _optimizer, _optimizer_label in (("adam", "Adam"), ("sgdm", "SGDM")):
        PRESETS.add(
            TrainingPreset(
                name=f"paper-{_model.removesuffix('1_1')}-{_optimizer}",
                label=f"Paper: {_model_label} + {_optimizer_label}",
                values={**_PAPER_VALUES, "model": _model, "optimizer": _optimizer},
                sources=_PAPER_SOURCES,
            )
        )

PRESETS.add(
    TrainingPreset(
        name="recommended",
        label="Recommended",
        values={"precision": "auto"},
        region_values={
            "augmentation": "any-direction",
            "test_time_views": "any-direction",
            "image_size": 160,
            "epochs": 60,
        },
        sources={
            "image_size": "A crop spans a tenth of a film; more pixels would only magnify it.",
            "epochs": "Crops: chosen by cross-validation over half of the women of mini-MIAS, before the rest.",
            "normal_turns": "A normal breast has many places; one square of each shows few of them.",
            "augmentation": "A film has an upright position; a crop around a lesion has none, so it may turn anyhow.",
            "selection": "A cosine schedule ends in a settled state; a small validation part chooses by chance.",
            "crop": "The empty film carries no disease but the scanner's signature.",
            "fit": "Squashing deforms lesions; the padding lies away from the chest wall.",
            "enhancement": "Percentiles inside the breast: labels at 255 make a plain minimum-maximum stretch idle.",
            "head_relu": "A ReLU after the last layer can kill a class and hides negative evidence.",
            "class_weights": "Rare classes count as much as frequent ones, as balanced accuracy does.",
        },
    )
)

PRESETS.add(
    TrainingPreset(
        name="demo",
        label="Demo: small network from scratch",
        values={
            "model": "small",
            "weights": "none",
            "crop": "none",
            "fit": "squash",
            "enhancement": "contrast_stretch",
            "learning_rate": 3e-3,
            "head_learning_rate_factor": 1,
            "schedule": "one_cycle",
            "batch_size": 32,
            "class_weights": "none",
            "epochs": 20,
        },
    )
)
