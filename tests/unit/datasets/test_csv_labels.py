from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mammo.datasets import DATASETS, ImportOptions
from mammo.errors import DatasetError


@pytest.fixture
def labelled(touch):
    """A folder with a.png, b.png and this table of labels."""

    def make(table, encoding="utf-8", name="labels.csv"):
        root = touch("a.png", "b.png")
        (root / name).write_bytes(table.encode(encoding))
        return root

    return make


def find(root, **options):
    return DATASETS["csv_labels"].find(root, ImportOptions(**options))


def problems_of(root):
    with pytest.raises(DatasetError) as error:
        find(root)
    return str(error.value)


def test_each_column_finds_its_place(labelled):
    header = "file,label,patient,laterality,view,density,abnormality,lesion_x,lesion_y,lesion_r,age,scanner,mask"
    root = labelled(f"{header}\na.png,malignant,P1,R,MLO,D,SPIC,10.5,20,5,63,Howtek,b.png\n")
    entry = find(root).entries[0]
    lesion = entry.lesions[0]

    assert (entry.file, entry.patient_id, entry.laterality, entry.view) == ("a.png", "P1", "R", "MLO")
    assert (entry.age, entry.density, entry.scanner) == (63, "D", "Howtek")
    assert entry.labels == {"case": "malignant", "breast": "malignant", "visible": "malignant"}
    assert (lesion.label, lesion.kind, lesion.mask_file) == ("malignant", "SPIC", "b.png")
    assert (lesion.x_px, lesion.y_px, lesion.radius_px) == (10.5, 20, 5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_tables_of_any_spreadsheet_are_read(labelled, encoding, delimiter):  # B61
    table = 'file,label,patient\r\n"a.png","benign","Müller ""M"""\r\n\r\nb.png,normal,P2\r\n'.replace(",", delimiter)
    entries = find(labelled(table, encoding)).entries

    assert [(entry.file, entry.patient_id) for entry in entries] == [("a.png", 'Müller "M"'), ("b.png", "P2")]


def test_a_decimal_comma_is_a_decimal_comma(labelled):
    table = "file;label;lesion_x;lesion_y;lesion_r\na.png;benign;10,5;20,25;3\n"

    assert find(labelled(table)).entries[0].lesions[0].x_px == 10.5


@pytest.mark.parametrize(
    ("label", "stored"),
    [("Benign", "benign"), ("CANCER", "malignant"), ("healthy", "normal"), ("N", "normal"), ("cyst", "cyst")],
)
def test_labels_are_known_by_the_names_of_the_field(labelled, label, stored):
    assert find(labelled(f"file,label\na.png,{label}\n")).entries[0].labels["case"] == stored


def test_other_column_names_can_be_assigned(labelled):
    root = labelled("Bild,Befund\na.png,benign\n")

    assert len(find(root, columns={"file": "Bild", "label": "befund"}).entries) == 1
    with pytest.raises(DatasetError, match="no column named 'kind' to assign"):
        find(root, columns={"kind": "Befund"})


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("b.png,Benign ,,,", "the label 'Benign ' is not known; did you mean 'benign'?"),
        ("b.png,malignnt,,,", "did you mean 'malignant'?"),
        ("b.png, cyst,,,", "did you mean 'cyst'?"),
        ("b.png,,,,", "the label is empty"),
        ("b.png,NaN,,,", "the label 'NaN' names no class; write the class, or 'unlabelled'"),
        ("b.png,n/a,,,", "the label 'n/a' names no class"),
        (",benign,,,", "no file"),
        ("./a.png,benign,,,", "'a.png' stands in line 2 already"),
        ("../b.png,benign,,,", "leads out of the folder"),
        ("/etc/b.png,benign,,,", "leads out of the folder"),
        ("b.png,benign,nan,nan,nan", "lesion_x is 'nan'; it must be a number or empty"),
        ("b.png,benign,inf,4,5", "lesion_x is 'inf'"),
        ("b.png,benign,4,,5", "needs both lesion_x and lesion_y"),
        ("b.png,benign,4,5,0", "lesion_r must be above 0"),
        ("b.png,normal,4,5,6", "a lesion on an image whose label is normal"),
        ("b.png,benign,=A1+3,4,5", "lesion_x holds a formula ('=A1+3')"),
        ('"=HYPERLINK(""b.png"")",benign,,,', "file holds a formula"),
        ("b.png,benign,,,,,", "2 more cells than the header has"),
    ],
)
def test_a_problem_is_told_by_its_line(labelled, row, complaint):  # B61
    message = problems_of(labelled(f"file,label,lesion_x,lesion_y,lesion_r\na.png,normal,,,\n{row}\n"))

    assert message.startswith("labels.csv has problems, and nothing was imported: line 3: ")
    assert complaint in message


@pytest.mark.parametrize("age", ["121", "-3", "old"])
def test_an_age_that_nobody_has_is_a_problem(labelled, age):
    assert "line 2: age is" in problems_of(labelled(f"file,label,age\na.png,benign,{age}\n"))


def test_all_problems_are_told_at_once_and_many_are_counted(labelled):  # B61
    rows = "".join(f"{number}.png,\n" for number in range(30))
    message = problems_of(labelled(f"file,label\n{rows}"))

    assert message.count("the label is empty") == 20
    assert message.endswith("line 21: the label is empty; and 10 more.")


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("file,patient\na.png,P1\n", "no column 'label'; its columns are: file, patient"),
        ("", "no column 'file'; its columns are: none"),
        ("file,label,label\na.png,benign,normal\n", "more than one column for label"),
        ("file,path,label\na.png,a.png,benign\n", "more than one column for file: file, path"),
    ],
)
def test_a_missing_or_double_column_is_told(labelled, table, complaint):  # B61
    assert complaint in problems_of(labelled(table))


def test_another_encoding_is_refused_with_the_line(labelled):  # B61
    root = labelled("file,label,patient\na.png,benign,Müller\n", encoding="latin-1")

    assert problems_of(root) == "labels.csv, line 2: the text is neither UTF-8 nor UTF-16. Save it as UTF-8."


def test_a_listed_image_that_is_absent_and_an_image_without_row_are_refused(labelled):  # B64
    findings = find(labelled("file,label\na.png,benign\nc.png,normal\n"))

    assert [entry.file for entry in findings.entries] == ["a.png"]
    assert {one.file: one.reason for one in findings.refused} == {
        "b.png": "no row in labels.csv",
        "c.png": "labels.csv lists this image, but it is not there.",
    }


def test_images_without_a_patient_are_counted_in_a_warning(labelled):
    findings = find(labelled("file,label,patient\na.png,benign,\nb.png,benign,P1\n"))

    assert findings.entries[0].patient_id == "a.png"
    assert findings.warnings[0].startswith("Patients unknown for 1 of 2 images")


@pytest.mark.parametrize("nothing", ["NaN", "N/A", "null", "None", "?", "-"])
def test_women_without_a_name_are_not_taken_for_one_woman(labelled, nothing):  # B61
    findings = find(
        labelled(f"file,label,patient,scanner\na.png,benign,{nothing},{nothing}\nb.png,benign,{nothing},X\n")
    )

    assert [(entry.patient_id, entry.scanner) for entry in findings.entries] == [("a.png", None), ("b.png", "X")]
    assert findings.warnings[0].startswith("Patients unknown for all images")


def test_a_laterality_that_is_none_stays_unknown_with_a_warning(labelled):
    entry = find(labelled("file,label,laterality,view\na.png,benign,both,ML\n")).entries[0]

    assert (entry.laterality, entry.view) == (None, None)
    assert entry.warnings == ("laterality 'both' is not one of L, R", "view 'ML' is not one of CC, MLO")


def test_a_mask_that_is_absent_is_told(labelled):
    entry = find(labelled("file,label,mask\na.png,benign,masks/a.png\n")).entries[0]

    assert entry.lesions[0].mask_file is None
    assert entry.warnings == ("the mask 'masks/a.png' is not there",)


def test_hostile_file_names_are_taken_as_they_are(touch):
    names = [
        "=cmd|' .png",
        "<img src=x onerror=alert(1)>.png",
        "‮gnp.exe.png",
        "';DROP TABLE x.png",
        "%s%n ${7*7}.png",
        " a\\b.png",
    ]
    names = [name.replace("/", "") for name in names]
    root = touch(*names)
    (root / "labels.csv").write_text("file,label\n" + "".join(f'"{name}",benign\n' for name in names))
    findings = find(root)

    assert sorted(entry.file for entry in findings.entries) == sorted(names)


def test_the_labels_file_is_sought_in_the_current_folder_and_then_in_the_root(labelled, monkeypatch, tmp_path_factory):
    root = labelled("file,label\na.png,benign\n", name="truth.csv")
    here = tmp_path_factory.mktemp("current")
    monkeypatch.chdir(here)
    in_root = find(root, labels_file=Path("truth.csv"))
    (here / "truth.csv").write_text("file,label\na.png,normal\n")
    in_current = find(root, labels_file=Path("truth.csv"))

    assert (in_root.entries[0].labels["case"], in_current.entries[0].labels["case"]) == ("benign", "normal")


def test_a_labels_file_that_is_nowhere_is_told(touch):
    with pytest.raises(DatasetError, match=r"no labels file truth\.csv in the current folder or in"):
        find(touch("a.png"), labels_file=Path("truth.csv"))


@pytest.mark.slow
@pytest.mark.long
def test_a_table_of_a_million_rows_is_read(touch):  # B61
    root = touch("a.png")
    rows = "".join(f"{number:06d}.png,normal,P{number // 4}\n" for number in range(1_000_000))
    (root / "labels.csv").write_text(f"file,label,patient\n{rows}")

    assert len(find(root).refused) == 1_000_001


@pytest.mark.shared
def test_the_development_films_are_112_women(shared):
    findings = find(shared / "data" / "mias-dev")

    assert Counter(entry.labels["case"] for entry in findings.entries) == {"normal": 144, "benign": 44, "malignant": 36}
    assert len({entry.patient_id for entry in findings.entries}) == 112
    assert findings.refused == findings.warnings == ()
