"""Growth is told by the time of one image and by the memory that the kernel counts."""

import os
import resource

import pytest

from benchmarks import growth
from benchmarks._frame import Row


def test_memory_is_the_kernel_s_own_figure():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert growth._megabytes(os.getpid(), "VmHWM") == pytest.approx(most, rel=0.1)
    assert 0 < growth._megabytes(os.getpid(), "RssAnon") < most


def test_growth_is_taken_round_by_round_over_the_smallest_set():
    rows = [
        Row("preparing, 10 images", "time of one image", 2.0, "ms", (2.0, 4.0, 1.0)),
        Row("preparing, 40 images", "time of one image", 3.0, "ms", (3.0, 4.0, 2.0)),
    ]
    found = growth._ratio(rows, [10, 40], 1, "preparing", growth._TIME)
    assert (found.case, found.rounds, found.value, found.goal) == ("preparing, 40 / 10", (1.5, 1.0, 2.0), 1.5, 1.15)
