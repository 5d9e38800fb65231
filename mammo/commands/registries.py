"""What the registries hold: presets, models, methods."""

from __future__ import annotations

from typing import Any

from mammo.augmentation import AUGMENTATIONS
from mammo.augmentation.policy import POLICIES
from mammo.commands._output import Json, expected_failures, show
from mammo.datasets import DATASETS
from mammo.enhancement import ENHANCEMENTS
from mammo.explanation import CAM_METHODS
from mammo.models import MODELS
from mammo.preprocessing import GEOMETRY_STEPS
from mammo.registry import Registry
from mammo.training.optimizers import OPTIMIZERS, SCHEDULES
from mammo.training.presets import PRESETS


@expected_failures
def presets(as_json: Json = False) -> None:
    """The training presets: their values and where each comes from."""
    shown = {
        "presets": [
            {"name": one.name, "label": one.label, "values": one.config().to_dict(), "sources": one.sources}
            for one in PRESETS.values()
        ]
    }
    lines = []
    for preset in PRESETS.values():
        lines.append(f"{preset.name}: {preset.label}")
        lines += [f"  {key} = {value}" for key, value in preset.values.items()]
        lines += [f"  with regions: {key} = {value}" for key, value in preset.region_values.items()]
    show(shown, lines, as_json=as_json)


@expected_failures
def models(as_json: Json = False) -> None:
    """The families of networks."""
    shown = {
        "models": [
            {
                "name": spec.name,
                "label": spec.label,
                "input_size": spec.input_size,
                "min_input_size": spec.min_input_size,
                "pretrained": spec.weights is not None,
                "weights_file": spec.weights.file if spec.weights else None,
                "cam_layers": list(spec.cam_layers),
                "source": spec.source,
                "licence": spec.licence,
            }
            for spec in MODELS.values()
        ]
    }
    lines = [f"{spec.name}: {spec.label}, {spec.input_size} px; {spec.source}" for spec in MODELS.values()]
    show(shown, lines, as_json=as_json)


@expected_failures
def methods(as_json: Json = False) -> None:
    """Enhancement, augmentation, heat-map methods and all that else can be chosen."""
    registries: dict[str, Registry[Any]] = {
        "enhancements": ENHANCEMENTS,
        "geometry_steps": GEOMETRY_STEPS,
        "augmentations": AUGMENTATIONS,
        "augmentation_policies": POLICIES,
        "heat_maps": CAM_METHODS,
        "optimizers": OPTIMIZERS,
        "schedules": SCHEDULES,
        "dataset_layouts": DATASETS,
    }
    shown = {
        kind: [{"name": entry.name, "label": entry.label} for entry in registry.values()]
        for kind, registry in registries.items()
    }
    lines = [f"{kind}: {', '.join(entry['name'] for entry in entries)}" for kind, entries in shown.items()]
    for layout in DATASETS.values():
        files = [*layout.example.films[:2], *layout.example.masks[:1], *layout.example.texts]
        lines.append(f"  {layout.name}, as in: {', '.join(files)} ...")
    show(shown, lines, as_json=as_json)
