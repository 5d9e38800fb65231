"""A large block that was freed and is asked for again costs no new pages, and lies on large ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_FAULTS = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from mammo.training.resident_memory import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
with ThreadPoolExecutor(1) as pool:
    apply = pool.map if sys.argv[2] == "thread" else map
    before = 0
    for _ in range(20):
        list(apply(np.ones, [32 << 20], [np.uint8]))
        before = before or resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

_ON_LARGE_PAGES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from mammo.training.resident_memory import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
with ThreadPoolExecutor(1) as pool:
    apply = pool.map if sys.argv[2] == "thread" else map
    blocks = list(apply(lambda _: np.ones(8 << 20, np.uint8), range(16)))
fields = dict(line.split(":") for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
print(int(fields["AnonHugePages"].split()[0]) >> 10)
"""
_UNTOLD = """
from pathlib import Path
from mammo.training import resident_memory

resident_memory._OVERCOMMIT = Path("/nowhere")
print(int(resident_memory.keep_freed_memory()))
"""
_SYSTEM = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def _said(program, how, who="main"):
    small_pages = {**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0"}
    command = [sys.executable, "-c", program, how, who]
    done = subprocess.run(command, env=small_pages, capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


@pytest.mark.parametrize("who", ["main", "thread"])
def test_freed_blocks_are_taken_again_without_a_page_fault(who):
    assert _said(_FAULTS, "kept", who) < 100
    assert _said(_FAULTS, "given back", who) > 1000


@pytest.mark.parametrize("who", ["main", "thread"])
def test_large_blocks_lie_on_large_pages_where_the_system_has_them_on_request(who):
    given = _SYSTEM.read_text() if _SYSTEM.exists() else "[never]"
    megabytes = _said(_ON_LARGE_PAGES, "kept", who)
    assert megabytes < 16 if "[never]" in given else megabytes > 64
    if "[madvise]" in given:
        assert _said(_ON_LARGE_PAGES, "given back", who) < 16


def test_where_the_system_does_not_tell_how_it_promises_memory_blocks_are_kept_all_the_same():
    assert _said(_UNTOLD, "kept") == 1
