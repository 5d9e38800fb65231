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
        "mammo.ui.data_set_import, mammo.ui.data_set_import_status, mammo.ui.data_set_woman, mammo.ui.data_set_audits",
        "mammo.ui.results_view, mammo.ui.predict_view, mammo.prediction.client",
        "mammo.jobs.kinds, mammo.jobs.worker, mammo.commands.serve",
        "mammo.ui.data_set_tiles, mammo.ui.jobs_now, mammo.ui.next_step, mammo.jobs.archive_import",
    ],
)
def test_light_parts_do_not_load_torch(modules):
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
