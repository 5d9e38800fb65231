from __future__ import annotations

import pytest

from mammo.datasets import DATASETS, ImportOptions
from mammo.errors import DatasetError

PROSE = "2nd column: Character of background tissue:\n                F - Fatty\n\n"


@pytest.fixture
def mias(touch):
    """Writes Info.txt with these lines, and the films 1 to ``films``."""

    def make(*lines, films=6, folder=""):
        root = touch(*(f"{folder}mdb{number:03d}.pgm" for number in range(1, films + 1)), f"{folder}Info.txt")
        (root / folder / "Info.txt").write_text(PROSE + "\n".join(lines) + "\n\n=====\n")
        return root

    return make


def find(root):
    return DATASETS["mini_mias"].find(root, ImportOptions())


def test_the_table_is_read_with_all_its_quirks(mias):
    root = mias(
        "mdb001 G CIRC B 535 425 197",
        "mdb002 G NORM ",
        "mdb003 F CIRC B",
        "mdb004 D CALC M *NOTE 3*",
        "mdb005 F CIRC B 477 133  30",
        "mdb005 F SPIC M 500 168  26",
        "mdb006 F NORM",
    )
    entries = find(root).entries

    assert [entry.labels["breast"] for entry in entries] == [
        "benign", "normal", "benign", "malignant", "malignant", "normal",
    ]  # fmt: skip
    assert [len(entry.lesions) for entry in entries] == [1, 0, 1, 1, 2, 0]
    assert [entry.density for entry in entries] == ["G", "G", "F", "D", "F", "F"]
    assert [bool(entry.warnings) for entry in entries] == [False, False, True, True, False, False]


def test_rows_are_counted_from_the_bottom_of_a_film_of_1024_pixels(mias):
    lesion = find(mias("mdb001 G CIRC B 535 425 197", films=1)).entries[0].lesions[0]

    assert (lesion.label, lesion.kind, lesion.x_px, lesion.y_px, lesion.radius_px) == ("benign", "CIRC", 535, 599, 197)


def test_a_lesion_without_circle_has_no_place(mias):
    lesion = find(mias("mdb001 F CIRC B", films=1)).entries[0].lesions[0]

    assert (lesion.kind, lesion.x_px, lesion.y_px, lesion.radius_px) == ("CIRC", None, None, None)


def test_films_2k_minus_1_and_2k_are_the_left_and_right_of_one_woman(mias):
    entries = find(mias(*(f"mdb{number:03d} D NORM" for number in range(1, 5)), films=4)).entries

    assert [entry.patient_id for entry in entries] == ["mdb001-002", "mdb001-002", "mdb003-004", "mdb003-004"]
    assert [entry.laterality for entry in entries] == ["L", "R", "L", "R"]
    assert {entry.view for entry in entries} == {"MLO"}


def test_a_listed_film_that_is_absent_and_a_film_that_is_not_listed_are_refused(mias):
    findings = find(mias("mdb001 D NORM", "mdb009 D NORM", films=2))

    assert [entry.file for entry in findings.entries] == ["mdb001.pgm"]
    assert {one.file: one.code for one in findings.refused} == {"mdb002.pgm": "not_in_layout", "mdb009.pgm": "absent"}


@pytest.mark.parametrize("line", ["mdb002 G CIRC", "mdb002 X NORM", "mdb002 G NORM B", "mdb002 G CIRC B 535 425"])
def test_a_line_that_mias_would_not_write_is_told_by_its_number(mias, line):
    with pytest.raises(DatasetError, match=f"line 5: {line!r}"):
        find(mias("mdb001 D NORM", line))


def test_the_films_may_lie_in_a_folder_below(mias):
    root = mias("mdb001 D NORM", films=1, folder="all-mias/")

    assert DATASETS["mini_mias"].detect(root, ImportOptions())
    assert [entry.file for entry in find(root).entries] == ["all-mias/mdb001.pgm"]


def test_another_info_txt_is_not_taken_for_mias(touch):
    root = touch("a.png", "Info.txt")
    (root / "Info.txt").write_text("mdb is short for the Mammographic Image Database\n")

    assert not DATASETS["mini_mias"].detect(root, ImportOptions())
    with pytest.raises(DatasetError, match=r"no Info\.txt of MIAS"):
        find(root)


@pytest.mark.shared
def test_the_native_films_are_six_women(shared):
    findings = find(shared / "data" / "mias-native")

    assert len(findings.entries) == 12
    assert len({entry.patient_id for entry in findings.entries}) == 6
    assert (
        sorted(entry.labels["breast"] for entry in findings.entries)
        == ["benign"] * 2 + ["malignant"] * 2 + ["normal"] * 8
    )
    assert findings.refused == ()
