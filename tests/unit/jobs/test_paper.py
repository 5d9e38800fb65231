import pytest

from mammo.datasets.importing import import_collection
from mammo.errors import DatasetError
from mammo.jobs.paper import plan_reproduction, queue_reproduction, reproductions
from mammo.paper.protocols import PaperOptions
from mammo.paper.recipes import RECIPES
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobFilter
from mammo.training.batches import batches_per_epoch
from mammo.training.series import counts_of_first_fold

OPTIONS = PaperOptions(epochs=2, batch_size=8, image_size=64)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """96 films of 24 women."""
    folder = tmp_path_factory.mktemp("films") / "phantoms"
    write_phantoms(folder, PhantomOptions(patients=24, pitch_mm=2), processes=1)
    return folder, import_collection(folder)


@pytest.fixture
def store(store, films):
    store.data_sets.add("films", *films, by="guest")
    return store


def queued(store, options=OPTIONS):
    return queue_reproduction(store, plan_reproduction(store, "films", options), by="guest")


def test_all_eight_are_planned_before_anything_is_written(store):
    plan = plan_reproduction(store, "films", OPTIONS)
    assert [(one.protocol, one.recipe.preset.name) for one in plan.trainings] == [
        (protocol, name) for name in RECIPES for protocol in ("paper", "clean")
    ]
    for one in plan.trainings:
        images, _, classes = counts_of_first_fold(one.config, plan.source(one.protocol))
        assert classes == 3
        assert images == plan.images(one.protocol, "train")
        assert batches_per_epoch(images, one.config.batch_size, drop_last=one.config.drop_last) == images // 8
    assert store.jobs.list() == ()
    assert store.splits.list("films") == ()


def test_eight_trainings_on_two_splits_are_queued_however_often_it_is_asked(store):
    first, second = queued(store), queued(store)
    assert first == second
    jobs = store.jobs.list(JobFilter(kind="training"))
    assert len(jobs) == len(first.jobs) == 8
    splits = {store.splits.get("films", job.split).by for job in jobs}
    assert splits == {"paper", "patient"}
    by_protocol = {
        protocol: {store.splits.get("films", job.split).by for (of, _), job in first.jobs.items() if of == protocol}
        for protocol in ("paper", "clean")
    }
    assert by_protocol == {"paper": {"paper"}, "clean": {"patient"}}


def test_other_options_are_another_reproduction_and_the_latest_comes_first(store):
    first = queued(store)
    second = queued(store, PaperOptions(epochs=1, batch_size=8, image_size=64, pretrained=("squeezenet1_1",)))
    assert list(reproductions(store, "films")) == [second.group, first.group]
    assert second.options.pretrained == ("squeezenet1_1",)
    assert first.options == OPTIONS


def test_a_second_try_takes_the_place_of_what_it_tries_again(store):
    found = queued(store)
    place, job = next(iter(found.jobs.items()))
    store.jobs.cancel(job.id, by="guest")
    again = store.jobs.retry(job.id, by="guest")
    assert reproductions(store, "films")[found.group].jobs[place].id == again.id


def test_a_whole_reproduction_lacks_nothing_and_is_not_finished_before_its_jobs_are(store):
    found = queued(store)
    assert found.missing == 0
    assert not found.is_finished
    for job in found.jobs.values():
        store.jobs.cancel(job.id, by="guest")
    assert reproductions(store, "films")[found.group].is_finished


def test_other_jobs_are_no_reproduction(store):
    assert reproductions(store, "films") == {}


def test_a_data_set_that_is_too_small_to_split_says_so(store, tmp_path):
    write_phantoms(tmp_path / "few", PhantomOptions(patients=3, pitch_mm=2), processes=1)
    store.data_sets.add("few", tmp_path / "few", import_collection(tmp_path / "few"), by="guest")
    with pytest.raises(DatasetError):
        plan_reproduction(store, "few", OPTIONS)
