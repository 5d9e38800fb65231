from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from mammo.datasets import ImportOptions, importing
from mammo.datasets.importing import fingerprint_of, import_collection
from mammo.errors import DatasetError, UnknownNameError
from tests.corpus.make import BAD_FILES, write
from tests.corpus.names import NAMES


@pytest.fixture
def collection(write_film, tmp_path):
    """Two women with two films each, in class folders."""
    for seed, file in enumerate(("normal/P1/a.png", "normal/P1/b.png", "cancer/P2/a.png", "cancer/P2/b.png")):
        write_film(file, seed=seed)
    return tmp_path


def by_id(result):
    return {sample.id: sample for sample in result.samples}


def found_in(result):
    """What a further import is told of an earlier one."""
    return {sample.id: (sample, result.signatures[sample.sha256]) for sample in result.samples}


def write_dicom(path, pixels, **tags):
    """A small mammogram as DICOM, 12 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.2"
    dataset.SOPInstanceUID = "1.2.3"
    dataset.Modality = "MG"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PhotometricInterpretation = "MONOCHROME2"
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.PixelData = (pixels.astype(np.uint16) * 16).tobytes()
    dataset.save_as(path, enforce_file_format=True)


def test_a_collection_becomes_samples_with_their_facts(collection):
    result = import_collection(collection)
    sample = by_id(result)["cancer/P2/a.png"]

    assert result.layout == "folder_of_classes"
    assert [sample.id for sample in result.samples] == sorted(by_id(result))
    assert (sample.patient_id, sample.labels["case"], sample.width_px, sample.height_px, sample.bits) == (
        "P2", "malignant", 72, 96, 8,
    )  # fmt: skip
    assert sample.root == collection
    assert result.refused == ()


def test_nothing_is_left_out_in_silence(collection):
    (collection / "normal/P1/page.png").write_text("<html>not found</html>")
    (collection / "normal/P1/empty.png").touch()
    (collection / "normal/P1/half.png").write_bytes((collection / "normal/P1/a.png").read_bytes()[:300])
    os.mkfifo(collection / "normal/P1/pipe.png")
    result = import_collection(collection)

    assert len(result.samples) == 4
    assert [one.file for one in result.refused] == [
        f"normal/P1/{name}.png" for name in ("empty", "half", "page", "pipe")
    ]
    assert {one.code for one in result.refused} == {"empty_file", "truncated", "not_an_image", "not_a_file"}
    assert all(one.reason for one in result.refused)


def test_every_file_of_the_corpus_is_listed_with_its_code_and_the_sound_ones_come_in(collection):
    """Rows B01-B51 of the bad input: the others come in, and nothing is written. (B40 takes seconds to inflate.)"""
    quick = [one for one in BAD_FILES if one.row != "B40"]
    bad = {write(one, collection / "normal/P1").name: one.code for one in quick}
    before = sorted(collection.rglob("*"))
    result = import_collection(collection)

    assert {one.file.removeprefix("normal/P1/"): one.code for one in result.refused} == bad
    assert [sample.id for sample in result.samples] == [
        f"{folder}/{name}.png" for folder in ("cancer/P2", "normal/P1") for name in "ab"
    ]
    assert sorted(collection.rglob("*")) == before


def test_a_strip_is_taken_with_a_warning_when_that_is_wished(collection):  # B16
    strip = write(next(one for one in BAD_FILES if one.code == "bad_aspect"), collection / "normal/P1")
    (refusal,) = import_collection(collection).refused
    assert (refusal.file, refusal.code) == (f"normal/P1/{strip.name}", "bad_aspect")
    taken = import_collection(collection, options=ImportOptions(any_aspect=True))
    assert taken.refused == ()
    assert "as long as no film is" in by_id(taken)[f"normal/P1/{strip.name}"].warnings


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_film_of_any_name_is_taken_or_refused_by_its_name(collection, name):  # B59
    path = collection / "normal/P1" / name
    path.write_bytes((collection / "normal/P1/a.png").read_bytes())
    result = import_collection(collection)
    told = {sample.id for sample in result.samples} | {refusal.file for refusal in result.refused}
    has_picture_ending = path.suffix.lower() in {"", ".png"}
    assert (f"normal/P1/{name}" in told) == has_picture_ending
    assert all(sample.path.is_file() for sample in result.samples)
    assert import_collection(collection).fingerprint == result.fingerprint


@pytest.mark.long
def test_a_folder_of_a_million_other_files_is_listed_and_refused(tmp_path):  # B60
    for folder in range(1000):
        (tmp_path / f"{folder:03}").mkdir()
        for number in range(1000):
            os.close(os.open(tmp_path / f"{folder:03}" / f"{number}.txt", os.O_CREAT | os.O_WRONLY))
    began = time.process_time()
    with pytest.raises(DatasetError, match="No images in"):
        import_collection(tmp_path)
    assert time.process_time() - began < 60


def test_a_damaged_jpeg_that_decoders_accept_is_known_by_its_hash(collection):
    """B05: no decoder says more of it than a picture, so the hash is what tells it from the whole file."""
    content = bytearray(cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 256, (96, 72)).astype(np.uint8))[1])
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path = collection / "normal/P1/c.jpg"
    path.write_bytes(content)

    assert by_id(import_collection(collection))["normal/P1/c.jpg"].sha256 == hashlib.sha256(content).hexdigest()


def test_identical_files_are_both_kept_and_tell_of_each_other(collection, write_film):
    write_film("normal/P1/copy.png", seed=0)
    write_film("normal/P9/other.png", seed=2)
    samples = by_id(import_collection(collection))

    assert "same content as normal/P1/copy.png" in samples["normal/P1/a.png"].warnings
    assert "same content as normal/P1/a.png" in samples["normal/P1/copy.png"].warnings
    assert "same content as cancer/P2/a.png, under another label" in samples["normal/P9/other.png"].warnings


def test_an_image_that_looks_like_a_known_one_is_told_though_that_is_not_decoded_again(collection, monkeypatch):  # B63
    first = import_collection(collection)
    darker = cv2.imread(str(collection / "normal/P1/a.png"), cv2.IMREAD_UNCHANGED) // 2
    cv2.imwrite(str(collection / "normal/P1/darker.png"), darker)
    opened = []
    read = importing.read_bytes
    monkeypatch.setattr(importing, "read_bytes", lambda path: opened.append(path.name) or read(path))
    samples = by_id(import_collection(collection, known=found_in(first)))

    assert opened == ["darker.png"]
    assert samples["normal/P1/a.png"].alike == ("normal/P1/darker.png",)
    assert samples["normal/P1/darker.png"].alike == ("normal/P1/a.png",)
    assert samples["cancer/P2/a.png"].alike == ()


def test_a_known_image_is_not_decoded_again(collection, monkeypatch):
    first = import_collection(collection)
    opened = []
    read = importing.read_bytes
    monkeypatch.setattr(importing, "read_bytes", lambda path: opened.append(path.name) or read(path))
    again = import_collection(collection, known=found_in(first))

    assert again == first
    assert opened == []
    import_collection(collection)
    assert opened


def test_a_changed_image_is_decoded_again(collection, write_film):
    first = import_collection(collection)
    write_film("normal/P1/a.png", pixels=np.tile(np.arange(128, dtype=np.uint8), (160, 1)))
    again = by_id(import_collection(collection, known=found_in(first)))

    assert (again["normal/P1/a.png"].width_px, again["normal/P1/a.png"].height_px) == (128, 160)
    assert again["normal/P1/a.png"].sha256 != by_id(first)["normal/P1/a.png"].sha256


def test_a_known_image_takes_new_labels_and_loses_the_warning_of_a_twin_that_left(collection, write_film):  # B64
    twin = write_film("normal/P1/copy.png", seed=0)
    first = import_collection(collection)
    twin.unlink()
    table = "file,label,patient\n" + "".join(f"{id_},benign,P7\n" for id_ in by_id(first) if "copy" not in id_)
    (collection / "labels.csv").write_text(table)
    again = by_id(import_collection(collection, known=found_in(first)))["normal/P1/a.png"]

    assert (again.labels["case"], again.patient_id) == ("benign", "P7")
    assert not any("same content" in warning for warning in again.warnings)


def test_the_header_fills_what_the_layout_leaves_open(tmp_path):
    write_dicom(
        tmp_path / "x.dcm",
        np.tile(np.arange(128), (128, 1)),
        ImageLaterality="R",
        ViewPosition="MLO",
        PatientAge="061Y",
    )
    sample = import_collection(tmp_path).samples[0]

    assert (sample.laterality, sample.view, sample.age, sample.bits) == ("R", "MLO", 61, 12)
    assert sample.labels["case"] == "unlabelled"


def test_a_side_that_header_and_name_tell_differently_is_unknown(tmp_path):  # B47
    path = tmp_path / "normal/A_0002_1.LEFT_CC.png"
    write_dicom(path, np.tile(np.arange(128), (128, 1)), ImageLaterality="R", ViewPosition="CC")
    sample = import_collection(tmp_path).samples[0]

    assert (sample.laterality, sample.view) == (None, "CC")
    assert "laterality: file name says L, header says R" in sample.warnings


def test_a_lesion_outside_its_film_is_told(collection):
    (collection / "labels.csv").write_text("file,label,lesion_x,lesion_y,lesion_r\ncancer/P2/a.png,cancer,500,20,5\n")
    sample = by_id(import_collection(collection))["cancer/P2/a.png"]

    assert "lesion at (500, 20) lies outside 72 x 96 pixels" in sample.warnings


def test_the_fingerprint_is_of_names_contents_and_labels_only(collection):  # B64
    samples = import_collection(collection).samples
    same = [replace(sample, path=collection / "elsewhere", warnings=("x",)) for sample in samples[::-1]]
    relabelled = [replace(samples[0], labels={"case": "normal"}), *samples[1:]]

    assert fingerprint_of(same) == fingerprint_of(samples) == import_collection(collection).fingerprint
    assert fingerprint_of(relabelled) != fingerprint_of(samples)
    assert fingerprint_of(samples[1:]) != fingerprint_of(samples)


def test_progress_counts_every_image(collection):
    told = []
    import_collection(collection, on_progress=lambda done, count: told.append((done, count)))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_number_of_threads_changes_nothing(collection):
    assert import_collection(collection, threads=1) == import_collection(collection, threads=4)


@pytest.mark.parametrize("make", ["nothing", "file", "empty", "texts", "unreadable"])
def test_a_folder_without_images_is_refused(tmp_path, make):  # B62
    root = tmp_path / "films"
    message = {
        "nothing": "does not exist",
        "file": "is a file, not a folder",
        "empty": r"No images in .*films\. Looked for PNG, JPEG, TIFF, PGM, DICOM\.",
        "texts": r"No images in .*films\. Looked for",
        "unreadable": r"No images in .* that could be taken\. .* the first is a\.png",
    }[make]
    if make == "file":
        root.touch()
    elif make != "nothing":
        root.mkdir()
        {"texts": root / "a.txt", "unreadable": root / "a.png"}.get(make, tmp_path / "beside").touch()

    with pytest.raises(DatasetError, match=message):
        import_collection(root)


def test_the_layout_of_highest_priority_is_taken_and_another_can_be_asked_for(collection):
    (collection / "labels.csv").write_text("file,label\nnormal/P1/a.png,benign\n")

    assert import_collection(collection).layout == "csv_labels"
    assert len(import_collection(collection, layout="folder_of_classes").samples) == 4
    with pytest.raises(UnknownNameError, match="'folders'"):
        import_collection(collection, layout="folders")


def test_a_labels_file_for_a_layout_without_one_is_refused(collection):
    with pytest.raises(DatasetError, match="takes no labels file"):
        import_collection(collection, layout="mini_ddsm", options=ImportOptions(labels_file=collection / "x.csv"))


def test_a_folder_whose_name_is_no_text_is_refused_in_words_that_can_be_printed(tmp_path):
    with pytest.raises(DatasetError, match=r"films\\udcff is not valid UTF-8. Rename it") as caught:
        import_collection(tmp_path / "films\udcff")
    assert str(caught.value).encode()


@pytest.mark.shared
def test_the_development_films_come_in_whole(shared):
    result = import_collection(shared / "data" / "mias-dev")

    assert Counter(sample.labels["case"] for sample in result.samples) == {"normal": 144, "benign": 44, "malignant": 36}
    assert len({sample.patient_id for sample in result.samples}) == 112
    assert result.refused == result.warnings == ()


@pytest.mark.shared
def test_the_native_films_come_in_whole(shared):
    result = import_collection(shared / "data" / "mias-native")

    assert (result.layout, len(result.samples), len({sample.patient_id for sample in result.samples})) == (
        "mini_mias",
        12,
        6,
    )
    assert {(sample.width_px, sample.height_px) for sample in result.samples} == {(1024, 1024)}
