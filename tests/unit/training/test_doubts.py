from collections import Counter
from dataclasses import replace

import pytest

from mammo.datasets.splitting import split_samples
from mammo.errors import DatasetError, ParameterError
from mammo.training.config import TrainingConfig
from mammo.training.doubts import MOST_TO_ONE, check_doubts, doubts_about
from mammo.training.series import TrainingSource, counts_of_first_fold


@pytest.fixture
def plain():
    return TrainingConfig.of({"weights": "none"})


def names(config, source):
    return [doubt.name for doubt in doubts_about(config, source)]


def warned(source, count, warning):
    """The source with a warning on so many of its films."""
    samples = [replace(one, warnings=(warning,)) if at < count else one for at, one in enumerate(source.samples)]
    return replace(source, samples=samples)


def test_nothing_speaks_against_a_patient_split_of_balanced_films(plain, source):
    assert doubts_about(plain, source) == ()
    check_doubts(plain, source)


def test_a_woman_in_two_parts_is_named_and_the_training_refused(plain, source):  # B63
    ids = {part: next(one for one in source.assignment if source.assignment[one] == part) for part in ("train", "test")}
    twin = replace(
        source, samples=[replace(one, patient_id="W7") if one.id in ids.values() else one for one in source.samples]
    )
    with pytest.raises(DatasetError, match=r"There are 1 woman \(W7\) with images in more than one part") as refused:
        check_doubts(plain, twin)
    assert refused.value.code == "doubtful_data"
    assert str(refused.value).endswith("To train all the same, say so: accept=leaking_split.")


def test_the_same_picture_in_two_parts_is_named(plain, source):  # B63
    first = next(one for one in source.samples if source.assignment[one.id] == "train")
    other = next(one for one in source.samples if source.assignment[one.id] == "test")
    equal = [replace(one, sha256=first.sha256) if one is other else one for one in source.samples]
    (doubt,) = doubts_about(plain, replace(source, samples=equal))
    pair = " = ".join(sorted((first.id, other.id)))
    assert f"1 pair ({pair}) of identical images" in doubt.sentence


def test_a_film_that_looks_like_one_of_another_part_is_named(plain, source):  # B63
    first = next(one for one in source.samples if source.assignment[one.id] == "train")
    other = next(one for one in source.samples if source.assignment[one.id] == "test")
    alike = [replace(one, alike=(first.id,)) if one is other else one for one in source.samples]
    with pytest.raises(DatasetError, match=r"1 pair \(.+ ~ .+\) of images in different parts of it that look"):
        check_doubts(plain, replace(source, samples=alike))


def test_folds_are_by_woman_whatever_a_split_does(plain, source):
    torn = replace(source, samples=[replace(one, patient_id="W7") for one in source.samples])
    assert names(plain, torn) == ["leaking_split"]
    assert names(plain.with_values({"folds": 3}), torn) == []


@pytest.mark.parametrize(
    ("most", "fewest", "is_rare"),
    [(MOST_TO_ONE * 2, 2, False), (MOST_TO_ONE * 2 + 1, 2, True), (3, 1, True), (3000, 3, True)],
)  # B62
def test_a_class_against_which_too_many_stand_is_doubted(plain, source, most, fewest, is_rare):
    kinds = {
        label: next(one for one in source.samples if one.labels["case"] == label) for label in ("normal", "benign")
    }
    samples = [
        replace(kinds[label], id=f"{label}{number}", patient_id=f"{label}{number}", sha256=f"{label}{number}")
        for label, count in (("normal", most), ("benign", fewest))
        for number in range(count)
    ]
    found = doubts_about(plain, TrainingSource(samples, dict.fromkeys((one.id for one in samples), "train"), "case"))
    assert [doubt.name for doubt in found] == (["rare_class"] if is_rare else [])
    if is_rare:
        assert f"holds {fewest:,} of class benign against {most:,} of class normal" in found[0].sentence


@pytest.mark.parametrize(
    ("warning", "name"),
    [("not mammography (Modality=CT)", "other_modality"), ("colour image", "colour_images")],
)  # B35, B45
def test_images_that_came_with_a_warning_are_counted_and_named(plain, source, warning, name):
    (doubt,) = doubts_about(plain, warned(source, 5, warning))
    assert doubt.name == name
    shown = ", ".join(one.id for one in source.samples[:3])
    assert doubt.sentence.startswith(f"There are 5 images ({shown}, ...) that ")


def test_what_was_accepted_no_longer_stands_in_the_way(plain, source):
    doubtful = warned(warned(source, 2, "colour image"), 0, "")
    accepting = plain.with_values({"accept": "colour_images"})
    with pytest.raises(DatasetError, match="accept=colour_images"):
        counts_of_first_fold(plain, doubtful)
    parts = Counter(source.assignment.values())
    assert counts_of_first_fold(accepting, doubtful) == (parts["train"], parts["validation"], 3)
    assert TrainingConfig.of(accepting.to_dict()).accept == ("colour_images",)


def test_a_refusal_names_all_that_is_to_be_accepted(plain, films):
    split = split_samples(films, by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    torn = [replace(one, patient_id="W7", warnings=("colour image",)) for one in films]
    with pytest.raises(DatasetError, match=r"accept=leaking_split,colour_images\.$"):
        check_doubts(plain, TrainingSource(torn, split.assignment, "case"))


def test_only_doubts_that_there_are_can_be_accepted(plain):
    with pytest.raises(ParameterError, match="accept"):
        plain.with_values({"accept": "everything"})
