import json

import pytest

from mammo.training.kept_sizes import shapes_at, sizes_kept
from mammo.training.network_size import NetworkShape, NetworkSize

SHAPE, OTHER = NetworkShape("small", 128, 3, head_relu=True), NetworkShape("alexnet", 227, 3, head_relu=False)


class Counter:
    """Counts, and remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, shapes):
        self.asked.append(list(shapes))
        return {shape: NetworkSize(shape.image_size, 1, 4, 2.5, 3) for shape in shapes}


@pytest.fixture
def count():
    return Counter()


def test_what_was_counted_once_is_read_the_next_time(tmp_path, count):
    first = sizes_kept(tmp_path, [SHAPE], count)
    assert sizes_kept(tmp_path, [SHAPE], count) == first == {SHAPE: NetworkSize(128, 1, 4, 2.5, 3)}
    assert count.asked == [[SHAPE]]


def test_only_what_is_missing_is_counted(tmp_path, count):
    sizes_kept(tmp_path, [SHAPE], count)
    assert sizes_kept(tmp_path, [SHAPE, OTHER], count).keys() == {SHAPE, OTHER}
    assert count.asked == [[SHAPE], [OTHER]]


@pytest.mark.parametrize("content", ["", "[]", '{"code": "another", "sizes": []}', '{"code": 1}'])
def test_a_damaged_file_or_one_of_other_code_counts_for_nothing(tmp_path, count, content):
    (tmp_path / "network_sizes.json").write_text(content)
    sizes_kept(tmp_path, [SHAPE], count)
    assert count.asked == [[SHAPE]]
    assert json.loads((tmp_path / "network_sizes.json").read_text())["sizes"]


def test_without_room_for_the_file_sizes_are_still_told(tmp_path, count):
    assert sizes_kept(tmp_path / "missing", [SHAPE], count).keys() == {SHAPE}


def test_models_that_need_larger_images_are_left_out():
    sizes = {shape.model for shape in shapes_at(32, 3, True)}
    assert "small" in sizes
    assert "alexnet" not in sizes
