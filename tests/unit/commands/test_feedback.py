"""Opinions at the terminal."""

import getpass
import json

import pytest
from typer.testing import CliRunner

from mammo.commands import app
from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import NewJob, NewOpinion, open_store


@pytest.fixture
def judged(tmp_path):
    """Films of three women, two of one of them judged by anna; the SHA-256 of those."""
    write_phantoms(tmp_path / "films", PhantomOptions(patients=3, pitch_mm=2), processes=1)
    store = open_store(settings())
    store.data_sets.add("films", tmp_path / "films", import_collection(tmp_path / "films"), by=getpass.getuser())
    job = store.jobs.submit(NewJob("training", {}, "anna", "films")).id
    images = [one.sha256 for one in store.data_sets.samples("films")[:2]]
    store.opinions.give(NewOpinion(images[0], job, "anna", "agree", "benign"))
    store.opinions.give(NewOpinion(images[1], job, "anna", "disagree", "benign", "malignant", "*Dense*\ncenter"))
    store.close()
    return images


def called(*arguments):
    return CliRunner().invoke(app, ["feedback", *map(str, arguments)])


def test_opinions_are_listed_for_people_and_machines(judged):
    told = json.loads(called("list", "--json").stdout)["opinions"]
    assert [(one["image"], one["verdict"], one["label"]) for one in told] == [
        (judged[1], "disagree", "malignant"),
        (judged[0], "agree", "benign"),
    ]
    lines = called("list").stdout.splitlines()
    assert lines[0].endswith("anna disagrees with benign, holds malignant right: *Dense* center")
    assert lines[1].endswith("anna agrees with benign")
    assert called("list", "--person", "bert").stdout == "No opinion.\n"


def test_what_is_exported_can_be_added_at_once(judged, tmp_path):
    told = json.loads(called("export", tmp_path / "out", "--json").stdout)
    assert (told["images"], told["patients"], told["classes"]) == (2, 1, {"benign": 1, "malignant": 1})
    added = CliRunner().invoke(app, ["datasets", "add", str(tmp_path / "out"), "--labels", "labels.csv", "--json"])
    assert json.loads(added.stdout)["classes"] == {"benign": 1, "malignant": 1}


def test_where_there_is_no_opinion_or_picture_one_sentence_says_so(tmp_path):
    done = called("export", tmp_path / "out")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        2,
        "There are no opinions yet. Give some on Predict, or in the worklist of Results.",
    )
    assert called("remove", "0" * 64).exit_code == 2
