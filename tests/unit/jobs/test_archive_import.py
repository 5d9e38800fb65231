import hashlib
import stat
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets import ImportOptions
from mammo.datasets.lesions import lesion_mask
from mammo.errors import DatasetError, ParameterError
from mammo.imaging.reading import read_image
from mammo.jobs.archive_import import import_archive
from mammo.jobs.importing import ImportRequest
from mammo.pseudonyms import pseudonyms


@pytest.fixture
def film():
    """PNG of a picture that no other call gives."""
    pixels = np.random.default_rng(0)
    return lambda: cv2.imencode(".png", pixels.integers(0, 255, (96, 64), np.uint8))[1].tobytes()


@pytest.fixture
def add(store, tmp_path):
    """Imports a ZIP of the given members."""

    def added(members, name="films", **more):
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return import_archive(store, settings(), ImportRequest(name, path, **more), by="anna")

    return added


def kept():
    folder = settings().datasets_dir
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_films_of_a_zip_become_a_data_set_that_lies_in_the_home(add, store, film):
    record, refused = add({"all/benign/1.png": film(), "all/malignant/2.png": film(), "all/normal/3.png": film()})
    assert (record.images, record.root, refused) == (3, settings().datasets_dir / "films", ())
    assert all(sample.path.is_file() for sample in store.data_sets.samples("films"))
    assert kept() == ["films"]


def test_refused_members_and_refused_images_are_told_together(add, store, film):
    members = {"benign/1.png": film(), "malignant/2.png": b"no picture", "more.zip": b"", "benign/1_mask.png": film()}
    _, refused = add(members)
    codes = {one.file: one.code for one in refused}
    assert codes == {"file 2.png": "unreadable_image", "file 3.zip": "zip_nested", "file 4.png": "mask"}
    assert "file 2.png is too short" in refused[0].reason
    assert store.data_sets.refused("films") == refused


def test_masks_only_is_a_sentence_that_names_the_zip_and_leaves_nothing(add, store, film):
    with pytest.raises(DatasetError, match=r"No images in films\.zip that could be taken.*mask of a lesion") as caught:
        add({"benign/1_mask.png": film(), "malignant/2_mask.png": film()})
    assert str(settings().home) not in str(caught.value)
    assert store.data_sets.list() == ()
    assert kept() == []


@pytest.mark.parametrize("members", [{}, {"readme.txt": b"hello"}, {"benign/": b"", "malignant/": b""}])
def test_a_zip_without_films_is_one_sentence(add, members):
    with pytest.raises(DatasetError, match=r"No images in films\.zip\. Looked for PNG, JPEG, TIFF, PGM, DICOM\."):
        add(members)
    assert kept() == []


def test_an_empty_class_leaves_the_others(add, film):
    record, _ = add({"benign/1.png": film(), "malignant/": b"", "normal/2.png": film()})
    assert record.classes["case"] == {"normal": 1, "benign": 1}


def test_a_name_that_is_taken_is_refused_and_the_earlier_films_stay(add, store, film):
    add({"benign/1.png": film(), "normal/2.png": film()})
    with pytest.raises(DatasetError, match="already a data set named films") as caught:
        add({"benign/3.png": film()})
    assert caught.value.code == "name_taken"
    assert all(sample.path.is_file() for sample in store.data_sets.samples("films"))


@pytest.mark.parametrize("name", ["..", "-x", "x y", ""])
def test_a_name_that_could_lead_elsewhere_is_refused(store, tmp_path, name):
    with pytest.raises(ParameterError, match="can't be the name of a data set"):
        import_archive(store, settings(), ImportRequest(name, tmp_path / "films.zip"), by="anna")


def test_what_a_broken_off_attempt_left_is_replaced(add, film):
    for leftover in (".films.unpacked.tmp", ".films.tmp", "films"):
        (settings().datasets_dir / leftover).mkdir(parents=True)
        (settings().datasets_dir / leftover / "old.png").write_bytes(film())
    record, _ = add({"benign/1.png": film(), "normal/2.png": film()})
    assert record.images == 2
    assert kept() == ["films"]
    assert not (record.root / "old.png").exists()


def test_a_label_file_inside_is_found(add, film):
    labels = b"file,label,patient\n1.png,benign,w1\n2.png,malignant,w2\n"
    members = {"1.png": film(), "2.png": film(), "labels.csv": labels}
    record, _ = add(members, options=ImportOptions(Path("labels.csv")))
    assert (record.layout, record.patients) == ("csv_labels", 2)


@pytest.mark.parametrize("labels", ["../../labels.csv", "/etc/no-such-labels", "absent.csv"])
def test_a_label_file_elsewhere_is_not_sought(add, film, labels):
    with pytest.raises(DatasetError, match="There is no label file"):
        add({"1.png": film()}, options=ImportOptions(Path(labels)))


def deep_film(seed):
    pixels = np.random.default_rng(seed).integers(0, 65535, (96, 64), np.uint16)
    return pixels, cv2.imencode(".png", pixels)[1].tobytes()


def test_films_are_written_anew_with_every_gray_and_named_by_their_content(add, store):
    """B29: what stands behind the picture in its file, or beside it in its header, is gone."""
    pixels, content = deep_film(1)
    hidden = b"<script>alert(1)</script>PK\3\4" + content[:40]
    shallow = np.random.default_rng(2).integers(0, 255, (96, 64), np.uint8)
    tiff = cv2.imencode(".tiff", shallow)[1].tobytes()
    record, refused = add({"benign/ANNA.png": content + hidden, "normal/BERTA.tif": tiff})
    assert refused == ()
    first, second = store.data_sets.samples("films")
    deep, flat = (first, second) if first.bits == 16 else (second, first)
    assert read_image(deep.path).pixels.tobytes() == (pixels / np.float32(65535)).tobytes()
    assert read_image(flat.path).pixels.tobytes() == (shallow / np.float32(255)).tobytes()
    assert (deep.labels["case"], flat.labels["case"]) == ("benign", "normal")
    for sample in (deep, flat):
        assert sample.path.suffix == ".png"
        assert sample.sha256 == hashlib.sha256(sample.path.read_bytes()).hexdigest()
        assert sample.sha256.startswith(sample.path.stem)
        assert stat.S_IMODE(sample.path.stat().st_mode) == 0o600
        assert b"script" not in sample.path.read_bytes()
    assert sorted(path.name for path in record.root.iterdir()) == sorted((first.id, second.id))


def test_the_same_picture_twice_is_kept_twice_and_said_also_across_formats(add, store):
    """B58, NFC and NFD names and names that differ in case among them."""
    levels = np.random.default_rng(3).integers(0, 255, (96, 64), np.uint8)
    png, tiff = (cv2.imencode(ending, levels)[1].tobytes() for ending in (".png", ".tiff"))
    names = ["A.png", "a.png", unicodedata.normalize("NFC", "café.png"), unicodedata.normalize("NFD", "café.png")]
    add({**{f"benign/{name}": png for name in names}, "normal/other.tif": tiff})
    samples = store.data_sets.samples("films")
    assert len({sample.path for sample in samples}) == 5
    assert all(sample.path.is_file() for sample in samples)
    for sample in samples:
        assert sample.warnings[-1].startswith("same content as ")
        assert sample.warnings[-1].endswith("under another label")


def test_of_a_table_stay_the_facts_and_not_the_names(add, store, film):
    rows = (
        "file,label,patient,laterality,view,age,density,lesion_x,lesion_y,lesion_r,mask\n"
        "DOE_JANE_1.png,benign,DOE JANE,left,CC,97,B,30,40,5,\n"
        "DOE_JANE_2.png,benign,DOE JANE,Doe,MLO,61,B,,,,DOE_JANE_MASK.png\n"
        "MARY.png,normal,MARY,R,CC,,,,,,\n"
    )
    mask = cv2.imencode(".png", np.pad(np.full((9, 9), 255, np.uint8), ((40, 47), (20, 35))))[1].tobytes()
    members = {name: film() for name in ("DOE_JANE_1.png", "DOE_JANE_2.png", "MARY.png")}
    record, refused = add({**members, "DOE_JANE_MASK.png": mask, "labels.csv": rows.encode()})
    assert (record.images, record.patients, refused) == (3, 2, ())
    by_view = {(sample.labels["case"], sample.view): sample for sample in store.data_sets.samples("films")}
    circle, masked, normal = by_view["benign", "CC"], by_view["benign", "MLO"], by_view["normal", "CC"]
    assert circle.patient_id == masked.patient_id != normal.patient_id
    assert (circle.laterality, circle.age, circle.density) == ("L", 90, "B")
    assert (masked.laterality, masked.age) == (None, 61)
    assert [(one.x_px, one.y_px, one.radius_px) for one in circle.lesions] == [(30, 40, 5)]
    assert np.flatnonzero(lesion_mask(masked).any(axis=1)).tolist() == list(range(40, 49))
    told = str([store.data_sets.samples("films"), store.data_sets.refused("films"), record])
    assert "DOE" not in told.upper()
    assert "MARY" not in told


def test_a_woman_has_the_same_pseudonym_in_each_upload_and_another_on_another_server(add, store, film, tmp_path):
    labels = b"file,label,patient\n1.png,benign,DOE JANE\n2.png,normal,MARY\n"
    for name in ("first", "second"):
        add({"1.png": film(), "2.png": film(), "labels.csv": labels}, name=name)
    women = [{sample.patient_id for sample in store.data_sets.samples(name)} for name in ("first", "second")]
    assert women[0] == women[1]
    other = pseudonyms(replace(settings(), home=tmp_path)).of("MARY")
    assert other not in women[0]


def test_an_error_in_a_table_is_told_by_its_line_without_the_name(add, film):
    labels = b"file,label,patient\nDOE_JANE.png,bening,W1\n../DOE_MARY.png,benign,W2\n"
    with pytest.raises(DatasetError) as caught:
        add({"DOE_JANE.png": film(), "labels.csv": labels})
    assert "line 2: the label 'bening' is not known; did you mean 'benign'?" in str(caught.value)
    assert "line 3: (name not kept) leads out of the folder" in str(caught.value)
    assert "DOE" not in str(caught.value)


def test_synthetic_pictures_stay_marked(add, film):
    record, _ = add({"benign/1.png": film(), "SYNTHETIC.txt": b"<script>made</script>"})
    assert "synthetic" in (record.root / "SYNTHETIC.txt").read_text()
    assert "script" not in (record.root / "SYNTHETIC.txt").read_text()


def test_progress_goes_from_unpacking_to_keeping(store, tmp_path, film):
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("benign/1.png", film())
    seen = []

    def on_progress(share, note):
        seen.append((share, note))

    import_archive(store, settings(), ImportRequest("films", path), by="anna", on_progress=on_progress)
    assert seen == [(0.1, "unpacking file 1 of 1"), (0.5, "reading image 1 of 1"), (1.0, "keeping image 1 of 1")]


def test_a_strip_in_a_zip_is_taken_when_that_is_wished_and_can_be_read_later(add, store, film):  # B16
    strip = cv2.imencode(".png", np.eye(700, 70, dtype=np.uint8) * 255)[1].tobytes()
    options = ImportRequest.of(ImportRequest("films", Path(), options=ImportOptions(any_aspect=True)).to_dict()).options
    record, refused = add({"benign/1.png": film(), "normal/2.png": strip}, options=options)
    assert (record.images, refused) == (2, ())
    shapes = {read_image(sample.path).pixels.shape for sample in store.data_sets.samples("films")}
    assert shapes == {(96, 64), (700, 70)}
