import numpy as np
import pytest

from mammo.datasets.importing import import_collection
from mammo.errors import DatasetError
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.training.config import TrainingConfig
from mammo.training.items import placement_of, region_items
from mammo.training.procedure import TrainingFolders, TrainingSource, train_and_evaluate


class Silent:
    def metrics(self, rows): ...
    def progress(self, share, note): ...
    def checkpoint_kept(self): ...
    def should_stop(self):
        return False


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    root = tmp_path_factory.mktemp("phantoms")
    write_phantoms(root, PhantomOptions(patients=12, seed=3))
    return import_collection(root).samples


@pytest.fixture
def config():
    return TrainingConfig.of(
        {
            "model": "small",
            "weights": "none",
            "region": "lesion",
            "folds": 2,
            "image_size": 64,
            "epochs": 1,
            "batch_size": 4,
            "class_weights": "none",
            "threads": 1,
            "test_time_views": "any-direction",
        }
    )


def test_each_lesion_and_each_normal_film_is_one_item(samples, config):
    items = region_items(samples, "visible", placement_of(config))
    lesions = sum(len(sample.lesions) for sample in samples)
    normal = [sample for sample in samples if sample.labels["visible"] == "normal" and not sample.lesions]
    assert len(items) == lesions + len(normal)
    for item in items:
        assert len(item.turns()) == (8 if item.label == 0 else 1)
        assert item.turns()[0].id == item.id
        assert all(turn.sample is item.sample and turn.label == item.label for turn in item.turns())


def test_regions_are_trained_on_twice_and_tested_once_for_each_item(samples, config, tmp_path):
    folders = TrainingFolders(tmp_path / "job", tmp_path / "prepared", tmp_path / "weights")
    folders.job.mkdir()
    outcome = train_and_evaluate(config, TrainingSource(samples, {}, "visible"), folders, Silent())
    wanted = sorted(item.id for item in region_items(samples, "visible", placement_of(config)))
    for series in (outcome.predictions, outcome.control):
        tested = [one for one in series if one.part == "test"]
        assert sorted(id_ for one in tested for id_ in one.ids) == wanted
        assert all(np.isfinite(one.probabilities).all() for one in tested)


def test_a_data_set_without_outlined_lesions_is_refused(samples, config):
    healthy = [sample for sample in samples if not sample.lesions]
    with pytest.raises(DatasetError, match="no outlined lesions"):
        region_items(healthy, "visible", placement_of(config))
