from __future__ import annotations

import pytest

from mammo.datasets import DATASETS, ImportOptions


def find(root):
    return DATASETS["folder_of_classes"].find(root, ImportOptions())


def labels(findings):
    return {entry.file: entry.labels["case"] for entry in findings.entries}


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("Normal", "normal"),
        ("healthy", "normal"),
        ("NEGATIVE", "normal"),
        ("B", "benign"),
        ("Cancer", "malignant"),
        ("M", "malignant"),
    ],
)
def test_class_folders_are_known_by_the_names_of_the_field(touch, folder, label):
    root = touch(f"{folder}/a.png", "Benign/b.png", "normal/c.png")

    assert DATASETS["folder_of_classes"].detect(root, ImportOptions())
    assert labels(find(root))[f"{folder}/a.png"] == label


def test_folders_with_other_names_stay_classes(touch):
    assert labels(find(touch("cyst/a.png", "normal/b.png"))) == {"cyst/a.png": "cyst", "normal/b.png": "normal"}


def test_mini_ddsm_version_1_names_its_women(touch):
    findings = find(
        touch("Cancer/C_0029_1.LEFT_CC.jpg", "Cancer/C_0029_1.RIGHT_MLO.jpg", "Normal/A_0029_1.LEFT_CC.jpg")
    )

    assert [entry.patient_id for entry in findings.entries] == ["C_0029", "C_0029", "A_0029"]
    assert [(entry.laterality, entry.view, entry.scanner) for entry in findings.entries] == [
        ("L", "CC", "C"), ("R", "MLO", "C"), ("L", "CC", "A"),
    ]  # fmt: skip
    assert findings.warnings == ()


def test_a_folder_below_the_class_is_a_woman_and_the_same_one_in_every_class(touch):
    findings = find(touch("normal/P1/left.png", "cancer/P1/right.png", "cancer/P2/study/right.png"))

    assert {entry.file: entry.patient_id for entry in findings.entries} == {
        "normal/P1/left.png": "P1",
        "cancer/P1/right.png": "P1",
        "cancer/P2/study/right.png": "P2",
    }
    assert findings.warnings == ("1 case folders have the same name in several classes; each is taken for one woman.",)


def test_without_any_sign_of_the_woman_each_image_is_its_own_and_it_is_told(touch):
    findings = find(touch("normal/a.png", "cancer/b.png"))

    assert [entry.patient_id for entry in findings.entries] == ["cancer/b.png", "normal/a.png"]
    assert findings.warnings[0].startswith("Patients unknown for all images")
    assert "a patient split can't be guaranteed" in findings.warnings[0]


@pytest.mark.parametrize(
    "mask", ["a_mask.png", "a_MASK2.png", "Mask_a.png", "mask.png", "BoundaryMask.png", "a-Mask 3.png"]
)
def test_masks_are_refused_as_masks(touch, mask):
    findings = find(touch("normal/a.png", f"cancer/{mask}"))

    assert labels(findings) == {"normal/a.png": "normal"}
    assert [(one.file, one.code) for one in findings.refused] == [(f"cancer/{mask}", "mask")]


def test_a_film_whose_name_only_contains_the_word_is_no_mask(touch):
    assert len(find(touch("normal/unmasked.png", "cancer/damask_rose.png")).entries) == 2


def test_wrapping_folders_and_foreign_parts_are_taken_together(touch):
    findings = find(touch("archive/train/benign/a.png", "archive/test/malignant/b.png"))

    assert set(labels(findings).values()) == {"benign", "malignant"}
    assert "The folders 'archive/test', 'archive/train' are taken together" in findings.warnings[1]


def test_an_image_beside_the_class_folders_is_refused(touch):
    findings = find(touch("normal/a.png", "cancer/b.png", "overview.png"))

    assert [(one.file, one.code) for one in findings.refused] == [("overview.png", "not_in_layout")]


@pytest.mark.parametrize("files", [("P001/a.png", "P002/b.png"), ("F/a.png", "M/b.png"), ("a.png",)], ids=str)
def test_folders_that_may_mean_anything_are_not_taken_for_classes(touch, files):
    assert not DATASETS["folder_of_classes"].detect(touch(*files), ImportOptions())
