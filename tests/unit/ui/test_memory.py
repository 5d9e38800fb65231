import gc
import weakref

import pytest

from mammo.ui import memory


@pytest.fixture(autouse=True)
def thawed():
    yield
    memory._set_apart.clear()
    gc.unfreeze()


def test_what_stays_for_good_is_set_apart_once():
    memory.settle()
    apart = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]
    memory.settle()
    assert gc.get_freeze_count() <= apart
    assert apart > 10_000
    assert len(kept) == 1000


def test_garbage_is_collected_before_the_rest_is_set_apart():
    class Circle:
        pass

    circle = Circle()
    circle.itself = circle
    seen = weakref.ref(circle)
    del circle
    memory.settle()
    assert seen() is None
