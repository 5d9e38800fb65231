"""A large block that was freed and is asked for again costs no new pages."""

import os
import subprocess
import sys

_FAULTS = """
import resource, sys
import numpy as np
from mammo.training.resident_memory import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
before = 0
for _ in range(20):
    np.ones(32 << 20, np.uint8)
    before = before or resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _page_faults(how):
    small_pages = {**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0"}
    command = [sys.executable, "-c", _FAULTS, how]
    done = subprocess.run(command, env=small_pages, capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


def test_freed_blocks_are_taken_again_without_a_page_fault():
    assert _page_faults("kept") < 100
    assert _page_faults("given back") > 1000
