import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets import ImportOptions
from mammo.errors import DatasetError, ParameterError
from mammo.jobs.archive_import import import_archive
from mammo.jobs.importing import ImportRequest
from mammo.store import open_store


@pytest.fixture
def store():
    opened = open_store(settings())
    yield opened
    opened.close()


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
    assert {one.file: one.code for one in refused}["more.zip"] == "zip_nested"
    assert [one.file for one in refused] == ["benign/1_mask.png", "malignant/2.png", "more.zip"]
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
    for leftover in (".films.unpacked", "films"):
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
