"""Sets on disk: layout, truth, determinism, refusals."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

from mammo.errors import DatasetError
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.phantoms.drawing import draw_woman
from mammo.phantoms.population import plan_women

ROOT = Path(__file__).parents[3]
PICTURE = re.compile(r"[ABCD]_\d{4}_1\.(LEFT|RIGHT)_(CC|MLO)\.png")
SMALL = PhantomOptions(patients=4, kind="mini-ddsm-like", pitch_mm=2)


def digests(root):
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pictures(root):
    return [path for path in root.rglob("*.png") if PICTURE.fullmatch(path.name)]


def masks(root):
    return [path for path in root.rglob("*.png") if "mask" in path.name.lower()]


def table(root):
    sheet = openpyxl.load_workbook(root / "MINI-DDSM-Complete-PNG-16" / "DataWMask.xlsx")["Data"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.slow
def test_equal_options_give_equal_bytes_in_every_process(tmp_path, processes):
    write_phantoms(tmp_path / "one", SMALL, processes=1)
    for seed in ("1", "2", "3"):
        code = (
            "import sys; from pathlib import Path; from mammo.phantoms import PhantomOptions, write_phantoms; "
            f"write_phantoms(Path(sys.argv[1]), {SMALL!r}, processes={processes})"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, tmp_path / seed], check=True, cwd=ROOT, env=environment)
        assert digests(tmp_path / seed) == digests(tmp_path / "one")


def test_a_picture_does_not_depend_on_where_it_lies_in_memory():
    (woman,) = [woman for woman in plan_women(SMALL) if woman.number == 1242]
    first = [view.pixels.tobytes() for view in draw_woman(woman, SMALL)]
    for size in range(1, 20):
        moved = np.empty(size * 4099, np.uint8)
        assert [view.pixels.tobytes() for view in draw_woman(woman, SMALL)] == first, len(moved)


def test_another_seed_gives_other_pictures(tmp_path):
    write_phantoms(tmp_path / "one", SMALL, processes=1)
    write_phantoms(tmp_path / "two", PhantomOptions(patients=4, kind="mini-ddsm-like", pitch_mm=2, seed=1), processes=1)
    one, two = (set(digests(tmp_path / name).values()) for name in ("one", "two"))
    assert len(one & two) == 0


def test_the_summary_counts_what_lies_there(mini_set):
    root, summary = mini_set
    assert (summary.images, summary.patients) == (240, 60)
    assert summary.counts == {"normal": 72, "benign": 84, "malignant": 84}
    assert Counter(path.parts[-3] for path in pictures(root)) == {"Normal": 72, "Benign": 84, "Cancer": 84}


def test_each_woman_has_four_views_and_a_description(mini_set):
    root, _ = mini_set
    views = Counter(path.name[:6] for path in pictures(root))
    assert set(views.values()) == {4}
    assert {path.name for path in root.rglob("*.ics")} == {f"{key.replace('_', '-')}-1.ics" for key in views}


def test_pictures_lie_in_their_womans_case_folder(mini_set):
    root, _ = mini_set
    assert all(path.parent.name == path.name[2:6] for path in pictures(root))


def test_pictures_are_16_bits_deep_and_say_synthetic(mini_set):
    root, _ = mini_set
    with Image.open(pictures(root)[0]) as picture:
        assert picture.mode == "I;16"
        assert picture.size == (90, 120)
        assert "synthetic" in picture.text
        assert len(np.unique(np.asarray(picture))) > 1000
    assert "SYNTHETIC" in (root / "SYNTHETIC.txt").read_text()


def test_masks_lie_beside_their_picture_and_have_its_size(mini_set):
    root, _ = mini_set
    for path in masks(root):
        picture = path.with_name(re.sub(r"_mask\d?", "", path.name, flags=re.IGNORECASE))
        with Image.open(path) as mask, Image.open(picture) as film:
            assert mask.size == film.size
            assert set(np.unique(np.asarray(mask))) == {0, 255}


def test_second_masks_are_written_in_the_case_of_their_class(mini_set):
    root, _ = mini_set
    endings = {(path.parts[-3], path.stem.rpartition("_")[2]) for path in masks(root)}
    assert endings == {("Benign", "Mask"), ("Benign", "MASK2"), ("Cancer", "Mask"), ("Cancer", "Mask2")}


def test_the_workbook_has_a_row_for_each_picture_in_mini_ddsms_spelling(mini_set):
    root, _ = mini_set
    rows = table(root)
    base = root / "MINI-DDSM-Complete-PNG-16"
    assert {base / row["fullPath"].replace("\\", "/") for row in rows} == set(pictures(root))
    assert all(re.fullmatch(r"(Benign|Cancer|Normal)\\\d{4}\\" + PICTURE.pattern, row["fullPath"]) for row in rows)
    listed = {row[column] for row in rows for column in ("Tumour_Contour", "Tumour_Contour2")} - {"-"}
    assert {base / mask.replace("\\", "/") for mask in listed} == set(masks(root))
    assert {(row["View"], row["Side"]) for row in rows} == {(v, s) for v in ("CC", "MLO") for s in ("LEFT", "RIGHT")}
    assert {row["Density"] for row in rows} == {1, 2, 3, 4}


def test_each_outlined_picture_has_an_overlay_and_no_other(mini_set):
    root, _ = mini_set
    outlined = {row["fileName"].removesuffix(".png") for row in table(root) if row["Tumour_Contour"] != "-"}
    assert {path.stem for path in root.rglob("*.OVERLAY")} == outlined


def test_the_structure_shows_breasts_without_lesion_and_lesions_of_one_view(mini_set):
    root, _ = mini_set
    outlined = Counter(
        (row["fileName"][:6], row["Side"])
        for row in table(root)
        if row["Status"] != "Normal" and row["Tumour_Contour"] != "-"
    )
    women = {key for key, _ in outlined}
    assert len(women) == 42  # every abnormal woman
    assert 42 < len(outlined) < 60  # some in both breasts, most in one
    assert 1 in outlined.values()


def test_jpeg_sets_are_8_bits_deep_and_say_synthetic(tmp_path):
    options = PhantomOptions(patients=3, pitch_mm=2, file_format="JPEG-8")
    write_phantoms(tmp_path / "set", options, processes=1)
    path = next((tmp_path / "set" / "MINI-DDSM-Complete-JPEG-8" / "Cancer").rglob("*CC.jpg"))
    with Image.open(path) as picture:
        assert picture.mode == "L"
        assert picture.info["comment"] == b"synthetic"


def test_progress_counts_women(tmp_path):
    seen = []
    write_phantoms(tmp_path / "set", SMALL, processes=1, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "set").mkdir()
    assert write_phantoms(tmp_path / "set", SMALL, processes=1).images == 16


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(DatasetError, match=r"is not empty\. Name a new or an empty one"):
        write_phantoms(tmp_path, SMALL, processes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "set").write_text("mine")
    with pytest.raises(DatasetError, match="is a file"):
        write_phantoms(tmp_path / "set", SMALL, processes=1)


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_stopped_writing_leaves_nothing_behind(tmp_path, processes):
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_phantoms(tmp_path / "set", SMALL, processes=processes, on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=r"can't be written to .*set"):
        write_phantoms(tmp_path / "file" / "set", SMALL, processes=1)
