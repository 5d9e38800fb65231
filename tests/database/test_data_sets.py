from dataclasses import replace

import numpy as np
import pytest

from mammo.datasets.importing import fingerprint_of
from mammo.errors import DatasetError, NotFoundError, ParameterError


@pytest.fixture
def root(tmp_path):
    return tmp_path / "films"


def test_samples_come_out_as_they_went_in(store, root, collection):
    imported = collection(31)
    store.data_sets.add("films", root, imported, by="anna")
    assert store.data_sets.samples("films") == imported.samples


def test_how_images_look_is_kept_and_renewed_with_the_images(store, root, collection):
    def look(number):
        return np.random.default_rng(number).normal(0, 1 / 32, 1024).astype(np.float32)

    imported = collection(6)
    for shown in ({"a": look(1), "b": look(2)}, {"b": look(2), "c": look(3)}):
        store.data_sets.add("films", root, replace(imported, signatures=shown), by="anna")
        kept = store.data_sets.signatures("films")
        assert kept.keys() == shown.keys()
        assert all(np.array_equal(kept[name], shown[name]) for name in shown)


def test_refused_files_come_out_with_their_reasons(store, root, collection):
    imported = collection()
    store.data_sets.add("films", root, imported, by="anna")
    assert store.data_sets.refused("films") == imported.refused
    assert store.data_sets.refused_count("films") == len(imported.refused) == 2


def test_a_record_counts_images_women_and_classes_under_every_policy(store, root, collection, clock):
    options = {"labels_file": "labels.csv"}
    record = store.data_sets.add("films", root, collection(7), by="anna", label_policy="visible", options=options)
    assert (record.name, record.root, record.layout) == ("films", root, "folder_of_classes")
    assert (record.images, record.patients, record.label_policy) == (7, 4, "visible")
    assert record.classes == {
        "case": {"normal": 3, "benign": 2, "malignant": 2},
        "breast": {"normal": 3, "benign": 2, "malignant": 2},
        "visible": {"normal": 1, "benign": 1, "malignant": 1},
    }
    assert list(record.classes["case"]) == ["normal", "benign", "malignant"]
    assert (record.options, record.warnings) == (options, ("patients unknown",))
    assert (record.created_by, record.created_at, record.imported_at) == ("anna", clock.moment, clock.moment)
    assert store.data_sets.get("films") == record


def test_data_sets_are_listed_oldest_first(store, root, collection):
    store.data_sets.add("second-by-name", root, collection(), by="anna")
    store.data_sets.add("first-by-name", root, collection(), by="anna")
    assert [record.name for record in store.data_sets.list()] == ["second-by-name", "first-by-name"]


def test_a_new_import_of_the_same_folder_replaces_samples_and_keeps_who_made_it(store, root, collection, clock):
    first = store.data_sets.add("films", root, collection(4), by="anna")
    clock.move(60)
    grown = collection(9)
    second = store.data_sets.add("films", root, grown, by="bert")
    assert store.data_sets.samples("films") == grown.samples
    assert len(store.data_sets.refused("films")) == 2
    assert (second.images, second.fingerprint) == (9, grown.fingerprint)
    assert (second.created_by, second.created_at) == ("anna", first.created_at)
    assert second.imported_at == clock.moment


def test_the_same_data_may_move_to_another_folder(store, tmp_path, root, collection):
    store.data_sets.add("films", root, collection(5), by="anna")
    moved = collection(5, tmp_path / "elsewhere")
    store.data_sets.add("films", tmp_path / "elsewhere", moved, by="anna")
    assert store.data_sets.samples("films") == moved.samples


def test_other_data_of_another_folder_do_not_replace_a_data_set(store, tmp_path, root, collection):
    kept = collection(5)
    store.data_sets.add("films", root, kept, by="anna")
    with pytest.raises(DatasetError, match=r"'films' holds other images.*Choose another name") as caught:
        store.data_sets.add("films", tmp_path / "elsewhere", collection(6, tmp_path / "elsewhere"), by="anna")
    assert caught.value.code == "name_taken"
    assert store.data_sets.samples("films") == kept.samples


def test_an_import_that_fails_half_way_leaves_the_earlier_one(store, root, collection):
    """Two samples of one id are refused by the database, after the earlier samples were removed."""
    kept = collection(5)
    store.data_sets.add("films", root, kept, by="anna")
    twice = replace(kept, samples=(*kept.samples, kept.samples[0]))
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.data_sets.add("films", root, twice, by="anna")
    assert store.data_sets.samples("films") == kept.samples
    assert len(store.data_sets.refused("films")) == 2


def test_samples_of_two_data_sets_do_not_mix(store, tmp_path, root, collection):
    few, many = collection(3), collection(8, tmp_path / "many")
    store.data_sets.add("few", root, few, by="anna")
    store.data_sets.add("many", tmp_path / "many", many, by="anna")
    assert (store.data_sets.samples("few"), store.data_sets.samples("many")) == (few.samples, many.samples)


@pytest.mark.parametrize(
    "name", ["café 🩻", 'it\'s "quoted"; DROP TABLE samples', "a\nb", "‮gnp.exe", "%s%n", "x" * 255]
)
def test_any_file_name_survives(store, root, collection, name):
    imported = collection(1)
    sample = replace(imported.samples[0], id=name, path=root / name, patient_id=name, warnings=(name,))
    store.data_sets.add("films", root, replace(imported, samples=(sample,)), by="anna")
    assert store.data_sets.samples("films") == (sample,)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a b", "ä", "x" * 81, "a\n", "-x"])
def test_a_name_that_cannot_stand_in_a_path_is_refused(store, root, collection, name):
    with pytest.raises(ParameterError, match="can't be the name of a data set"):
        store.data_sets.add(name, root, collection(), by="anna")


@pytest.mark.parametrize("name", ["a", "7", "Mini-DDSM_v2.1", "x" * 80])
def test_a_name_of_letters_digits_and_marks_is_taken(store, root, collection, name):
    assert store.data_sets.add(name, root, collection(), by="anna").name == name


@pytest.mark.parametrize("question", ["get", "samples", "refused"])
def test_an_unknown_data_set_is_told_with_those_there_are(store, root, collection, question):
    ask = getattr(store.data_sets, question)
    with pytest.raises(NotFoundError, match=r"no data set named 'x'; known are: none yet\."):
        ask("x")
    store.data_sets.add("mias", root, collection(), by="anna")
    store.data_sets.add("ddsm", root, collection(), by="anna")
    with pytest.raises(NotFoundError, match=r"no data set named 'x'; known are: ddsm, mias\."):
        ask("x")


def test_ten_thousand_samples_survive_a_round_trip(store, root, collection):
    imported = collection(10_000)
    store.data_sets.add("films", root, imported, by="anna")
    read = store.data_sets.samples("films")
    assert read == imported.samples
    assert fingerprint_of(read) == store.data_sets.get("films").fingerprint
