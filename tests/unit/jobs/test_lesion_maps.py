"""A training of regions is slid by a job over films that it was tested on; maps and scores are kept."""

import pytest

from mammo.jobs.lesion_maps import LESION_MAPS
from mammo.prediction.kept import kept_answer, kept_path
from mammo.store import JobState
from mammo.trust.lesion_map_scores import LesionMapScores

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def slid(small_home):
    trained = small_home.trained(region="lesion", position_control=False)
    job = small_home.carry_out("lesion_maps", {"job": trained.id, "films": 4}, data_set="films")
    assert job.state == JobState.SUCCEEDED, job.failure
    return trained, job


def test_test_films_with_outlined_lesions_are_scored_and_their_maps_kept(small_home, slid):
    trained, job = slid
    tested = {row.sample_id for row in small_home.store.predictions.load(trained.id, "test")}
    films = [one["sample"] for one in job.result["films"]]
    scores = LesionMapScores.from_json(job.result["scores"])
    assert 0 < scores.films == len(films) <= 4
    assert set(films) <= tested
    assert all(small_home.samples()[name].lesions for name in films)
    assert 0 < scores.chance.value < 0.5
    for one in job.result["films"]:
        sha256 = small_home.samples()[one["sample"]].sha256
        answer = kept_answer(kept_path(small_home.where.job_dir(trained.id), LESION_MAPS, sha256, one["fold"], None))
        assert 0 <= answer.probabilities["not normal"] <= 1


@pytest.mark.parametrize(("values", "words"), [(None, "names? the training|name it"), ({}, "judges whole films")])
def test_what_can_not_be_slid_is_said(small_home, values, words):
    job = small_home.carry_out("lesion_maps", {} if values is None else {"job": small_home.trained(**values).id})
    assert (job.state, job.failure_kind) == (JobState.FAILED, "parameter")
    assert any(word in job.failure for word in words.split("|"))
