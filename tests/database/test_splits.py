from dataclasses import replace

import pytest
from sqlalchemy import text

from db.session import writing
from mammo.datasets.splitting import Split, split_samples
from mammo.errors import DatasetError, NotFoundError, ParameterError


@pytest.fixture
def samples(store, tmp_path, collection):
    imported = collection(60)
    store.data_sets.add("films", tmp_path / "films", imported, by="anna")
    return imported.samples


@pytest.fixture
def split(samples):
    return split_samples(samples, seed=3)


def test_a_split_comes_out_as_it_went_in(store, split):
    store.splits.add("films", split, "mine", by="anna")
    assert store.splits.load("films", "mine") == split
    assert store.splits.load("films", "mine").hash == split.hash


def test_a_split_knows_its_making(store, split, clock):
    record = store.splits.add("films", split, "mine", by="bert")
    assert (record.data_set, record.name, record.by, record.seed) == ("films", "mine", "patient", 3)
    assert (record.fractions, record.policy, record.hash) == ((0.8, 0.1, 0.1), "case", split.hash)
    parts = list(split.assignment.values())
    assert record.images == {part: parts.count(part) for part in ("train", "validation", "test")}
    assert (record.created_by, record.created_at) == ("bert", clock.moment)
    assert store.splits.get("films", "mine") == record


def test_splits_without_a_name_are_numbered_by_their_way(store, samples):
    made = [split_samples(samples, by=by, seed=seed) for seed in (1, 2) for by in ("patient", "image")]
    names = [store.splits.add("films", split, by="anna").name for split in made]
    assert names == ["patient-1", "image-1", "patient-2", "image-2"]
    assert [record.name for record in store.splits.list("films")] == names


def test_a_number_that_a_person_took_is_passed_over(store, samples):
    store.splits.add("films", split_samples(samples, seed=1), "patient-1", by="anna")
    assert store.splits.add("films", split_samples(samples, seed=2), by="anna").name == "patient-2"


def test_the_same_split_twice_is_one_split(store, split):
    first = store.splits.add("films", split, "mine", by="anna")
    assert store.splits.add("films", split, "other", by="bert") == first
    assert store.splits.list("films") == (first,)


def test_a_split_is_never_replaced(store, samples, split):
    store.splits.add("films", split, "mine", by="anna")
    with pytest.raises(DatasetError, match="'films' has another split named 'mine', and splits never change") as caught:
        store.splits.add("films", split_samples(samples, seed=4), "mine", by="anna")
    assert caught.value.code == "name_taken"
    assert store.splits.load("films", "mine") == split


def test_a_split_offers_no_way_to_change_it(store):
    assert {name for name in dir(store.splits) if not name.startswith("_")} == {"add", "get", "list", "load"}


def test_a_split_keeps_its_assignment_when_its_data_set_grows_or_shrinks(store, tmp_path, split, collection):
    store.splits.add("films", split, "mine", by="anna")
    store.data_sets.add("films", tmp_path / "films", collection(90), by="anna")
    assert store.splits.load("films", "mine") == split
    store.data_sets.add("films", tmp_path / "films", collection(5), by="anna")
    assert store.splits.load("films", "mine") == split


def test_a_split_that_was_tampered_with_is_refused(store, split):
    store.splits.add("films", split, "mine", by="anna")
    with writing(store._database.engine) as connection:
        connection.execute(text("UPDATE split_members SET part = 'train' WHERE part = 'test'"))
    with pytest.raises(DatasetError, match="'mine' of 'films' was changed after it was made") as caught:
        store.splits.load("films", "mine")
    assert caught.value.code == "damaged"


def test_a_split_without_images_is_kept_too(store, split):
    empty = replace(split, assignment={})
    store.splits.add("films", empty, "empty", by="anna")
    assert store.splits.load("films", "empty") == empty


@pytest.mark.parametrize("question", ["get", "load"])
def test_an_unknown_split_is_told_with_those_there_are(store, split, question):
    store.splits.add("films", split, "mine", by="anna")
    with pytest.raises(NotFoundError, match=r"'films' has no split named 'x'; known are: mine\."):
        getattr(store.splits, question)("films", "x")
    with pytest.raises(NotFoundError, match=r"no data set named 'other'; known are: films\."):
        getattr(store.splits, question)("other", "mine")


def test_a_split_of_an_unknown_data_set_is_refused(store):
    split = Split("patient", 0, (0.8, 0.1, 0.1), "case", {"a.png": "train"})
    with pytest.raises(NotFoundError, match="no data set named 'films'"):
        store.splits.add("films", split, by="anna")


def test_a_name_that_cannot_stand_in_a_path_is_refused(store, split):
    with pytest.raises(ParameterError, match="can't be the name of a split"):
        store.splits.add("films", split, "a/b", by="anna")
