from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from mammo.datasets import UNLABELLED
from mammo.datasets.balance import class_balance, split_balance
from mammo.datasets.splitting import PAPER_FRACTIONS, patient_folds, split_samples
from mammo.errors import DatasetError, ParameterError


def parts_of_patients(samples, split):
    parts = defaultdict(set)
    for sample in samples:
        parts[sample.patient_id].add(split.assignment[sample.id])
    return parts


@pytest.fixture
def collection(women):
    return women("normal", 40) + women("benign", 20) + women("malignant", 10)


def test_no_woman_is_in_two_parts_of_a_patient_split(collection):  # B63
    split = split_samples(collection)

    assert all(len(parts) == 1 for parts in parts_of_patients(collection, split).values())


@pytest.mark.parametrize("seed", range(5))
def test_women_who_share_a_film_are_not_torn_apart(collection, seed):  # B63
    samples = {one.id: one for one in collection}
    chain = [f"normal/{woman:04d}_0.png" for woman in (3, 17, 30)]
    samples[chain[1]] = replace(samples[chain[1]], sha256=samples[chain[0]].sha256)
    samples[chain[2]] = replace(samples[chain[2]], alike=(chain[0], "malignant/0005_2.png", "no film of this set"))
    tied = {samples[id_].patient_id for id_ in (*chain, "malignant/0005_2.png")}
    splits = [split_samples(list(samples.values()), seed=seed)]
    splits += patient_folds(list(samples.values()), 4, seed=seed, policy="case")

    for split in splits:
        parts = parts_of_patients(samples.values(), split)
        assert len(set.union(*(parts[woman] for woman in tied))) == 1


def test_a_patient_split_keeps_the_fractions_in_each_class(collection):
    counts = split_balance(collection, split_samples(collection))

    assert counts == {
        "train": {"normal": 128, "benign": 64, "malignant": 32},
        "validation": {"normal": 16, "benign": 8, "malignant": 4},
        "test": {"normal": 16, "benign": 8, "malignant": 4},
    }


@pytest.mark.parametrize("by", ["patient", "image", "paper"])
def test_a_split_does_not_depend_on_the_order_of_the_samples(collection, by):
    shuffled = collection[::-2] + collection[::2]

    assert split_samples(collection, by=by).hash == split_samples(shuffled, by=by).hash


@pytest.mark.parametrize("by", ["patient", "image", "paper"])
def test_another_seed_gives_another_split_of_the_same_size(collection, by):
    first, second = (split_samples(collection, by=by, seed=seed) for seed in (0, 1))

    assert first.hash != second.hash
    assert Counter(first.assignment.values()) == Counter(second.assignment.values())


@pytest.mark.parametrize(
    ("women_of_class", "dealt"), [(3, (1, 1, 1)), (4, (2, 1, 1)), (5, (3, 1, 1)), (20, (16, 2, 2))]
)
def test_a_small_class_reaches_each_part(women, women_of_class, dealt):  # B62
    samples = women("normal", 30, images=1) + women("malignant", women_of_class, images=1)
    counts = split_balance(samples, split_samples(samples))

    assert tuple(counts[part]["malignant"] for part in ("train", "validation", "test")) == dealt


def test_a_class_of_one_in_a_thousand_is_in_each_part(women):  # B62
    samples = women("normal", 3000, images=1) + women("malignant", 3, images=1)
    counts = split_balance(samples, split_samples(samples))

    assert [counts[part]["malignant"] for part in ("train", "validation", "test")] == [1, 1, 1]
    assert sum(counts["train"].values()) == pytest.approx(0.8 * 3003, abs=3)


def test_a_class_with_fewer_women_than_parts_is_refused_with_its_counts(women):  # B62
    samples = women("normal", 30) + women("malignant", 2)

    with pytest.raises(DatasetError, match=r"'malignant'.* 8 images of 2 patients") as error:
        split_samples(samples)
    assert error.value.code == "small_class"


def test_two_women_of_a_class_suffice_for_two_parts(women):
    samples = women("normal", 30) + women("malignant", 2)
    counts = split_balance(samples, split_samples(samples, fractions=(0.5, 0, 0.5)))

    assert counts["train"]["malignant"] == counts["test"]["malignant"] == 4
    assert counts["validation"] == {}


@pytest.mark.parametrize("by", ["patient", "image", "paper"])
def test_one_class_alone_is_refused(women, by):  # B62
    with pytest.raises(DatasetError, match="only 'normal'"):
        split_samples(women("normal", 10), by=by)


def test_unlabelled_and_dropped_samples_belong_to_no_part(women, sample):
    known = women("normal", 10) + women("benign", 10)
    dropped = sample("dropped.png", "benign")
    dropped = replace(dropped, labels={**dropped.labels, "breast": None})
    split = split_samples([*known, dropped, sample("new.png", UNLABELLED)], policy="breast")

    assert split.assignment.keys() == {one.id for one in known}


def test_the_worst_label_of_a_woman_decides_where_she_is_stratified(women, sample):
    mixed = [
        sample(f"{woman}_{side}.png", label, patient=f"P{woman}")
        for woman in range(10)
        for side, label in (("L", "normal"), ("R", "malignant"))
    ]
    samples = mixed + women("benign", 10)
    counts = split_balance(samples, split_samples(samples))

    assert [counts[part]["malignant"] for part in ("train", "validation", "test")] == [8, 1, 1]


@pytest.mark.parametrize(
    "fractions", [(0.8, 0.1, 0.2), (1.1, -0.1, 0), (0, 0.5, 0.5), (float("nan"), 0.5, 0.5), (0.5, 0.5)]
)
def test_unsound_fractions_are_refused(collection, fractions):
    with pytest.raises(ParameterError, match="three fractions"):
        split_samples(collection, fractions=fractions)


def test_an_unknown_way_to_split_is_refused(collection):
    with pytest.raises(ParameterError, match="not by 'woman'"):
        split_samples(collection, by="woman")


def test_the_paper_split_gives_table_1_of_the_paper(women):
    samples = women("normal", 682) + women("benign", 840) + women("malignant", 899)
    split = split_samples(samples, by="paper", fractions=(0.5, 0.25, 0.25))

    assert class_balance(samples, "case") == {"normal": 2728, "benign": 3360, "malignant": 3596}
    assert split_balance(samples, split) == {
        "train": {"normal": 1964, "benign": 2419, "malignant": 2589},
        "validation": {"normal": 218, "benign": 269, "malignant": 288},
        "test": {"normal": 546, "benign": 672, "malignant": 719},
    }
    assert split.fractions == PAPER_FRACTIONS


def test_the_paper_split_tears_nearly_every_woman_apart(women):
    samples = women("normal", 200) + women("benign", 200)
    split = split_samples(samples, by="paper")
    tested = [sample for sample in samples if split.assignment[sample.id] == "test"]
    parts = parts_of_patients(samples, split)
    with_sibling = sum("train" in parts[sample.patient_id] for sample in tested)

    assert with_sibling / len(tested) == pytest.approx(1 - (1 - 0.72) ** 3, abs=0.03)


def test_each_image_is_tested_in_exactly_one_fold(collection):
    folds = patient_folds(collection, 5, seed=3, policy="case")
    tested = Counter(id_ for fold in folds for id_, part in fold.assignment.items() if part == "test")

    assert tested == Counter(sample.id for sample in collection)


def test_folds_keep_women_together_and_classes_in_proportion(collection):
    folds = patient_folds(collection, 5, seed=3, policy="case")

    assert all(len(parts) == 1 for fold in folds for parts in parts_of_patients(collection, fold).values())
    assert all(
        split_balance(collection, fold)["test"] == {"normal": 32, "benign": 16, "malignant": 8} for fold in folds
    )
    assert all(
        sum(split_balance(collection, fold)["validation"].values()) == pytest.approx(0.1 * len(collection), abs=8)
        for fold in folds
    )


def test_folds_without_validation_train_on_all_other_women(collection):
    folds = patient_folds(collection, 4, seed=0, policy="case", validation=0)

    assert {part for fold in folds for part in fold.assignment.values()} == {"train", "test"}


def test_more_folds_than_women_of_a_class_are_refused(women):
    with pytest.raises(DatasetError, match="fewer folds"):
        patient_folds(women("normal", 30) + women("benign", 4), 5, seed=0, policy="case", validation=0)


def test_remainders_of_the_classes_do_not_pile_up_in_one_fold(women):
    samples = women("normal", 6, images=1) + women("benign", 6, images=1) + women("malignant", 6, images=1)
    folds = patient_folds(samples, 5, seed=0, policy="case", validation=0)
    sizes = sorted(Counter(fold.assignment.values())["test"] for fold in folds)

    assert sizes == [3, 3, 4, 4, 4]


def test_the_hash_tells_assignments_apart(collection):
    split = split_samples(collection)
    first = next(iter(split.assignment))
    changed = replace(
        split, assignment={**split.assignment, first: "test" if split.assignment[first] != "test" else "train"}
    )

    assert len(split.hash) == 64
    assert changed.hash != split.hash


@pytest.mark.parametrize(("folds", "validation"), [(1, 0.1), (2, 0.5)], ids=["one fold", "nothing left to train on"])
def test_folds_that_leave_nothing_to_train_on_are_refused(collection, folds, validation):
    with pytest.raises(ParameterError, match="can't be made"):
        patient_folds(collection, folds, seed=0, policy="case", validation=validation)
