import pytest

from mammo.datasets import Refusal
from mammo.datasets.uploaded_names import UploadedNames

NAMES = UploadedNames({"all/DOE_JANE.png": 1, "1": 2, "labels.csv": 3, "JANE_DOE": 4, "x.DOE_JANE": 5, "JANE_DOE_2": 6})


@pytest.mark.parametrize(
    ("file", "stand_in"),
    [
        ("all/DOE_JANE.png", "file 1.png"),
        ("JANE_DOE", "file 4"),
        ("x.DOE_JANE", "file 5"),
        ("DOE^MARY.dcm", "a file that is not in the ZIP"),
    ],
)
def test_a_file_is_called_by_its_place_and_a_usual_ending(file, stand_in):
    assert NAMES.of(file) == stand_in


def test_a_refusal_loses_the_name_and_keeps_the_reason():
    refusal = Refusal("all/DOE_JANE.png", "DOE_JANE.png is cut off: its end is missing.", "truncated")
    assert NAMES.refusal(refusal) == Refusal("file 1.png", "file 1.png is cut off: its end is missing.", "truncated")


def test_a_name_that_is_a_number_is_not_taken_out_of_the_numbers_of_its_reason():
    refusal = Refusal("1", "1 has 11 x 1 pixels; each side needs at least 64.", "too_small")
    assert NAMES.refusal(refusal).reason == "file 2 has 11 x 1 pixels; each side needs at least 64."


def test_the_longer_of_two_names_is_taken_whole():
    assert NAMES.covered("Neither JANE_DOE_2 nor JANE_DOE.") == "Neither file 6 nor file 4."
    assert NAMES.covered("a JANE_DOES b") == "a JANE_DOES b", "another word"


def test_a_quoted_path_or_person_goes_and_a_quoted_word_stays():
    told = "line 3: the label 'bening' is not known; did you mean 'benign'?; line 4: 'mary_doe.dcm' leads out; 'DOE^M'."
    assert NAMES.covered(told) == (
        "line 3: the label 'bening' is not known; did you mean 'benign'?; line 4: (name not kept) leads out; "
        "(name not kept)."
    )


def test_nothing_quoted_stays_in_a_warning_that_is_kept():
    assert NAMES.bare("laterality 'Jane\\'s' is not one of L, R") == "laterality (name not kept) is not one of L, R"
    assert NAMES.bare('laterality "Jane\'s" is not one of L, R') == "laterality (name not kept) is not one of L, R"
