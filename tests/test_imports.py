"""Light parts load no torch."""

import subprocess
import sys
from pathlib import Path

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


def test_no_page_loads_what_only_jobs_and_rare_files_need():
    folder = Path(__file__).parents[1] / "mammo" / "ui"
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    heavy = {"torch", "pandas", "scipy", "sklearn", "pydicom", "matplotlib", "alembic"}
    imports = "\n".join(f"import mammo.ui.{name}" for name in names)
    code = f"import sys\n{imports}\nprint(*{heavy} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert len(names) > 50
    assert told.split() == []


def test_the_first_visitor_waits_for_few_imports():
    """What the server has loaded holds nearly all that a page needs, and nothing that asks for a running server."""
    code = """
import sys
from importlib import import_module
from mammo.ui.server import LOADED
for name in LOADED:
    import_module(name)
print(*(name for name in sys.modules if name.startswith("mammo.ui.")))
before = set(sys.modules)
import mammo.ui.frame, mammo.ui.job_table, mammo.ui.data_set_tiles, mammo.ui.jobs_now
print(*(name for name in set(sys.modules) - before if not name.startswith("mammo.")))
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
    assert told[0].split() == ["mammo.ui.server"]
    assert len(told[1].split()) < 20
