"""Data that nothing can be learnt from: one woman alone, a ZIP of masks, numbers that are none."""

import shutil
import zipfile

import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.errors import MammoError
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.workers import this_process
from tests.pages.words import unescaped

TOO_FEW = (
    "A split needs at least two classes; this data set has only 'benign'. Add images of another class, or choose "
    "another label policy."
)


@pytest.fixture
def one_woman(store, phantoms, tmp_path):
    """Four films of one woman."""
    woman = next(phantoms.glob("*/Benign/*"))
    shutil.copytree(woman, tmp_path / "films" / "Benign" / woman.name)
    return store.data_sets.add("one", tmp_path / "films", import_collection(tmp_path / "films"), by="guest")


def press(page, label):
    return next(button for button in page.button if button.label.startswith(label)).click().run()


def errors(page):
    return [unescaped(error.value) for error in page.error]


def test_one_woman_is_shown_and_what_she_is_too_few_for(opened, store, one_woman):
    page = opened("data_sets", data_set="one")
    assert "4\u00a0images of 1\u00a0woman" in [one.value for one in page.caption]
    page = press(page, "Make the split")
    assert not page.exception
    assert errors(page) == [TOO_FEW]
    assert store.splits.list("one") == ()


def test_no_training_starts_on_one_woman(opened, store, one_woman):
    page = opened("training", data_set="one")
    assert errors(page) == [TOO_FEW]
    assert next(button for button in page.button if button.label.startswith("Start")).disabled
    assert store.jobs.list() == ()


@pytest.mark.parametrize("page", ["overview", "contrast", "augmentation", "paper"])
def test_every_other_page_stands_with_one_woman(opened, one_woman, page):
    assert errors(opened(page)) == ([TOO_FEW] if page == "paper" else [])


def test_a_zip_of_masks_alone_is_refused_with_a_sentence(opened, store, phantoms, tmp_path):
    packed = tmp_path / "masks.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for mask in phantoms.rglob("*_Mask.png"):
            archive.write(mask, mask.relative_to(phantoms))
    page = opened("data_sets", add="zip")
    page.file_uploader(key="add.zip").upload("masks.zip", packed.read_bytes(), "application/zip").run()
    press(page, "Add the ZIP")
    (job,) = store.jobs.list()
    attempt = start_job(store, job.id, this_process("test"))
    with pytest.raises(MammoError):
        carry_out_job(store, settings(), job.id, attempt, lambda _share, _note: None)
    (told,) = errors(opened("data_sets", job=str(job.id)))
    assert "was not added. No images in masks.zip that could be taken." in told
    assert "By its name it is the mask of a lesion, not a film." in told
    assert store.data_sets.list() == ()


def test_a_number_that_is_none_or_too_large_is_named_and_the_usual_one_stands(opened, data_set):
    page = opened("training", set=["learning_rate=nan", "seed=18446744073709551616"])
    told = unescaped(" ".join(one.value for one in page.warning))
    assert "learning_rate=nan, which is left out. learning_rate: Input should be a finite number" in told
    assert "seed=18446744073709551616, which is left out. seed: Input should be less than 2147483648" in told
    assert (page.number_input(key="train.learning_rate").value, page.number_input(key="train.seed").value) == (1e-4, 0)
