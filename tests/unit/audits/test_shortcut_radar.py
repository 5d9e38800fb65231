"""The radar finds what was planted, and finds nothing where labels were shuffled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mammo.audits.columns import fact_columns
from mammo.audits.film_facts import FilmFacts, border_levels, film_facts
from mammo.audits.probe import probe
from mammo.audits.shortcut_radar import PROBES, shortcut_radar, worst_light
from mammo.datasets import Sample
from mammo.errors import ParameterError
from mammo.imaging.reading import read_image

SEEDS = range(20)


def test_a_planted_corner_mark_turns_the_radar_red_20_of_20(planted):
    results = [{one.probe: one for one in shortcut_radar(*planted(seed), seed=seed)} for seed in SEEDS]
    assert [one["border"].light for one in results] == ["red"] * 20
    assert [worst_light(list(one.values())) for one in results] == ["red"] * 20


def test_shuffled_labels_turn_it_red_at_most_2_of_20(planted):
    lights = Counter()
    for seed in SEEDS:
        films, truth, patients = planted(seed)
        shuffled = _shuffled(truth, seed)
        lights[worst_light(shortcut_radar(films, shuffled, patients, seed=seed))] += 1
    assert lights["red"] <= 2
    assert lights["green"] >= 16


def _shuffled(truth, seed):
    """Labels dealt anew to the women, two films each, by other numbers than the radar draws."""
    return np.random.default_rng([seed, 2]).permutation(truth[::2]).repeat(2)


@pytest.mark.parametrize("probe", ["scanner", "size", "file"])
def test_each_planted_fact_is_found_by_its_own_probe_alone(probe, planted):
    films, truth, patients = planted(3, marked=(0.5, 0.5))
    facts = {
        "scanner": [{"scanner": "AB"[label]} for label in truth],
        "size": [{"width_px": 64 + 20 * int(label)} for label in truth],
        "file": [{"size_bytes": 3000 + 2500 * int(label)} for label in truth],
    }
    given = [replace(film, **fact) for film, fact in zip(films, facts[probe], strict=True)]
    lights = {one.probe: one.light for one in shortcut_radar(given, truth, patients)}
    assert lights == {name: "red" if name == probe else "green" for name in PROBES}


def test_a_weak_shortcut_is_amber_however_sure():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 1500)
    scanners = np.where(generator.random(1500) < 0.56, np.array(["A", "B"])[truth], np.array(["B", "A"])[truth])
    (scanner, *_) = shortcut_radar(_films(scanners), truth, np.arange(1500).astype(str))
    assert (scanner.light, scanner.p < 0.01, scanner.auc.value < 0.6) == ("amber", True, True)
    assert str(scanner).startswith("The scanner alone tells a little of the class: AUC 0.5")


def _films(scanners):
    return [FilmFacts(str(one), 64, 96, 8, 4000, ".png", {"top": 0.0}) for one in scanners]


CASES = {  # of the Mini-DDSM by scanner letter, as (normal, benign, malignant)
    "A": (500, 267, 192), "B": (0, 130, 155), "C": (0, 180, 233), "D": (102, 94, 99),
}  # fmt: skip


def test_the_scanner_letter_of_the_mini_ddsm_names_half_of_its_cases():
    scanners = np.repeat(list(CASES), [sum(counts) for counts in CASES.values()])
    truth = np.concatenate([np.repeat(range(3), counts) for counts in CASES.values()])
    women = np.arange(len(truth)).astype(str)
    (scanner, *others) = shortcut_radar(_films(scanners), truth, women, permutations=399)
    assert scanner.light == "red"
    assert scanner.top1 == pytest.approx(990 / 1952, abs=0.01)  # 50.7 %, less what left-out women cost
    assert scanner.majority == pytest.approx(679 / 1952)
    assert {one.light for one in others} == {"unknown"}
    assert str(others[1]) == "The picture's size can't be judged: it is the same, or not known, for all films."


def test_the_figures_of_a_perfect_shortcut():
    truth = np.arange(60) % 2
    (scanner, *_) = shortcut_radar(_films(np.array(["A", "B"])[truth]), truth, np.arange(60).astype(str))
    assert (scanner.auc.value, scanner.top1, scanner.majority, scanner.p) == (1, 1, 0.5, 0.001)
    assert str(scanner) == (
        "The scanner alone tells the class, and a model may have learnt it instead of the breast: "
        "AUC 1.00 (1.00 to 1.00), 100.0\N{NO-BREAK SPACE}% of the images named against 50.0\N{NO-BREAK SPACE}% by the "
        "commonest class, p = 0.001."
    )


@pytest.mark.parametrize(
    ("n", "classes", "reason"),
    [(19, 2, "19 women are too few, 20 are needed"), (30, 1, "all films are of one class"), (0, 1, "0 women are too")],
    ids=["few women", "one class", "nothing"],
)
def test_what_can_not_be_judged_is_unknown_and_says_why(n, classes, reason):
    results = shortcut_radar(_films(["A"] * n), np.arange(n) % classes, np.arange(n).astype(str))
    assert {one.light for one in results} == {"unknown"}
    assert worst_light(results) == "unknown"
    assert reason in str(results[0])


def test_facts_must_fit_the_labels():
    with pytest.raises(ParameterError, match="2 films, 1 labels and 2 patient ids"):
        shortcut_radar(_films("AB"), np.array([0]), np.array(["1", "2"]))


def test_a_probe_never_sees_the_breast(phantom):
    other = np.where(phantom > 0, phantom**2 + 0.1, phantom).astype(np.float32)
    assert border_levels(other) == pytest.approx(border_levels(phantom), nan_ok=True)


def test_a_mark_beside_the_breast_is_seen_where_it_is(phantom):
    marked = phantom.copy()
    marked[2:8, 56:62] = 0.9
    before, after = border_levels(phantom), border_levels(marked)
    assert {name for name in before if after[name] != pytest.approx(before[name], nan_ok=True)} == {
        "top right mean",
        "top right brightest",
    }


def test_facts_of_a_real_file(tmp_path, phantom):
    path = tmp_path / "film.PNG"
    cv2.imwrite(str(tmp_path / "film.png"), (phantom * 255).astype(np.uint8))
    (tmp_path / "film.png").rename(path)
    sample = Sample("film.PNG", path, "1", {}, "", width_px=64, height_px=96, bits=8, scanner="B")
    facts = film_facts(sample)
    assert (facts.scanner, facts.width_px, facts.height_px, facts.bits) == ("B", 64, 96, 8)
    assert (facts.size_bytes, facts.suffix) == (path.stat().st_size, ".png")
    assert facts.border == pytest.approx(border_levels(read_image(path).pixels), nan_ok=True)


def test_the_auc_is_that_of_scikit_learn_within_folds(planted):
    films, truth, patients = planted(1)
    found = probe(fact_columns({"mark": [film.border["top right mean"] for film in films]}), truth, patients)
    border = shortcut_radar(
        [replace(film, border={"mark": film.border["top right mean"]}) for film in films], truth, patients
    )[1]
    pairs = [
        (roc_auc_score(truth[inside], found.scores[inside, 1]), truth[inside].sum() * (1 - truth[inside]).sum())
        for inside in (found.folds == fold for fold in range(5))
    ]
    expected = np.average([auc for auc, _ in pairs], weights=[count for _, count in pairs])
    assert border.auc.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.long
def test_a_thousand_data_sets_without_a_shortcut_rarely_alarm(planted, record_property):
    films, truth, patients = planted(0, marked=(0.5, 0.5))
    lights = Counter()
    for seed in range(1000):
        shuffled = _shuffled(truth, seed)
        lights[worst_light(shortcut_radar(films, shuffled, patients, seed=seed, permutations=399))] += 1
    record_property("false_alarms", 1 - lights["green"] / 1000)
    assert 1 - lights["green"] / 1000 <= 0.064
    assert lights["red"] <= 20
