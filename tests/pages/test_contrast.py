import json

import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.ui.components.live_contrast import LIVE_METHODS
from mammo.ui.plain_text import plain
from tests.pages.words import unescaped

PAGE = "pages/contrast.py"


@pytest.fixture
def contrast(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        for name, value in address.items():
            app.query_params[name] = value
        return app.run().switch_page(PAGE).run()

    return opened


def view(app):
    """What the live view was told; None if there is none."""
    told = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "mammo.live_contrast"]
    return json.loads(told[0].json)[0] if told else None


def tiles(app):
    return [url for image in app.image for url in image.value]


def test_without_data_a_synthetic_film_is_there_to_try_things_on(contrast):
    app = contrast()
    assert "synthetic film" in app.info[0].value
    assert view(app)["alt"].startswith("Synthetic film")
    assert "data_set" not in app.session_state


def test_a_film_is_under_the_hand_with_others_of_every_class_below(contrast, data_set):
    app = contrast()
    assert not app.exception
    assert view(app)["name"].endswith(("CC", "MLO"))
    assert len(tiles(app)) == 2  # one woman of each other class


def test_what_the_address_asks_of_a_live_method_is_what_the_view_gets(contrast, data_set):
    app = contrast(method="levels", **{"levels.black": "0.1", "levels.white": "0.75", "levels.gamma": "0.8"})
    assert not app.warning
    assert view(app)["method"] == "levels"
    assert view(app)["values"] == {"black": 0.1, "white": 0.75, "gamma": 0.8}
    assert view(app)["drawn"] is None


def test_the_address_names_the_present_setting_alone(contrast, data_set):
    app = contrast(method="levels", **{"levels.black": "0.1"})
    assert app.query_params["levels.black"] == "0.1"
    app.selectbox(key="method").select("window_level").run()
    assert [name for name in app.query_params if "." in name] == ["window_level.center", "window_level.width"]
    app.selectbox(key="method").select("levels").run()
    assert view(app)["values"]["black"] == 0.1


@pytest.mark.parametrize("asked", ["nan", "inf", "", "-1", "2", "<script>", "../../", "x" * 5000, "1e999", "0x1"])
def test_a_number_in_the_address_that_does_not_fit_is_named_and_the_default_shown(contrast, data_set, asked):
    app = contrast(method="levels", **{"levels.black": asked})
    assert not app.exception
    assert "Black point must" in app.warning[0].value
    assert len(app.warning[0].value) < 500
    assert view(app)["values"] == {"black": 0, "white": 1, "gamma": 1}


@pytest.mark.parametrize("asked", ["999999", "../../etc/passwd", "nan", "<img src=x onerror=alert(1)>", "x" * 524288])
def test_an_address_that_names_nothing_shows_the_page_as_without_it(contrast, data_set, asked):
    app = contrast(method=asked, data_set=asked, **{"class": asked}, image=asked, model=asked)
    assert not app.exception
    assert not app.error
    assert view(app)["method"] == "contrast_stretch"


def test_a_method_of_neighbors_is_drawn_by_the_server(contrast, data_set):
    app = contrast(method="clahe")
    first = view(app)["drawn"]
    assert first["curve"] is None
    assert any("neighbors" in caption.value for caption in app.caption)
    app.slider(key="clahe.clip_limit").set_value(4.0).run()
    assert view(app)["drawn"]["film"] != first["film"]


def test_the_other_films_follow_the_setting(contrast, data_set):
    plain = tiles(contrast(method="levels"))
    stretched = tiles(contrast(method="levels", **{"levels.gamma": "2"}))
    assert len(plain) == len(stretched)
    assert not set(plain) & set(stretched)


def test_every_method_can_be_chosen_and_draws_what_the_hand_does_not_set(contrast, data_set):
    app = contrast()
    for name, method in ENHANCEMENTS.items():
        app.selectbox(key="method").select(name).run()
        assert not app.exception
        assert not app.error
        assert view(app)["values"].keys() == {parameter.name for parameter in method.parameters}
        assert bool(view(app)["drawn"]) == (name not in LIVE_METHODS)


def test_a_black_point_above_the_white_point_is_one_sentence_in_the_place_of_the_result(contrast, data_set):
    app = contrast(method="stretch_limits", **{"stretch_limits.black": "0.8", "stretch_limits.white": "0.2"})
    assert not app.exception
    assert [unescaped(error.value) for error in app.error] == [
        "The black point (0.8) must be below the white point (0.2)."
    ]
    assert view(app) is None


def test_a_film_of_one_gray_value_says_that_there_is_nothing_to_stretch(contrast, constant_data_set):
    app = contrast()
    assert app.warning[0].value == "This image has one gray value. There is nothing to stretch."
    assert not app.exception


def test_next_and_previous_go_round(contrast, data_set):
    app = contrast()
    options = app.selectbox(key="image").options
    assert app.selectbox(key="image").index == 0
    app.button(key="icon_only.Previous image").click().run()
    assert app.selectbox(key="image").index == len(options) - 1
    app.button(key="icon_only.Next image").click().run()
    assert app.selectbox(key="image").index == 0


def test_a_class_leaves_only_its_films(contrast, data_set):
    app = contrast()
    app.button_group(key="class").set_value("malignant").run()
    assert len(app.selectbox(key="image").options) == 4
    assert ", malignant," in view(app)["alt"]


def test_a_deleted_film_is_named_and_the_page_stands(contrast, data_set, store):
    sample = store.data_sets.samples("phantoms")[0]
    moved = sample.path.rename(sample.path.with_suffix(".away"))
    try:
        app = contrast()
    finally:
        moved.rename(sample.path)
    assert sample.path.name in unescaped(app.error[0].value)
    assert not app.exception


def test_a_preset_brings_back_method_and_parameters(contrast, data_set, store):
    app = contrast(method="levels", **{"levels.gamma": "1.5"})
    app.text_input[0].input("soft")
    next(button for button in app.button if button.label == "Save").click().run()
    saved = {"method": "levels", "values": {"black": 0.0, "white": 1.0, "gamma": 1.5}}
    assert store.presets.get("enhancement", "soft").value == saved

    app.selectbox(key="method").select("clahe").run()
    app.selectbox(key="contrast.preset").select("soft").run()
    assert {"method": view(app)["method"], "values": view(app)["values"]} == saved
    assert app.query_params["levels.gamma"] == "1.5"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "**bold** :material/home: $x^2$", "=1+1", "[a](javascript:b)"]
)
def test_a_preset_may_have_any_name_and_is_told_as_it_is(contrast, data_set, store, name):
    app = contrast()
    app.text_input[0].input(name)
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception
    assert [preset.name for preset in store.presets.list("enhancement")] == [name]
    assert app.toast[0].value == f"Saved as {plain(name)}."


def test_a_preset_that_no_longer_fits_is_refused_with_a_sentence(contrast, data_set, store):
    store.presets.save("enhancement", "old", {"method": "gamma", "values": {"gamma": 99}}, owner="guest")
    app = contrast()
    app.selectbox(key="contrast.preset").select("old").run()
    assert "Gamma must lie between" in app.error[0].value
    assert app.selectbox(key="method").value == "contrast_stretch"


def test_a_preset_without_a_name_is_not_saved(contrast, data_set, store):
    app = contrast()
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception
    assert app.error
    assert store.presets.list("enhancement") == ()
