from __future__ import annotations

import zipfile
from collections import Counter

import openpyxl
import pytest

from mammo.datasets import DATASETS, ImportOptions
from mammo.errors import DatasetError

JPEG, PNG = "MINI-DDSM-Complete-JPEG-8", "MINI-DDSM-Complete-PNG-16"
VIEWS = ("LEFT_CC", "LEFT_MLO", "RIGHT_CC", "RIGHT_MLO")
COLUMNS = ("fullPath", "fileName", "View", "Side", "Status", "Tumour_Contour", "Tumour_Contour2", "Age", "Density")


def case(folder, letter, number, suffix=".jpg"):
    """The four films of a woman."""
    return [f"{folder}/{number}/{letter}_{number}_1.{view}{suffix}" for view in VIEWS]


def row(status, letter, number, view, **cells):
    """A line of the workbook, paths as Windows writes them."""
    name = f"{letter}_{number}_1.{view}.jpg"
    side, projection = view.split("_")
    known = {
        "fullPath": rf"{status}\{number}\{name}",
        "fileName": name,
        "View": projection,
        "Side": side,
        "Status": status,
        "Tumour_Contour": "-",
        "Tumour_Contour2": "-",
        "Age": 55,
        "Density": 2,
    }
    return {**known, **cells}


def write_workbook(path, rows, columns=COLUMNS, sheet="Data", first_sheet=None):
    workbook = openpyxl.Workbook()
    data = workbook.active
    if first_sheet:
        data.title = first_sheet
        data = workbook.create_sheet(sheet)
    data.title = sheet
    data.append(columns)
    for one in rows:
        data.append([one.get(column) for column in columns])
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)


def find(root):
    return DATASETS["mini_ddsm"].find(root, ImportOptions())


def by_file(findings):
    return {entry.file.rsplit("/", 1)[-1]: entry for entry in findings.entries}


def test_masks_and_the_files_around_are_neither_images_nor_refused(touch):
    films = (
        case(f"{JPEG}/Benign", "C", "0029") + case(f"{JPEG}/Cancer", "C", "0002") + case(f"{JPEG}/Normal", "A", "0029")
    )
    root = touch(
        *films,
        f"{JPEG}/BoundaryMask.png",
        f"{JPEG}/Benign/0029/C_0029_1.LEFT_CC_Mask.jpg",
        f"{JPEG}/Benign/0029/C_0029_1.LEFT_CC_MASK2.jpg",
        f"{JPEG}/Cancer/0002/C_0002_1.LEFT_CC_Mask.jpg",
        f"{JPEG}/Cancer/0002/C_0002_1.LEFT_CC_Mask2.jpg",
        f"{JPEG}/Cancer/0002/Mask_C_0002_1.LEFT_MLO.jpg",
        f"{JPEG}/Benign/0029/C_0029_1.LEFT_CC.OVERLAY",
        f"{JPEG}/Benign/0029/C_0029_1.LEFT_MLO.OVERLAYu",
        f"{JPEG}/Benign/0029/C-0029-1.ics",
        f"{JPEG}/Benign/0029/TAPE_C_0029_1.COMB.16_PGM",
    )
    findings = find(root)

    assert [entry.file for entry in findings.entries] == sorted(films, key=lambda file: file.rsplit("/", 1)[-1])
    assert findings.refused == ()


@pytest.mark.parametrize(
    "mask",
    [
        "C_0029_1.LEFT_CC_Mask.jpg",
        "C_0029_1.LEFT_CC_mask.JPG",
        "Mask_C_0029_1.LEFT_CC.jpg",
        "C_0029_1.LEFT_CC_MASK.png",
    ],
)
def test_a_mask_however_spelt_is_a_lesion_of_its_view(touch, mask):
    root = touch(*case("Benign", "C", "0029"), f"Benign/0029/{mask}")
    entries = by_file(find(root))

    assert [lesion.mask_file for lesion in entries["C_0029_1.LEFT_CC.jpg"].lesions] == [f"Benign/0029/{mask}"]
    assert entries["C_0029_1.LEFT_MLO.jpg"].lesions == ()


def test_masks_from_three_on_come_from_the_folder_of_more_masks(touch):
    more = "Data-MoreThanTwoMasks/Cancer/0030"
    root = touch(
        *case(f"{PNG}/Cancer", "B", "0030", ".png"),
        f"{PNG}/Cancer/0030/B_0030_1.RIGHT_CC_Mask.png",
        f"{PNG}/Cancer/0030/B_0030_1.RIGHT_CC_Mask2.png",
        f"{more}/B_0030_1.RIGHT_CC_Mask3.png",
        f"{more}/B_0030_1.RIGHT_CC_Mask6.png",
    )
    lesions = by_file(find(root))["B_0030_1.RIGHT_CC.png"].lesions

    assert [lesion.mask_file[-9:] for lesion in lesions] == ["_Mask.png", "Mask2.png", "Mask3.png", "Mask6.png"]
    assert {lesion.label for lesion in lesions} == {"malignant"}


def test_letter_and_number_together_name_the_woman(touch):
    findings = find(touch(*case("Benign", "C", "0029"), *case("Normal", "A", "0029")))

    assert Counter(entry.patient_id for entry in findings.entries) == {"C_0029": 4, "A_0029": 4}
    assert {entry.scanner for entry in findings.entries} == {"A", "C"}


def test_side_and_view_come_from_the_name(touch):
    entries = by_file(find(touch(*case("Normal", "D", "4500"))))

    assert (entries["D_4500_1.RIGHT_MLO.jpg"].laterality, entries["D_4500_1.RIGHT_MLO.jpg"].view) == ("R", "MLO")
    assert (entries["D_4500_1.LEFT_CC.jpg"].laterality, entries["D_4500_1.LEFT_CC.jpg"].view) == ("L", "CC")


def test_the_three_label_policies_of_a_case_outlined_in_one_view(touch):
    root = touch(*case("Cancer", "C", "0001"), "Cancer/0001/C_0001_1.LEFT_CC_Mask.jpg")
    entries = by_file(find(root))
    labels = [tuple(entries[f"C_0001_1.{view}.jpg"].labels.values()) for view in VIEWS]

    assert list(entries["C_0001_1.LEFT_CC.jpg"].labels) == ["case", "breast", "visible"]
    assert labels == [
        ("malignant", "malignant", "malignant"),
        ("malignant", "malignant", "normal"),
        ("malignant", "normal", "normal"),
        ("malignant", "normal", "normal"),
    ]


def test_an_abnormal_case_without_any_outline_is_left_out_by_breast_and_view(touch):
    entries = find(touch(*case("Benign", "A", "1123"))).entries

    assert {tuple(entry.labels.items()) for entry in entries} == {
        (("case", "benign"), ("breast", None), ("visible", None))
    }


def test_an_outline_of_a_film_that_is_not_here_still_tells_the_breast(touch):
    root = touch("Benign/0029/C_0029_1.LEFT_CC.jpg", "Benign/0029/C_0029_1.LEFT_MLO_Mask.jpg")

    assert find(root).entries[0].labels == {"case": "benign", "breast": "benign", "visible": "normal"}


def test_of_both_copies_the_16_bit_one_is_taken_and_the_person_is_told(touch):
    root = touch(*case(f"{JPEG}/Normal", "A", "0002"), *case(f"{PNG}/Normal", "A", "0002", ".png"))
    findings = find(root)

    assert {entry.file.split("/")[0] for entry in findings.entries} == {PNG}
    assert findings.refused == ()
    assert JPEG in findings.warnings[0]


def test_the_workbook_beside_the_jpeg_copy_serves_the_png_copy_too(touch):
    root = touch(*case(f"{JPEG}/Normal", "A", "0002"), *case(f"{PNG}/Normal", "A", "0002", ".png"))
    rows = [row("Normal", "A", "0002", view, Age=61, Density=4) for view in VIEWS]
    write_workbook(root / JPEG / "DataWMask.xlsx", rows)

    assert {(entry.age, entry.density) for entry in find(root).entries} == {(61, "D")}


@pytest.mark.parametrize(
    ("density", "stored"), [(0, None), (1, "A"), (2, "B"), (3, "C"), (4, "D"), ("-", None), (None, None)]
)
def test_density_by_its_grade(touch, density, stored):
    root = touch(*case("Normal", "A", "0002"))
    write_workbook(root / "DataWMask.xlsx", [row("Normal", "A", "0002", view, Density=density) for view in VIEWS])

    assert {entry.density for entry in find(root).entries} == {stored}


@pytest.mark.parametrize("age", ["-", None, "", 0, 999], ids=str)
def test_an_age_missing_in_the_workbook_comes_from_the_case_file(touch, age):
    root = touch(*case("Normal", "A", "0002"))
    write_workbook(root / "DataWMask.xlsx", [row("Normal", "A", "0002", view, Age=age, Density=0) for view in VIEWS])
    (root / "Normal/0002/A-0002-1.ics").write_text("ics_version 1.0\nfilename A-0002-1\nPATIENT_AGE 47\nDENSITY 3\n")

    assert {(entry.age, entry.density) for entry in find(root).entries} == {(47, "C")}


def test_columns_are_found_in_any_case_and_without_a_sheet_named_data(touch):
    root = touch(*case("Normal", "A", "0002"))
    rows = [{name.lower(): cell for name, cell in row("Normal", "A", "0002", view).items()} for view in VIEWS]
    write_workbook(root / "DataWMask.xlsx", rows, columns=[name.lower() for name in COLUMNS], sheet="Tabelle1")

    assert {entry.age for entry in find(root).entries} == {55}


def test_the_sheet_named_data_is_read_even_if_it_is_not_the_first(touch):
    root = touch(*case("Normal", "A", "0002"))
    rows = [row("Normal", "A", "0002", view) for view in VIEWS]
    write_workbook(root / "DataWMask.xlsx", rows, first_sheet="Notes")

    assert {entry.age for entry in find(root).entries} == {55}


def test_an_outline_that_only_the_workbook_lists_counts_and_is_told(touch):
    root = touch(*case("Benign", "C", "0029"))
    rows = [row("Benign", "C", "0029", view) for view in VIEWS[1:]]
    contour = r"Benign\0029\C_0029_1.LEFT_CC_Mask.jpg"
    write_workbook(root / "DataWMask.xlsx", [row("Benign", "C", "0029", "LEFT_CC", Tumour_Contour=contour), *rows])
    entry = by_file(find(root))["C_0029_1.LEFT_CC.jpg"]

    assert entry.labels["visible"] == "benign"
    assert [(lesion.label, lesion.mask_file) for lesion in entry.lesions] == [("benign", None)]
    assert entry.warnings == ("the workbook lists outline 1, whose file is not there",)


def test_a_side_that_the_workbook_contradicts_is_unknown(touch):
    root = touch("Normal/0002/A_0002_1.LEFT_CC.jpg")
    write_workbook(root / "DataWMask.xlsx", [row("Normal", "A", "0002", "LEFT_CC", Side="RIGHT")])
    entry = find(root).entries[0]

    assert (entry.laterality, entry.view) == (None, "CC")
    assert entry.warnings == ("laterality: file name says L, workbook says R",)


def test_a_film_that_only_the_workbook_knows_is_refused(touch):
    root = touch("Normal/0002/A_0002_1.LEFT_CC.jpg")
    write_workbook(root / "DataWMask.xlsx", [row("Normal", "A", "0002", view) for view in VIEWS[:2]])

    assert [(one.file, one.code) for one in find(root).refused] == [("Normal/0002/A_0002_1.LEFT_MLO.jpg", "absent")]


def test_other_images_are_refused_with_a_reason(touch):
    root = touch(*case("Normal", "A", "0002"), "Normal/0002/scan.jpg", "Normal/A_0002_1.LEFT_CC.jpg", "notes.txt")

    assert [one.file for one in find(root).refused] == ["Normal/0002/scan.jpg", "Normal/A_0002_1.LEFT_CC.jpg"]
    assert all("Mini-DDSM" in one.reason for one in find(root).refused)


def test_a_broken_workbook_is_told_with_the_way_out(touch):
    root = touch(*case("Normal", "A", "0002"))
    (root / "DataWMask.xlsx").write_bytes(b"PK\x03\x04 not a workbook")

    with pytest.raises(DatasetError, match=r"DataWMask\.xlsx can't be read.*remove it"):
        find(root)


def test_a_workbook_without_file_names_is_refused(touch):
    root = touch(*case("Normal", "A", "0002"))
    write_workbook(root / "DataWMask.xlsx", [{"Age": 50}], columns=["Age"])

    with pytest.raises(DatasetError, match="fullPath or fileName"):
        find(root)


@pytest.mark.parametrize("above", ["", "archive/", f"{JPEG}/{JPEG}/"])
def test_the_layout_is_recognised_wherever_it_begins(touch, above):
    root = touch(f"{above}Benign/0029/C_0029_1.LEFT_CC.jpg")

    assert DATASETS["mini_ddsm"].detect(root, ImportOptions())
    assert len(find(root).entries) == 1


@pytest.mark.parametrize(
    "file", ["Benign/C_0029_1.LEFT_CC.jpg", "Benign/0029/a.jpg", "Mild/0029/C_0029_1.LEFT_CC.jpg", "mdb001.pgm"]
)
def test_other_layouts_are_not_taken_for_mini_ddsm(touch, file):
    assert not DATASETS["mini_ddsm"].detect(touch(file), ImportOptions())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(touch):  # B55
    root = touch("MINI-DDSM-Complete-JPEG-8/Normal/0001/C_0001_1.LEFT_CC.jpg")
    with zipfile.ZipFile(root / "DataWMask.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", bytes(300 * 2**20))
    with pytest.raises(DatasetError, match=r"DataWMask\.xlsx can't be read \(unpacked it would take 300 MiB\)"):
        DATASETS["mini_ddsm"].find(root, ImportOptions())
