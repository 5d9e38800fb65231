"""The nearest known pictures: as scipy finds them, never of the same woman, ties in one order, far ones said."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from mammo.embedding.catalogue import Catalogue, KnownPicture, UsualDistances
from mammo.embedding.nearest import nearest_known, usual_distances
from mammo.errors import ParameterError


def catalogue_of(vectors, women, parts=None, ids=None, usual=None):
    parts, ids = parts or ["train"] * len(vectors), ids or [f"i{n:03d}" for n in range(len(vectors))]
    pictures = tuple(
        KnownPicture(item, f"film {item}", woman, "normal", part)
        for item, woman, part in zip(ids, women, parts, strict=True)
    )
    return Catalogue(pictures, np.asarray(vectors, np.float32), "last", "00", usual)


def drawn(count=60, women=20, **more):
    vectors = np.random.default_rng(1).normal(size=(count, 16))
    return catalogue_of(vectors, [f"w{n % women}" for n in range(count)], **more)


def test_the_nearest_are_those_of_the_least_cosine_distance_one_of_each_woman():
    known, asked = drawn(), np.random.default_rng(2).normal(size=16)
    distances = cdist([asked], known.vectors.astype(float), "cosine")[0]
    found = nearest_known(known, asked, count=5)
    women = [known.pictures[place].patient_id for place in np.argsort(distances)]
    assert [one.picture.patient_id for one in found.neighbours] == list(dict.fromkeys(women))[:5]
    least = [min(distances[place] for place in range(60) if women_at(known, place, one)) for one in found.neighbours]
    assert [one.distance for one in found.neighbours] == pytest.approx(least, abs=1e-8)


def women_at(known, place, neighbour):
    return known.pictures[place].patient_id == neighbour.picture.patient_id


def test_the_same_woman_is_never_found_even_as_her_own_picture():
    known = drawn()
    found = nearest_known(known, known.vectors[3], patient_id="w3", count=60)
    assert len(found.neighbours) == 19
    assert "w3" not in {one.picture.patient_id for one in found.neighbours}
    assert nearest_known(known, known.vectors[3]).neighbours[0].picture.item_id == "i003"


def test_only_what_was_learnt_from_is_known_and_what_may_not_be_seen_is_left_out():
    known = drawn(parts=["train", "validation", "test"] * 20)
    found = nearest_known(known, known.vectors[0], count=60, left_out={"film i000"})
    assert {one.picture.part for one in found.neighbours} == {"train"}
    assert "i000" not in {one.picture.item_id for one in found.neighbours}


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]], ids=["as named", "mixed"])
def test_ties_stand_in_the_order_of_their_names(order):
    vectors, women, ids = [[1, 2], [2, 4], [1, 2]], ["a", "b", "c"], ["x", "y", "z"]
    known = catalogue_of([vectors[n] for n in order], [women[n] for n in order], ids=[ids[n] for n in order])
    assert [one.picture.item_id for one in nearest_known(known, [1, 0]).neighbours] == ["x", "y", "z"]


def test_the_usual_distances_are_those_of_validation_films_to_other_women():
    known = drawn(count=120, women=30, parts=["train", "validation"] * 60)
    distances = cdist(known.vectors[1::2].astype(float), known.vectors[::2].astype(float), "cosine")
    women = np.array([one.patient_id for one in known.pictures])
    distances[women[1::2, None] == women[None, ::2]] = np.inf
    usual = usual_distances(known)
    assert (usual.films, usual.part) == (60, "validation")
    assert usual.median == pytest.approx(np.median(distances.min(axis=1)), abs=1e-8)
    assert usual.far == pytest.approx(np.quantile(distances.min(axis=1), 0.95), abs=1e-8)


def test_without_validation_and_test_each_film_learnt_from_is_asked_for_other_women():
    usual = usual_distances(drawn())
    assert (usual.part, usual.films) == ("train", 60)
    assert usual.median > 0


def test_too_few_films_tell_no_usual_distance():
    assert usual_distances(drawn(count=19)) is None
    assert "too few films" in nearest_known(drawn(), np.ones(16)).words


@pytest.mark.parametrize(
    ("far", "words"), [(1.0, "nearer than for half of the validation films"), (1e-4, "No known picture is near")]
)
def test_how_near_the_nearest_is_stands_in_words(far, words):
    known = replace(drawn(), usual=UsualDistances(far / 1.1, far, 40, "validation"))
    found = nearest_known(known, np.random.default_rng(2).normal(size=16))
    assert words in found.words
    assert found.is_far == (far < 0.1)


def test_the_same_picture_is_told():
    known = replace(drawn(), usual=UsualDistances(0.1, 0.2, 40, "validation"))
    assert "may be the same picture" in nearest_known(known, known.vectors[7]).words


def test_nothing_known_is_nothing_found():
    found = nearest_known(catalogue_of([[1, 2]], ["a"]), [1, 2], patient_id="a")
    assert (found.neighbours, found.is_far) == ((), False)
    assert "No picture of another woman" in found.words


def test_an_embedding_of_another_network_is_refused():
    with pytest.raises(ParameterError, match="its own have 16"):
        nearest_known(drawn(), np.ones(8))
