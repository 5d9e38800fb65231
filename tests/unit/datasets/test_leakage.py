from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mammo.datasets.leakage import leakage_report, scanner_class_association
from mammo.datasets.likeness import mark_alike
from mammo.datasets.splitting import split_samples
from mammo.imaging.signature import image_signature


@pytest.fixture
def collection(women):
    return women("normal", 400) + women("benign", 400)


def random_signatures(samples, seed=0):
    rng = np.random.default_rng(seed)
    return {sample.sha256: image_signature(rng.random((32, 32), np.float32)) for sample in samples}


def one_image_of_each_woman(samples, split, part):
    by_woman = {sample.patient_id: sample for sample in samples if split.assignment[sample.id] == part}
    return list(by_woman.values())


def test_a_patient_split_of_different_images_is_clean(collection):
    samples = mark_alike(collection, random_signatures(collection))
    report = leakage_report(samples, split_samples(samples))

    assert report.is_clean
    assert report.sentences() == ("No patient and no image is in more than one part.",)


def test_all_of_500_planted_leaks_are_found(women):  # B63
    samples = women("normal", 1500) + women("benign", 1500)
    split = split_samples(samples, fractions=(0.6, 0, 0.4))
    signatures = random_signatures(samples)
    train = one_image_of_each_woman(samples, split, "train")[:500]
    test = one_image_of_each_woman(samples, split, "test")[:500]
    rng = np.random.default_rng(1)
    planted = {sample.id: sample for sample in samples}
    for kind, (here, there) in enumerate(zip(train, test, strict=True)):
        if kind % 3 == 0:
            planted[there.id] = replace(there, patient_id=here.patient_id)
        elif kind % 3 == 1:
            planted[there.id] = replace(there, sha256=here.sha256)
        else:
            noisy = signatures[here.sha256] + 0.1 / 32 * rng.standard_normal(1024).astype(np.float32)
            signatures[there.sha256] = noisy / np.linalg.norm(noisy)
    report = leakage_report(mark_alike(list(planted.values()), signatures), split)

    pairs = list(zip(train, test, strict=True))
    assert set(report.patients_in_two_splits) == {here.patient_id for here, _ in pairs[::3]}
    assert set(report.exact_duplicates_across) == {tuple(sorted((a.id, b.id))) for a, b in pairs[1::3]}
    assert set(report.near_duplicates_across) == {tuple(sorted((a.id, b.id))) for a, b in pairs[2::3]}


def test_an_image_split_puts_women_into_several_parts(collection):  # B63
    report = leakage_report(collection, split_samples(collection, by="image"))

    assert len(report.patients_in_two_splits) > 0.4 * 800
    assert report.sentences()[0].startswith(
        f"Patients with images in more than one part: {len(report.patients_in_two_splits)}"
    )


def test_duplicates_within_one_part_do_not_leak(collection):
    split = split_samples(collection)
    first, second = [sample for sample in collection if split.assignment[sample.id] == "train"][:2]
    twin = replace(second, sha256=first.sha256, alike=(collection[0].id,))
    samples = [twin if sample.id == twin.id else sample for sample in collection]

    assert split.assignment[collection[0].id] == "train"
    assert leakage_report(samples, split).is_clean


def test_a_report_on_an_older_import_says_what_was_not_sought(collection):
    report = leakage_report(collection, split_samples(collection))

    assert not report.is_likeness_known
    assert report.sentences()[1] == "Images that only look alike were not sought yet. Import the data set again."


def test_cramers_v_agrees_with_the_formula_worked_by_hand(sample):
    counts = {("A", "normal"): 10, ("A", "benign"): 20, ("B", "normal"): 30, ("B", "benign"): 40}
    samples = [
        sample(f"{scanner}{label}{number}", label, scanner=scanner)
        for (scanner, label), count in counts.items()
        for number in range(count)
    ]

    # chi2 = n (ad - bc)^2 / (row sums * column sums), V = sqrt(chi2 / n) for 2 x 2
    by_hand = abs(10 * 40 - 20 * 30) / np.sqrt(30 * 70 * 40 * 60)
    assert scanner_class_association(samples, "case") == pytest.approx(by_hand)


def test_a_scanner_that_tells_the_class_is_reported(sample):
    samples = [
        sample(f"{label}{number}", label, scanner=letter)
        for label, letter in (("normal", "A"), ("benign", "B"), ("malignant", "C"))
        for number in range(10)
    ]
    report = leakage_report(samples, split_samples(samples))

    assert report.scanner_class_association == pytest.approx(1)
    assert "Cramer's V 1.00" in report.sentences()[-1]


@pytest.mark.parametrize("scanners", [("A", "A"), (None, None)], ids=["one scanner", "unknown scanners"])
def test_without_two_scanners_there_is_no_association(sample, scanners):
    samples = [sample("a", "normal", scanner=scanners[0]), sample("b", "benign", scanner=scanners[1])]

    assert scanner_class_association(samples, "case") is None
