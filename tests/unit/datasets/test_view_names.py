"""Views and women by the names of files."""

import pytest

from mammo.datasets.view_names import ShownView, named_view, women


@pytest.mark.parametrize(
    ("name", "woman", "side", "view"),
    [
        ("C_0029_1.LEFT_CC.jpg", "C-0029-1", "L", "CC"),
        ("roe-R-MLO.dcm", "ROE", "R", "MLO"),
        ("case7/RCC.png", "", "R", "CC"),
        ("12345_lmlo", "12345", "L", "MLO"),
        ("mdb001.pgm", "MDB-001", None, None),
        ("Lorraine.png", "LORRAINE", None, None),
        ("", "", None, None),
    ],
)
def test_a_name_tells_side_view_and_woman(name, woman, side, view):
    assert named_view(name) == ShownView(woman, side, view)


def named(*names):
    return women([named_view(name) for name in names])


def test_names_that_differ_in_side_and_view_alone_are_one_womans():
    assert named("a_L_CC.png", "b_L_CC.png", "a_R_CC.png", "b_R_MLO.png", "a_L_MLO.png") == [(0, 2, 4), (1, 3)]


def test_up_to_four_different_views_are_one_examination_whatever_their_names():
    tags = [("L", "CC"), ("R", "CC"), ("L", "MLO"), ("R", "MLO")]
    files = [ShownView(f"IM-{number}", *tag) for number, tag in enumerate(tags)]
    assert women(files) == [(0, 1, 2, 3)]
    assert women([*files, ShownView("IM-4", "L", "CC")]) == [(0,), (1,), (2,), (3,), (4,)]


def test_files_of_which_nothing_is_known_and_views_that_are_there_twice_stand_alone():
    assert named("mdb001.pgm", "mdb002.pgm") == [(0,), (1,)]
    assert named("a_L_CC.png", "a-L-CC.png", "b.png") == [(0,), (1,), (2,)]
    assert women([]) == []
