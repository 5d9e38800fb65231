"""An answer in words, and its doubts."""

import pytest

from mammo.evaluation.intervals import Interval
from mammo.evaluation.qualified import OnTest, Qualified
from mammo.prediction import words

SPACE = "\N{NO-BREAK SPACE}"


def qualified(fits, **changes):
    facts = {
        "shares": {"normal": Interval(0.07, 0.02, 0.1), "benign": Interval(0.35), "malignant": Interval(0.58)},
        "fits": fits, "at_screening": 0.02, "temperature": 1.3, "goal": 0.9, "held": Interval(0.91), "images": 90,
        "women": 30, "always_fit": {}, "fewest_women": 9, "tested": None,
    }  # fmt: skip
    return Qualified(**{**facts, **changes})


@pytest.mark.parametrize(
    ("fits", "sentence"),
    [
        (("benign",), "Benign is the only class that fits"),
        (("benign", "malignant"), "Malignant or benign. The model can't tell which"),
        (("normal", "benign", "malignant"), "The model can't tell"),
        ((), "Unlike anything it knows"),
    ],
)
def test_the_set_is_the_answer(fits, sentence):
    assert words.answer_in_words("malignant", qualified(fits)) == sentence


def test_without_validation_the_most_probable_class_is_named_and_nothing_promised():
    assert words.answer_in_words("benign", None) == "Benign is the most probable class"
    assert "nobody knows" in words.coverage_in_words(None)


def test_coverage_names_its_goal_its_women_and_classes_that_too_few_have():
    tested = OnTest(322, 161, "malignant", Interval(0.46, 0.31, 0.62), Interval(0.88))
    told = words.coverage_in_words(qualified((), tested=tested, always_fit={"malignant": 4}))
    assert told.startswith(
        f"Such sets held the truth for 91{SPACE}% of validation women (goal 90{SPACE}%), and for 88{SPACE}% of test"
    )
    assert told.endswith("Too few validation women for ever ruling out malignant (4 of 9 women).")


def test_folds_are_said_to_be_folds_and_their_mean_not_to_be_validated():
    tested = OnTest(322, 161, "malignant", Interval(0.46, 0.31, 0.62), None)
    told = words.coverage_in_words(qualified((), tested=tested, folds=5, always_fit={"malignant": 4}))
    assert f"for 91{SPACE}% of the women of all folds (goal 90{SPACE}%), each judged by the one model of 5" in told
    assert "The mean of the models, which answers here, was not itself validated." in told
    assert "validation women" not in told
    assert "test women" not in told
    assert words.frequency_in_words(qualified((), folds=5)).startswith("Of 100 images of the folds scored like this")
    assert words.tested_doubt(tested, "mias").text.startswith("Tested fold by fold, the mean of the models not, on 322")


@pytest.mark.parametrize(
    ("share", "screening", "end"),
    [
        (0.58, 0.02, "about 58 are malignant; in screening (0.7\N{NO-BREAK SPACE}% malignant), about 2."),
        (0.012, 0.0001, "about 1 is malignant; in screening (0.7\N{NO-BREAK SPACE}% malignant), fewer than 1."),
        (0.58, None, "about 58 are malignant."),
        (0.99, None, "about 99 are malignant."),
        (0.996, None, "more than 99 are malignant."),
        (1.0, None, "more than 99 are malignant."),
    ],
)
def test_a_probability_is_a_number_of_images(share, screening, end):
    one = qualified((), shares={"normal": Interval(1 - share), "malignant": Interval(share)}, at_screening=screening)
    assert words.frequency_in_words(one) == f"Of 100 validation images scored like this, {end}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "< 0.01"), (0.0049, "< 0.01"), (0.0051, "0.01"), (0.5, "0.50"), (0.9949, "0.99"), (0.9951, "> 0.99")],
)
def test_probabilities_are_never_written_as_certainty(value, text):
    assert words.probability(value) == text


def test_an_interval_has_honest_ends_too():
    assert words.interval_in_words(Interval(0.58, 0.45, 0.9999)) == "0.58 (0.45 to > 0.99)"


@pytest.mark.parametrize(
    ("pixels", "spacing", "height", "text", "attention"),
    [
        (11.0, 0.1, None, "1 pixel of the model is 1.1 mm: calcifications can't be judged.", True),
        (4.0, 0.05, None, "1 pixel of the model is 0.2 mm, fine enough for calcifications of 0.5 mm.", False),
        (17.0, None, 4000, "On a film 24 cm high, 1 pixel of the model is 1 mm: calcifications can't be judged.", True),
        (17.0, None, None, "1 pixel of the model takes in 17.0 pixels of the picture", True),
    ],
)
def test_what_is_too_small_for_the_model_is_told_in_mm_where_they_are_known(pixels, spacing, height, text, attention):
    doubt = words.resolution_doubt(pixels, spacing, height)
    assert text in doubt.text
    assert doubt.needs_attention == attention


@pytest.mark.parametrize(
    ("passed", "text", "attention"),
    [(4, "good trust, 4 of 4", False), (3, "fair trust, 3 of 4", False), (2, "poor trust, 2 of 4", True)],
)
def test_a_heat_map_has_a_trust(passed, text, attention):
    doubt = words.heatmap_doubt((passed, 4))
    assert text in doubt.text
    assert doubt.text.endswith("It shows where the score comes from, not where a lesion ends.")
    assert doubt.needs_attention == attention


def test_no_check_saves_the_map_of_a_model_that_can_not_be_told_from_chance_and_an_unchecked_map_says_so():
    assert "poor trust, 4 of 4" in words.heatmap_doubt((4, 4), is_void=True).text
    assert "nobody has checked" in words.heatmap_doubt(None).text


@pytest.mark.parametrize(("turned", "text"), [(0, "stayed the same in all 14"), (4, "changed in 4 of 14")])
def test_a_first_choice_that_turns_needs_attention(turned, text):
    doubt = words.stability_doubt(turned, 14)
    assert text in doubt.text
    assert doubt.needs_attention == bool(turned)


def test_a_test_is_told_with_its_interval_and_missing_more_than_it_finds_needs_attention():
    tested = OnTest(322, 161, "malignant", Interval(0.46, 0.31, 0.62), Interval(0.88))
    told = words.tested_doubt(tested, "mias")
    assert (
        told.text == "Tested on 322 images of 161 women, all of the data set mias; malignant found 0.46 (0.31 to 0.62)."
    )
    assert told.needs_attention
    assert words.tested_doubt(None, "mias").needs_attention
