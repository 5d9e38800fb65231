"""Opinions become a data set that can be imported and learnt from; what can't be had is said."""

import csv
import errno
import io
import stat
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets import ImportOptions
from mammo.datasets.importing import import_collection
from mammo.datasets.leakage import patients_across
from mammo.datasets.splitting import split_samples
from mammo.errors import DatasetError
from mammo.imaging.reading import read_image
from mammo.imaging.remarks import BURNED_IN
from mammo.jobs import opinion_export
from mammo.jobs.kept_pictures import Upload, keep_picture, remove_picture
from mammo.jobs.opinion_export import OpinionExport, zip_of_nothing, zipped_export
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import NewJob, NewOpinion
from tests.corpus.dicoms import dicom, film

EVERYTHING = OpinionExport("anna")


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=3, pitch_mm=2), processes=1)
    return folder


@pytest.fixture
def job(store, phantoms):
    store.data_sets.add("films", phantoms, import_collection(phantoms), by="bert")
    return store.jobs.submit(NewJob("training", {}, "anna", "films")).id


@pytest.fixture
def say(store, job):
    """Gives an opinion on an image."""

    def given(image, label="malignant", person="anna", **more):
        return store.opinions.give(NewOpinion(image, job, person, "disagree", "benign", label, **more))

    return given


def exported(store, folder, export=EVERYTHING):
    done = export.carry_out(store, settings(), folder)
    return done, import_collection(folder, options=ImportOptions(labels_file=folder / "labels.csv"))


def reasons(done):
    return {one.image: one.reason for one in done.left_out}


def test_films_come_back_with_every_gray_their_label_and_their_women(store, say, tmp_path):
    films = store.data_sets.samples("films")
    for place, one in enumerate(films):
        say(one.sha256, ("normal", "malignant")[place % 2])
    done, imported = exported(store, tmp_path / "out")
    assert (done.images, done.patients, done.left_out) == (len(films), 3, ())
    assert (imported.refused, len({one.patient_id for one in imported.samples})) == ((), 3)
    pixels = {read_image(one.path).pixels.tobytes(): one for one in imported.samples}
    for place, one in enumerate(films):
        again = pixels[read_image(one.path).pixels.tobytes()]
        assert again.labels["case"] == ("normal", "malignant")[place % 2]
        assert (again.laterality, again.view, again.age) == (one.laterality, one.view, one.age)
    split = split_samples(imported.samples, by="patient", fractions=(0.6, 0.0, 0.4), policy="case")
    assert patients_across(imported.samples, split.assignment) == ()


def test_neither_a_womans_name_nor_a_files_leaves_the_server(store, say, tmp_path):
    films = store.data_sets.samples("films")
    for one in films:
        say(one.sha256)
    exported(store, tmp_path / "out")
    table = (tmp_path / "out" / "labels.csv").read_text("utf-8-sig")
    names = [path.name for path in (tmp_path / "out").iterdir()]
    for one in films:
        assert one.patient_id not in [row["patient"] for row in csv.DictReader(io.StringIO(table))]
        assert one.path.name not in names
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").glob("*.png")} == {0o600}
    assert (tmp_path / "out" / "SYNTHETIC.txt").exists()


def test_a_kept_upload_is_exported_under_its_pseudonym(store, job, say, tmp_path):
    content = dicom(film(np.random.default_rng(3)), ImageLaterality="R")
    kept = keep_picture(store, settings(), Upload(content, "anna", "Mrs Roe", job, {"benign": 1.0}))
    say(kept.image, "malignant", lesion={"x_px": 20, "y_px": 30.5, "radius_px": 6})
    _, imported = exported(store, tmp_path / "out")
    (sample,) = imported.samples
    assert (sample.patient_id, sample.laterality, sample.sha256) == (kept.patient_id, "R", kept.sha256)
    (lesion,) = sample.lesions
    assert (lesion.label, lesion.x_px, lesion.y_px, lesion.radius_px) == ("malignant", 20, 30.5, 6)


def test_each_image_that_is_left_out_has_its_reason(store, job, say, tmp_path):
    films = store.data_sets.samples("films")
    removed = Upload(dicom(film(np.random.default_rng(4))), "anna", "", job, {})
    keep_picture(store, settings(), removed)
    remove_picture(store, settings(), removed.image, by="anna")
    say(films[0].sha256)
    say(films[1].sha256, None)
    say(films[2].sha256, "normal")
    say(films[2].sha256, "malignant", person="bert")
    say(f"{films[3].sha256}@{films[3].id}#1")
    say(removed.image)
    done, _ = exported(store, tmp_path / "out")
    assert done.images == 1
    assert reasons(done) == {
        films[1].sha256: "Nobody said which class is right.",
        films[2].sha256: "People hold different classes right: malignant, normal.",
        f"{films[3].sha256}@{films[3].id}#1": "It is about a square of a film, not about the film.",
        removed.image: "The picture was not kept, or has left its data set.",
    }


def test_the_opinions_of_one_person_contradict_nobody(store, say, tmp_path):
    film_of_both = store.data_sets.samples("films")[0].sha256
    say(film_of_both, "normal")
    say(film_of_both, "malignant", person="bert")
    done, _ = exported(store, tmp_path / "out", OpinionExport("anna", person="bert"))
    assert done.classes == {"malignant": 1}


def test_a_film_that_may_hold_writing_is_exported_by_its_owner_only(store, phantoms, say, tmp_path):  # B48
    imported = import_collection(phantoms)
    marked = tuple(replace(one, warnings=(*one.warnings, BURNED_IN)) for one in imported.samples[:1])
    samples = (*marked, *imported.samples[1:])
    store.data_sets.add("films", phantoms, replace(imported, samples=samples), by="bert")
    for one in samples[:2]:
        say(one.sha256)
    done, _ = exported(store, tmp_path / "of-anna")
    assert reasons(done) == {
        samples[0].sha256: "It may hold writing about the woman; only who brought it can export it."
    }
    assert exported(store, tmp_path / "of-bert", OpinionExport("bert"))[0].images == 2


def test_where_nothing_can_be_exported_no_folder_is_left(store, say, tmp_path):
    with pytest.raises(DatasetError, match="There are no opinions yet"):
        EVERYTHING.carry_out(store, settings(), tmp_path / "out")
    say("0" * 64)
    with pytest.raises(DatasetError, match=r"None of 1 opinions can be exported; the first: The picture was not kept"):
        EVERYTHING.carry_out(store, settings(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_disk_that_takes_no_more_is_one_sentence_and_no_folder_is_left(store, say, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    say(store.data_sets.samples("films")[0].sha256)
    monkeypatch.setattr(opinion_export, "write_whole", full)
    with pytest.raises(DatasetError, match="out: No space left on device"):
        EVERYTHING.carry_out(store, settings(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(DatasetError, match="No space left on device"):
        zipped_export(EVERYTHING, store, settings())


def test_a_zip_of_nothing_holds_the_reason():
    with zipfile.ZipFile(io.BytesIO(zip_of_nothing("There are no opinions yet."))) as archive:
        assert archive.namelist() == ["left-out.txt"]
        assert archive.read("left-out.txt") == b"There are no opinions yet.\n"


def test_nothing_is_written_over(store, say, tmp_path):
    say(store.data_sets.samples("films")[0].sha256)
    (tmp_path / "out").mkdir()
    with pytest.raises(DatasetError, match="is there already; give another name"):
        EVERYTHING.carry_out(store, settings(), tmp_path / "out")
