"""The pipeline as a whole: its order, its hash, its way through JSON, and pictures that are odd."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import ImageError, ParameterError, UnknownNameError
from mammo.preprocessing import GEOMETRY_STEPS, Picture
from mammo.preprocessing.pipeline import PIPELINE_VERSION, Pipeline, Step

GRAY = (0.5, 0.5, 0.5)


@pytest.fixture
def pipeline():
    return pipeline_of(("crop_breast", {"margin": 4}), ("clahe", {"clip_limit": 3}), ("resize", {"size": 64}))


def pipeline_of(*steps):
    return Pipeline(tuple(Step.of(name, values) for name, values in steps), mean=GRAY, std=GRAY)


def test_a_step_has_all_its_values_in_one_order():
    step = Step.of("resize", {"fit": "letterbox"})
    assert step.values == (("fit", "letterbox"), ("size", 227))
    assert step == Step.of("resize", {"size": 227, "fit": "letterbox"})


@pytest.mark.parametrize(
    ("name", "values", "error"),
    [
        ("nonesuch", {}, UnknownNameError),
        ("resize", {"size": 20_000}, ParameterError),
        ("resize", {"size": 100.5}, ParameterError),
        ("resize", {"fit": "stretch"}, ParameterError),
        ("crop_breast", {"margin": float("nan")}, ParameterError),
        ("crop_breast", {"padding": 3}, ParameterError),
    ],
)
def test_a_step_that_can_not_be_is_refused(name, values, error):  # B25
    with pytest.raises(error):
        Step.of(name, values)


def test_steps_are_applied_one_after_the_other(pipeline, phantom):
    cropped = GEOMETRY_STEPS["crop_breast"].apply(Picture(phantom), margin=4)
    enhanced = ENHANCEMENTS["clahe"](cropped.pixels, {"clip_limit": 3})
    by_hand = GEOMETRY_STEPS["resize"].apply(replace(cropped, pixels=enhanced), size=64, fit="squash")
    prepared = pipeline.prepare(phantom)
    np.testing.assert_array_equal(prepared.pixels, by_hand.pixels)
    np.testing.assert_array_equal(prepared.matrix, by_hand.matrix)
    assert prepared.pixels.shape == (pipeline.image_size, pipeline.image_size) == (64, 64)


def test_stages_show_each_step_by_its_label_and_end_with_what_is_prepared(pipeline, phantom):
    stages = pipeline.stages(phantom)
    assert [label for label, _ in stages] == [
        "As read", "Crop to the breast", ENHANCEMENTS["clahe"].label, "Resize",
    ]  # fmt: skip
    np.testing.assert_array_equal(stages[0][1], phantom)
    np.testing.assert_array_equal(stages[-1][1], pipeline.prepare(phantom).pixels)


def test_a_cut_keeps_its_way_back_to_the_source(phantom):
    cut = Picture(phantom).moved(phantom[10:90, 5:60], np.array([[1.0, 0, -5], [0, 1, -10], [0, 0, 1]]))
    prepared = pipeline_of(("resize", {"size": 110})).prepare(cut.pixels, cut)
    np.testing.assert_allclose(prepared.matrix @ (5, 10, 1), (0, 0, 1), atol=1e-9)
    np.testing.assert_allclose(prepared.matrix @ (60, 90, 1), (110, 110, 1), atol=1e-9)


def test_a_pipeline_survives_its_way_through_json(pipeline, phantom):
    again = Pipeline.from_dict(json.loads(json.dumps(pipeline.to_dict())))
    assert again == pipeline
    assert again.hash == pipeline.hash
    np.testing.assert_array_equal(again.prepare(phantom).pixels, pipeline.prepare(phantom).pixels)


def test_the_hash_is_of_what_decides_the_pixels_and_of_nothing_else(pipeline):
    others = [
        replace(pipeline, steps=pipeline.steps[::-1]),
        replace(pipeline, steps=pipeline.steps[1:]),
        replace(pipeline, version=PIPELINE_VERSION + 1),
        pipeline_of(("crop_breast", {"margin": 5}), ("clahe", {"clip_limit": 3}), ("resize", {"size": 64})),
    ]
    assert len({pipeline.hash, *(one.hash for one in others)}) == 5
    assert replace(pipeline, mean=(0.1, 0.2, 0.3), std=(1, 1, 1)).hash == pipeline.hash


def test_another_version_of_the_preparation_is_refused(pipeline):  # B68
    stored = {**pipeline.to_dict(), "version": PIPELINE_VERSION + 1}
    with pytest.raises(ParameterError, match=r"which gives other pixels\. Train it again\."):
        Pipeline.from_dict(stored)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_picture_that_is_not_all_numbers_is_refused(pipeline, phantom, value):  # B21
    phantom[4, 4] = value
    with pytest.raises(ImageError) as raised:
        pipeline.prepare(phantom)
    assert raised.value.code == "non_finite_pixels"


@pytest.mark.parametrize("level", [0.0, 7 / 255, 1.0])
def test_a_constant_picture_stays_as_it_is_and_is_flagged_once(level):
    """B23: however many steps would have stretched it."""
    steps = [(name, {}) for name in ("contrast_stretch", "stretch_percentiles", "clahe", "equalize_histogram")]
    prepared = pipeline_of(*steps, ("resize", {"size": 64})).prepare(np.full((90, 80), level, np.float32))
    np.testing.assert_allclose(prepared.pixels, level, atol=1e-7)
    assert prepared.warnings == ("constant image",)


def test_a_stretch_inside_the_breast_bears_a_film_of_two_levels_almost_all_air():
    """B24: 99.9 % of the picture is one level."""
    film = np.full((1000, 1000), 0.02, np.float32)
    film[480:512, :32] = 0.5
    prepared = pipeline_of(("stretch_percentiles", {"region": "breast"}), ("resize", {"size": 500})).prepare(film)
    assert np.isfinite(prepared.pixels).all()
    assert prepared.pixels[248, 8] > prepared.pixels[10, 400]


@pytest.mark.parametrize("angle", [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180])
def test_equal_pixels_give_equal_results_however_they_lie_in_memory(pipeline, phantom, angle):
    turned = phantom if angle is None else cv2.rotate(phantom, angle)
    strided = np.asfortranarray(turned)
    np.testing.assert_array_equal(pipeline.prepare(strided).pixels, pipeline.prepare(turned).pixels)
