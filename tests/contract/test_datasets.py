"""What every layout of files promises, shown on a miniature of each."""

from __future__ import annotations

import cv2
import numpy as np
import openpyxl
import pytest

from mammo.datasets import DATASETS, LABEL_POLICIES, UNLABELLED, ImportOptions
from mammo.datasets.importing import import_collection
from mammo.datasets.leakage import leakage_report
from mammo.datasets.splitting import split_samples
from mammo.errors import DatasetError

WOMEN_PER_CLASS = 4


def write_film(path, seed):
    """A breast of 96 x 72 pixels, no two alike."""
    rows, columns = np.mgrid[:96, :72]
    breast = (rows - 48) ** 2 + columns**2 < 43**2
    tissue = np.random.default_rng(seed).integers(70, 190, (96, 72)).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), (breast * cv2.GaussianBlur(tissue, (0, 0), 2)).astype(np.uint8))


def write_mask(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.circle(np.zeros((96, 72), np.uint8), (20, 40), 8, 255, 1))


def mini_ddsm(root):
    """Two films a woman, a mask for each ill one; more masks and the workbook beside them."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    workbook.active.append(["fullPath", "fileName", "View", "Side", "Status", "Tumour_Contour", "Age", "Density"])
    seed = 0
    for letter, folder in (("A", "Normal"), ("B", "Benign"), ("C", "Cancer")):
        for woman in range(WOMEN_PER_CLASS):
            for side in ("LEFT", "RIGHT"):
                name = f"{letter}_{woman:04d}_1.{side}_CC"
                write_film(root / folder / f"{woman:04d}" / f"{name}.png", seed := seed + 1)
                workbook.active.append(
                    [rf"{folder}\{woman:04d}\{name}.png", f"{name}.png", "CC", side, folder, "-", 50, 2]
                )
            if folder != "Normal":
                write_mask(root / folder / f"{woman:04d}" / f"{letter}_{woman:04d}_1.LEFT_CC_MASK.png")
    write_mask(root / "BoundaryMask.png")
    workbook.save(root / "DataWMask.xlsx")
    return 2 * 3 * WOMEN_PER_CLASS


def folder_of_classes(root):
    for number in range(2 * 3 * WOMEN_PER_CLASS):
        folder = ("normal", "benign", "malignant")[number % 3]
        write_film(root / folder / f"P{number // 6}_{folder}" / f"{number}.png", number)
    write_mask(root / "benign" / "P0_benign" / "1_mask.png")
    return 2 * 3 * WOMEN_PER_CLASS


def mini_mias(root):
    abnormalities = ("NORM", "CIRC B 30 40 5", "SPIC M 20 60 6")
    lines = []
    for number in range(1, 2 * 3 * WOMEN_PER_CLASS + 1):
        write_film(root / f"mdb{number:03d}.pgm", number)
        lines.append(f"mdb{number:03d} G {abnormalities[(number - 1) // 2 % 3]}")
    (root / "Info.txt").write_text("INFORMATION:\n\n" + "\n".join(lines) + "\n")
    return len(lines)


def csv_labels(root):
    rows = ["file,label,patient,laterality,view,lesion_x,lesion_y,lesion_r,mask"]
    for number in range(2 * 3 * WOMEN_PER_CLASS):
        label = ("normal", "benign", "malignant")[number // 2 % 3]
        write_film(root / f"{number}.png", number)
        lesion = {"normal": ",,,", "benign": "20,40,8,", "malignant": ",,,mask.png"}[label]
        rows.append(f"{number}.png,{label},P{number // 2},{'LR'[number % 2]},MLO,{lesion}")
    write_mask(root / "mask.png")
    (root / "labels.csv").write_text("\n".join(rows) + "\n")
    return 2 * 3 * WOMEN_PER_CLASS


def unlabelled(root):
    for number in range(3):
        write_film(root / f"{number}.png", number)
    return 3


MINIATURES = {build.__name__: build for build in (mini_ddsm, folder_of_classes, mini_mias, csv_labels, unlabelled)}


def import_miniature(name, root):
    """Result of importing the miniature of a layout, found out by itself, and how many films it holds."""
    if name not in MINIATURES:
        pytest.fail(f"The layout {name!r} has no miniature: write a function of this name in tests/contract.")
    films = MINIATURES[name](root)
    result = import_collection(root)
    assert result.layout == name
    return result, films


@pytest.fixture(params=list(DATASETS))
def miniature(request, tmp_path):
    return import_miniature(request.param, tmp_path)


def test_every_film_is_a_sample_once_and_no_mask_is(miniature):
    result, films = miniature

    assert len(result.samples) == len({sample.id for sample in result.samples}) == films
    assert not any("mask" in sample.id.casefold() for sample in result.samples)
    assert all(refusal.code == "mask" for refusal in result.refused)


def test_every_sample_tells_its_woman_and_valid_facts(miniature):
    result, _ = miniature

    assert all(sample.patient_id for sample in result.samples)
    assert {sample.view for sample in result.samples} <= {"CC", "MLO", None}
    assert {sample.laterality for sample in result.samples} <= {"L", "R", None}
    assert {(sample.width_px, sample.height_px) for sample in result.samples} == {(72, 96)}


def test_every_policy_labels_with_known_classes(miniature):
    result, _ = miniature
    names = {label for sample in result.samples for label in sample.labels.values()}

    assert all(set(sample.labels) == set(LABEL_POLICIES) for sample in result.samples)
    assert names <= {"normal", "benign", "malignant", UNLABELLED}


def test_ids_lead_back_to_the_files(miniature):
    result, _ = miniature

    assert all((sample.root / sample.id) == sample.path and sample.path.is_file() for sample in result.samples)
    assert all(
        (sample.root / lesion.mask_file).is_file()
        for sample in result.samples
        for lesion in sample.lesions
        if lesion.mask_file
    )


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "unlabelled"])
def test_a_patient_split_leaves_no_woman_in_two_parts(tmp_path, name):
    result, films = import_miniature(name, tmp_path)
    split = split_samples(result.samples)

    assert leakage_report(result.samples, split).is_clean
    assert len(split.assignment) == films


def test_images_without_labels_can_not_be_split(tmp_path):
    result, _ = import_miniature("unlabelled", tmp_path)

    with pytest.raises(DatasetError, match="no label at all"):
        split_samples(result.samples)


def test_importing_again_gives_the_same(miniature):
    result, _ = miniature
    root = result.samples[0].root

    assert import_collection(root, known={sample.id: sample for sample in result.samples}) == result


@pytest.mark.parametrize("name", list(DATASETS))
def test_an_empty_folder_is_recognised_by_no_layout_that_knows_labels(tmp_path, name):
    assert DATASETS[name].detect(tmp_path, ImportOptions()) == (name == "unlabelled")


def test_priorities_leave_no_doubt_which_layout_is_taken():
    priorities = [spec.priority for spec in DATASETS.values()]

    assert len(set(priorities)) == len(priorities)
