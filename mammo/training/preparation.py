"""From a training configuration to the pipeline that its model will carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.preprocessing.pipeline import Pipeline, Step

if TYPE_CHECKING:
    from mammo.models import ModelSpec
    from mammo.training.config import EnhancementStep, TrainingConfig


def pipeline_of(config: TrainingConfig, spec: ModelSpec) -> Pipeline:
    """The pipeline of ``config``: orient, black out, crop, then resize and enhance in the order chosen.

    A region is cut from the film beforehand. It lies in the breast: cropping to the breast is left out, and percentiles
    are taken of the whole region instead of the breast in it.
    """
    steps = []
    if config.orientation == "face_right":
        steps.append(Step.of("face_right"))
    if config.background == "black":
        steps.append(Step.of("mask_background"))
    if config.crop == "breast" and config.region == "none":
        steps.append(Step.of("crop_breast"))
    resize = Step.of("resize", {"size": config.image_size or spec.input_size, "fit": config.fit})
    enhance = [_enhancement(step, config) for step in config.enhancement]
    steps += [*enhance, resize] if config.enhance_before_resize else [resize, *enhance]
    return Pipeline(steps=tuple(steps), mean=spec.mean, std=spec.std)


def _enhancement(chosen: EnhancementStep, config: TrainingConfig) -> Step:
    step = Step.of(chosen.name, chosen.values)
    if config.region == "none" or dict(step.values).get("region") != "breast":
        return step
    return Step.of(chosen.name, {**chosen.values, "region": "image"})
