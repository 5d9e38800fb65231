"""Results: the known pictures nearest to one image, and the way to have them."""

import numpy as np
import pytest

from mammo.config import settings
from mammo.embedding.catalogue import Catalogue, KnownPicture, catalogue_path, write_catalogue
from mammo.store import JobState
from tests.pages.test_results import results

__all__ = ["results"]


@pytest.fixture
def embedded(store, tested):
    """Embeddings, each at an angle of its own: the first woman was tested, the others were learnt from."""
    samples = store.data_sets.samples("phantoms")
    first = samples[0].patient_id
    pictures = tuple(
        KnownPicture.of(one.id, one, one.labels["case"], "test" if one.patient_id == first else "train")
        for one in samples
    )
    angles = np.linspace(0, 1, len(samples))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    write_catalogue(catalogue_path(settings().job_dir(tested)), Catalogue(pictures, vectors, "last", "00"))
    return samples


def words(app):
    return [one.value for one in (*app.markdown, *app.caption, *app.warning, *app.info)] + [
        one.proto.body for one in app.get("html")
    ]


def test_an_image_shows_its_nearest_known_pictures_one_of_each_other_woman(results, embedded, predictor):
    app = results(image=embedded[0].id)
    assert "Nearest known cases (other women)" in [one.value for one in app.header]
    links = [one.proto for one in app.get("page_link") if one.proto.label == "Her films"]
    others = list(dict.fromkeys(one.patient_id for one in embedded[1:] if one.patient_id != embedded[0].patient_id))
    assert [dict(pair.split("=") for pair in one.query_string.split("&"))["woman"] for one in links] == others
    assert any("too few films are known to say" in one for one in words(app))


def test_an_image_that_came_later_has_none_and_says_so(results, embedded, predictor, tested):
    path = catalogue_path(settings().job_dir(tested))
    write_catalogue(path, Catalogue((), np.empty((0, 2), np.float32), "last", "00"))
    assert any("has no embedding" in one for one in words(results(image=embedded[0].id)))


def test_without_embeddings_a_click_queues_the_job_that_computes_them(results, store, tested, predictor):
    app = results(image=store.data_sets.samples("phantoms")[0].id)
    next(one for one in app.button if one.label == "Compute the embeddings").click().run()
    job = store.jobs.get(max(one.id for one in store.jobs.list()))
    assert (job.kind, job.state, job.config) == ("embeddings", JobState.QUEUED, {"job": tested})
    assert "Compute the embeddings" not in [one.label for one in app.button]


def test_damaged_embeddings_can_be_computed_again(results, embedded, predictor, tested):
    catalogue_path(settings().job_dir(tested)).write_bytes(b"nothing")
    assert "Compute the embeddings" in [one.label for one in results(image=embedded[0].id).button]
