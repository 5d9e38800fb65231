import subprocess
import sys

import pytest

from mammo.augmentation.policy import POLICIES
from mammo.ui.augmentation_inputs import TILES
from tests.pages.words import unescaped

PAGE = "pages/augmentation.py"


@pytest.fixture
def augmentation(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        for name, value in address.items():
            app.query_params[name.replace("__", ".")] = value
        return app.switch_page(PAGE).run()

    return opened


def pictures(app):
    return [url for image in app.image for url in image.value]


def captions(app):
    return [caption for image in app.image for caption in image.captions]


def re_roll(app):
    return next(button for button in app.button if button.label == "Re-roll").click().run()


def test_without_data_the_page_says_what_it_needs(augmentation):
    app = augmentation()
    assert not app.exception
    assert "holds no data set yet" in app.info[0].value
    assert not app.image


def test_the_original_stands_before_the_epochs_with_what_was_drawn(augmentation, data_set):
    app = augmentation(policy="paper", seed="7")
    assert not app.exception
    assert not app.error
    assert captions(app)[0] == "Original, prepared"
    assert [words.split(":")[0] for words in captions(app)[1:]] == [f"Epoch {n}" for n in range(1, TILES + 1)]
    assert "dx" in captions(app)[1]


def test_re_roll_shows_other_pictures_of_another_seed(augmentation, data_set):
    app = augmentation(seed="7")
    before = pictures(app)
    re_roll(app)
    assert app.number_input(key="seed").value != 7
    assert pictures(app)[0] == before[0]
    assert set(pictures(app)[1:]).isdisjoint(before)


def test_a_frozen_seed_stays_and_the_epochs_go_on(augmentation, data_set):
    app = augmentation(seed="7")
    app.toggle(key="augmentation.frozen").set_value(True).run()
    re_roll(app)
    assert app.number_input(key="seed").value == 7
    assert app.number_input(key="epoch").value == 1 + TILES
    assert captions(app)[1].startswith(f"Epoch {1 + TILES}:")


def test_the_same_address_shows_the_same_pictures(augmentation, data_set):
    first = pictures(augmentation(policy="any-direction", seed="3", epoch="5"))
    assert pictures(augmentation(policy="any-direction", seed="3", epoch="5")) == first


@pytest.mark.parametrize("policy", list(POLICIES))
def test_every_policy_draws_its_ranges(augmentation, data_set, policy):
    app = augmentation(policy=policy)
    assert not app.exception
    assert {slider.key: slider.value for slider in app.slider} == {
        f"{step.name}.{name}": value for step in POLICIES[policy].steps for name, value in step.values
    }


def test_choosing_a_policy_takes_up_its_ranges(augmentation, data_set):
    app = augmentation(policy="paper")
    app.selectbox(key="policy").select("gentle").run()
    assert not app.exception
    assert not app.warning
    assert app.slider(key="rotation.low").value == -15
    assert app.slider(key="rotation.high").value == 15
    assert app.multiselect(key="steps").value == ["reflection", "rotation", "scaling", "translation"]


def test_no_augmentation_shows_the_film_unchanged_every_time(augmentation, data_set):
    app = augmentation(policy="none")
    assert set(captions(app)[1:]) == {f"Epoch {n}: unchanged" for n in range(1, TILES + 1)}
    assert len(set(pictures(app))) == 1


def test_a_range_that_contradicts_itself_is_one_sentence(augmentation, data_set):
    app = augmentation(policy="paper")
    app.slider(key="rotation.low").set_value(200.0)
    app.slider(key="rotation.high").set_value(100.0).run()
    assert not app.exception
    assert [unescaped(error.value) for error in app.error] == [
        "The least angle (200°) must not be above the greatest (100°)."
    ]


def test_a_lesion_that_leaves_the_frame_is_warned_of(augmentation, data_set):
    app = augmentation(**{"class": "malignant", "policy": "paper"})
    app.slider(key="translation.shift").set_value(113.0).run()
    assert "over half of the lesion leaves the frame" in app.warning[0].value


def test_a_film_without_outline_says_so(augmentation, data_set):
    app = augmentation(**{"class": "normal"})
    assert any("No lesion is outlined on this film" in one.value for one in app.caption)


@pytest.mark.parametrize(
    "address",
    [
        {"policy": "../../etc"},
        {"seed": "-1"},
        {"seed": "nan"},
        {"epoch": "999999999999999999999"},
        {"rotation__low": "NaN"},
        {"rotation__low": "1e400"},
        {"steps": "<script>alert(1)</script>"},
        {"image": "x" * 100_000},
        {"data_set": "'; drop table jobs"},
        {"preparation": ":material/close: $$x$$"},
        {"outline": "maybe"},
    ],
    ids=str,
)
def test_an_address_that_fits_nothing_falls_back_to_what_is_there(augmentation, data_set, address):
    app = augmentation(**address)
    assert not app.exception
    assert len(app.image) == 1 + TILES


def test_a_deleted_film_is_named_and_the_page_stands(augmentation, data_set, store):
    sample = store.data_sets.samples("phantoms")[0]
    moved = sample.path.rename(sample.path.with_suffix(".away"))
    try:
        app = augmentation()
    finally:
        moved.rename(sample.path)
    assert sample.path.name in unescaped(app.error[0].value)
    assert not app.exception


def test_the_page_can_be_left_for_a_training_with_these_changes(augmentation, data_set):
    app = augmentation(policy="paper")
    link = app.get("page_link")[0].proto
    assert link.label == "Train with these changes"
    assert "augmentation%3Dpaper" in link.query_string or "augmentation=paper" in link.query_string


def test_torch_is_not_loaded_for_the_page():
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=30).run()\n"
        "app.switch_page('pages/augmentation.py').run()\n"
        "app.switch_page('pages/training.py').run()\n"
        "assert not app.exception\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    assert (
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, capture_output=True).returncode == 0
    )
