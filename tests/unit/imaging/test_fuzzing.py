"""Changed, cut and mixed files end in a picture or in a sentence, never in anything else (R18, R19, B30)."""

import json
import subprocess
import sys

import pytest


@pytest.fixture
def fuzzed(tmp_path):
    """Tells what became of the files, by code; the process is a limited one of its own, so that a crash is seen too."""

    def run(seconds, seed):
        kept = tmp_path / "under-test"
        command = [sys.executable, "-m", "tests.corpus.fuzz", str(seconds), str(seed), str(kept)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=4 * seconds + 60, check=False)
        assert done.returncode == 0, f"ended by {done.returncode} at {kept}: {done.stderr[-4000:]}"
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.slow
def test_nothing_but_sentences_with_a_code_escapes_for_some_seconds(fuzzed):
    found = fuzzed(12, 1)
    assert found["files"] > 200
    assert {"read", "corrupt", "truncated"} <= found["codes"].keys()


@pytest.mark.long
def test_nothing_but_sentences_with_a_code_escapes_for_ten_minutes(fuzzed):
    found = fuzzed(600, 1_000_000)
    assert found["files"] > 20_000
    assert found["codes"]["read"] > 1_000, "files that are still read are among them"
