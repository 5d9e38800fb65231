"""Light parts load no torch."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "modules",
    [
        "mammo.enhancement, mammo.ui.widgets",
        "mammo.store, mammo.datasets.importing",
        "mammo.models, mammo.explanation",
        "mammo.jobs.planning, mammo.ui.cache",
    ],
)
def test_light_parts_do_not_load_torch(modules):
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
