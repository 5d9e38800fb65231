import pytest

PAGE = "pages/contrast.py"


@pytest.fixture
def contrast(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        for name, value in address.items():
            app.query_params[name] = value
        return app.run().switch_page(PAGE).run()

    return opened


def picture_urls(app):
    return [url for image in app.image for url in image.value]


def test_without_data_a_synthetic_film_is_there_to_try_things_on(contrast):
    app = contrast()
    assert "synthetic film" in app.info[0].value
    assert len(picture_urls(app)) == 2
    assert "data_set" not in app.session_state


def test_a_film_is_shown_before_and_after_with_others_of_every_class(contrast, data_set):
    app = contrast()
    assert not app.exception
    assert len(picture_urls(app)) == 2 + 2  # one woman of each other class
    assert any("pure black" in one.value for one in (*app.caption, *app.markdown))
    assert app.image[0].captions[0].startswith("Before: ")


def test_changing_a_parameter_changes_the_picture_after_and_not_the_one_before(contrast, data_set):
    app = contrast()
    app.selectbox(key="method").select("gamma").run()
    before, after = picture_urls(app)[:2]
    app.slider(key="gamma.gamma").set_value(2.0).run()
    assert picture_urls(app)[0] == before
    assert picture_urls(app)[1] != after


def test_every_method_can_be_chosen_and_draws_its_parameters(contrast, data_set):
    from mammo.enhancement import ENHANCEMENTS

    app = contrast()
    for name, method in ENHANCEMENTS.items():
        app.selectbox(key="method").select(name).run()
        assert not app.exception
        assert not app.error
        keys = {f"{name}.{parameter.name}" for parameter in method.parameters}
        assert keys <= {widget.key for kind in (app.slider, app.selectbox, app.toggle) for widget in kind}


def test_a_black_point_above_the_white_point_is_one_sentence_in_the_place_of_the_result(contrast, data_set):
    app = contrast()
    app.selectbox(key="method").select("stretch_limits").run()
    app.slider(key="stretch_limits.black").set_value(0.8)
    app.slider(key="stretch_limits.white").set_value(0.2).run()
    assert not app.exception
    assert [error.value for error in app.error] == ["The black point (0.8) must be below the white point (0.2)."]
    assert not picture_urls(app)


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
    assert ", malignant," in app.image[0].captions[0]


def test_a_deleted_film_is_named_and_the_page_stands(contrast, data_set, store):
    sample = store.data_sets.samples("phantoms")[0]
    moved = sample.path.rename(sample.path.with_suffix(".away"))
    try:
        app = contrast()
    finally:
        moved.rename(sample.path)
    assert sample.path.name in app.error[0].value
    assert not app.exception


def test_a_preset_brings_back_method_and_parameters(contrast, data_set, store):
    app = contrast()
    app.selectbox(key="method").select("gamma").run()
    app.slider(key="gamma.gamma").set_value(1.5).run()
    app.text_input[0].input("soft")
    next(button for button in app.button if button.label == "Save").click().run()
    assert store.presets.get("enhancement", "soft").value == {"method": "gamma", "values": {"gamma": 1.5}}

    app.selectbox(key="method").select("clahe").run()
    app.selectbox(key="contrast.preset").select("soft").run()
    assert app.selectbox(key="method").value == "gamma"
    assert app.slider(key="gamma.gamma").value == 1.5


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
