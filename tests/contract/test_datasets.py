"""What every layout of files promises, shown on the example that each brings; a new one is tested by being there."""

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


def write_film(path, seed):
    """A breast of 96 x 72 pixels, no two alike."""
    rows, columns = np.mgrid[:96, :72]
    breast = (rows - 48) ** 2 + columns**2 < 43**2
    blotches = np.random.default_rng(seed).integers(50, 210, (8, 6)).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), (breast * cv2.resize(blotches, (72, 96))).astype(np.uint8))


def write_mask(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.circle(np.zeros((96, 72), np.uint8), (20, 40), 8, 255, 1))


def write_workbook(path, text):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    for line in text.splitlines():
        workbook.active.append([int(cell) if cell.isdigit() else cell for cell in line.split("\t")])
    workbook.save(path)


def import_example(name, root):
    """Result of importing a layout's own example, found out by itself, and the films that it holds."""
    example = DATASETS[name].example
    for seed, film in enumerate(example.films):
        write_film(root / film, seed)
    for mask in example.masks:
        write_mask(root / mask)
    for file, text in example.texts.items():
        write_workbook(root / file, text) if file.endswith(".xlsx") else (root / file).write_text(text)
    result = import_collection(root)
    assert result.layout == name
    return result, set(example.films)


@pytest.fixture(params=list(DATASETS))
def imported(request, tmp_path):
    return import_example(request.param, tmp_path)


def test_every_film_is_a_sample_once_and_no_mask_is(imported):
    result, films = imported

    assert sorted(sample.id for sample in result.samples) == sorted(films)
    assert all(refusal.code == "mask" for refusal in result.refused)


def test_every_sample_tells_its_woman_and_valid_facts(imported):
    result, _ = imported

    assert all(sample.patient_id for sample in result.samples)
    assert {sample.view for sample in result.samples} <= {"CC", "MLO", None}
    assert {sample.laterality for sample in result.samples} <= {"L", "R", None}
    assert {(sample.width_px, sample.height_px) for sample in result.samples} == {(72, 96)}


def test_every_policy_labels_with_known_classes(imported):
    result, _ = imported
    names = {label for sample in result.samples for label in sample.labels.values()}

    assert all(set(sample.labels) == set(LABEL_POLICIES) for sample in result.samples)
    assert names <= {"normal", "benign", "malignant", UNLABELLED}


def test_ids_lead_back_to_the_files(imported):
    result, _ = imported

    assert all((sample.root / sample.id) == sample.path and sample.path.is_file() for sample in result.samples)
    assert all(
        (sample.root / lesion.mask_file).is_file()
        for sample in result.samples
        for lesion in sample.lesions
        if lesion.mask_file
    )


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "unlabelled"])
def test_a_patient_split_leaves_no_woman_in_two_parts(tmp_path, name):
    result, films = import_example(name, tmp_path)
    split = split_samples(result.samples)

    assert leakage_report(result.samples, split).is_clean
    assert set(split.assignment) == films


def test_images_without_labels_can_not_be_split(tmp_path):
    result, _ = import_example("unlabelled", tmp_path)

    with pytest.raises(DatasetError, match="no label at all"):
        split_samples(result.samples)


def test_importing_again_gives_the_same(imported):
    result, _ = imported
    root = result.samples[0].root

    known = {sample.id: (sample, result.signatures[sample.sha256]) for sample in result.samples}
    assert import_collection(root, known=known) == result


@pytest.mark.parametrize("name", list(DATASETS))
def test_an_empty_folder_is_recognised_by_no_layout_that_knows_labels(tmp_path, name):
    assert DATASETS[name].detect(tmp_path, ImportOptions()) == (name == "unlabelled")


def test_priorities_leave_no_doubt_which_layout_is_taken():
    priorities = [spec.priority for spec in DATASETS.values()]

    assert len(set(priorities)) == len(priorities)
