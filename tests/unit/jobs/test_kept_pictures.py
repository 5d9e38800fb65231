"""Uploaded pictures that are kept: every gray of them, nothing of their headers and names, and they can be removed."""

import stat
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from mammo.config import settings
from mammo.errors import ImageError, NotFoundError, ParameterError
from mammo.imaging.reading import decode_image
from mammo.jobs.kept_pictures import Upload, keep_picture, kept_path, remove_picture, remove_unlisted_pictures
from mammo.store import NewJob
from tests.corpus.dicoms import dicom, film
from tests.corpus.personal import PLANTED, identifiable_elements, identified_film


@pytest.fixture
def upload(store):
    """Makes an upload of anna's."""
    job = store.jobs.submit(NewJob("training", {}, "anna")).id

    def of(content, owner="anna", woman="Mrs Roe 1931"):
        return Upload(content, owner, woman, job, {"benign": 0.6, "malignant": 0.4})

    return of


@pytest.fixture
def film_bytes():
    rng = np.random.default_rng(5)
    return dicom(film(rng), PatientAge="093Y", ImageLaterality="L", ViewPosition="MLO")


def everything_kept():
    return b"\0".join(path.read_bytes() for path in settings().home.rglob("*") if path.is_file())


def test_every_gray_is_kept_and_of_the_header_what_may_be(store, upload, film_bytes):
    kept = keep_picture(store, settings(), upload(film_bytes))
    path = kept_path(settings(), kept)
    np.testing.assert_array_equal(decode_image("a", path.read_bytes()).pixels, decode_image("a", film_bytes).pixels)
    assert (kept.laterality, kept.view, kept.age, kept.bits) == ("L", "MLO", 90, 12)
    assert store.kept_pictures.list(viewer="anna") == (kept,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_that_tells_who_she_is_is_kept(store, upload):
    content = identified_film(1, identifiable_elements(), np.random.default_rng(1))
    kept = keep_picture(store, settings(), upload(content, woman="ZQPHI^JANE"))
    assert [word for word in PLANTED if word.encode() in everything_kept()] == []
    assert kept.patient_id.encode() in everything_kept()


def test_a_woman_has_the_same_pseudonym_on_all_her_pictures_and_no_other_has_it(store, upload):
    rng = np.random.default_rng(6)
    of = [keep_picture(store, settings(), upload(dicom(film(rng)), woman=woman)).patient_id for woman in "aab"]
    assert of[0] == of[1] != of[2]


def test_what_may_hold_writing_is_kept_for_a_person_and_for_no_guest(store, upload):  # B48
    content = dicom(film(np.random.default_rng(7)), BurnedInAnnotation="YES")
    with pytest.raises(ParameterError, match="can't tell its visitors apart"):
        keep_picture(store, settings(), upload(content, owner="guest"))
    assert list(settings().kept_dir.glob("*")) == []
    assert keep_picture(store, settings(), upload(content)).may_hold_text
    assert store.kept_pictures.list(viewer="bert") == ()


def test_what_is_no_picture_is_refused_and_leaves_nothing(store, upload):
    with pytest.raises(ImageError, match=r"^The picture "):
        keep_picture(store, settings(), upload(b"Mrs Roe's letter"))
    assert not settings().kept_dir.exists()
    assert store.kept_pictures.list(viewer="anna") == ()


def test_a_removed_picture_is_gone_from_the_disk(store, upload, film_bytes):
    kept = keep_picture(store, settings(), upload(film_bytes))
    with pytest.raises(NotFoundError):
        remove_picture(store, settings(), kept.image, by="bert")
    assert kept_path(settings(), kept).exists()
    remove_picture(store, settings(), kept.image, by="anna")
    assert list(settings().kept_dir.iterdir()) == []
    assert store.kept_pictures.list(viewer="anna") == ()


def test_a_picture_that_is_removed_while_it_is_kept_anew_keeps_its_new_file(store, upload, film_bytes):
    first = keep_picture(store, settings(), upload(film_bytes))
    store.kept_pictures.remove(first.image, by="anna")  # of the remover, who has not yet removed the file
    again = keep_picture(store, settings(), upload(film_bytes))
    (settings().kept_dir / first.file).unlink()
    assert kept_path(settings(), again).exists()


def test_a_picture_that_is_kept_already_or_cannot_be_listed_leaves_no_file_of_its_own(store, upload, film_bytes):
    kept = keep_picture(store, settings(), upload(film_bytes))
    assert keep_picture(store, settings(), upload(film_bytes)) == kept
    unknown = replace(upload(dicom(film(np.random.default_rng(8)))), job=999)
    with pytest.raises(IntegrityError):
        keep_picture(store, settings(), unknown)
    assert list(settings().kept_dir.iterdir()) == [kept_path(settings(), kept)]


def test_files_of_processes_that_were_killed_are_swept_and_no_listed_one(store, upload, film_bytes):
    kept = keep_picture(store, settings(), upload(film_bytes))
    for name in ("0123.png", f"{kept.file}.4711.tmp"):
        (settings().kept_dir / name).write_bytes(b"x")
    assert remove_unlisted_pictures(store, settings()) == 2
    assert list(settings().kept_dir.iterdir()) == [kept_path(settings(), kept)]
