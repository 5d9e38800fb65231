import json
import re

import cv2
import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.imaging.breast import breast_mask
from mammo.imaging.enhancement_scores import DEFINITIONS
from mammo.imaging.reading import read_image
from mammo.jobs.workers import this_process
from mammo.store import NewJob
from mammo.ui.components.live_contrast import LIVE_METHODS
from mammo.ui.plain_text import plain
from tests.pages.stand_in import FACTS
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


# its scores


def scores(app):
    """The scores as they are read: by name, before and after or one figure."""
    told = [re.match(r":gray\[(.+)\] \*\*(.+)\*\*", one.value) for one in app.markdown]
    return {one[1]: one[2] for one in told if one}


def first_film(store):
    return read_image(store.data_sets.samples("phantoms")[0].path).pixels


def test_the_scores_are_those_of_their_formulas_inside_the_breast(contrast, data_set, store):
    before = first_film(store)
    inside = breast_mask(before)
    after = np.power(before, np.float32(2))
    mean_error = np.mean((after[inside].astype(float) - before[inside]) ** 2)
    told = scores(contrast(method="gamma", **{"gamma.gamma": "2"}))
    assert float(told["AMBE"]) == pytest.approx(abs(after[inside].mean() - before[inside].mean()), abs=0.006)
    assert float(told["PSNR in dB"]) == pytest.approx(-10 * np.log10(mean_error), abs=0.006)
    shares = [np.histogram(one[inside], 256, (0, 1))[0] / inside.sum() for one in (before, after)]
    expected = [-sum(share * np.log2(share) for share in one if share) for one in shares]
    assert [float(one) for one in told["Entropy"].split(" to ")] == pytest.approx(expected, abs=0.03)


def test_a_setting_that_changes_nothing_has_scores_that_say_so(contrast, data_set):
    app = contrast(method="gamma")
    told = scores(app)
    assert (told["CII"], told["AMBE"], told["PSNR in dB"]) == ("1.00", "0.00", "n/a")
    assert len(set(told["Entropy"].split(" to "))) == len(set(told["EME"].split(" to "))) == 1
    assert {one.help for one in app.markdown} >= set(DEFINITIONS.values())


# what a model says


def answers(app):
    """Per setting the class and the probabilities that the page tells."""
    called = [one.value for one in app.markdown if one.value.startswith(("As stored", "With this setting"))]
    bars = [re.search(r'aria-label="([^"]+)"', one.value)[1] for one in app.html if "probabilities" in one.value]
    return dict(zip(called, bars, strict=True))


def by_brightness(picture):
    """A model that finds a film benign by as much as it is bright."""
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)
    share = float(pixels.mean() / np.iinfo(pixels.dtype).max)
    return {**FACTS, "label": "benign" if share > 0.1 else "normal", "probabilities": in_classes(share)}


def in_classes(share):
    return {"normal": 1 - share, "benign": share, "malignant": 0.0}


def bar(share):
    return ", ".join(f"{name} {value:.2f}" for name, value in in_classes(share).items())


def test_a_model_is_asked_nothing_until_it_is_chosen(contrast, tested, predictor):
    app = contrast(method="clahe")
    assert app.selectbox(key="model").value == "off"
    assert answers(app) == {}
    app.selectbox(key="model").select(str(tested)).run()
    assert len(answers(app)) == len(predictor.questions) == 2
    assert {(one.job, one.method, one.must_answer) for one in predictor.questions} == {(tested, None, True)}
    assert app.query_params["model"] == str(tested)


def test_a_model_judges_the_film_as_stored_and_as_each_setting_makes_it(contrast, tested, predictor, store):
    predictor.judge = by_brightness
    film = first_film(store)
    app = contrast(method="clahe", model=str(tested))
    assert list(answers(app).values()) == [bar(film.mean()), bar(clahe_of(film, 2).mean())]
    app.slider(key="clahe.clip_limit").set_value(10.0).run()
    assert list(answers(app).values()) == [bar(film.mean()), bar(clahe_of(film, 10).mean())]
    assert bar(clahe_of(film, 2).mean()) != bar(clahe_of(film, 10).mean()) != bar(film.mean())


def clahe_of(film, clip_limit):
    return ENHANCEMENTS["clahe"].apply(film, clip_limit=clip_limit, tile_grid=8)


def test_a_model_that_can_not_answer_is_one_sentence_and_the_film_stays(contrast, tested):
    app = contrast(model=str(tested))
    assert not app.exception
    assert len(app.error) + len(app.warning) + len(app.info) == 1
    assert view(app)["name"]


def test_only_finished_trainings_can_be_asked(contrast, store, data_set):
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name), this_process("test"))
    app = contrast(model=str(job.id))
    assert not app.exception
    assert "model" not in [box.key for box in app.selectbox]
