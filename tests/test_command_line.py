"""The command line as scripts use it: one JSON object, one sentence, an exit code."""

from __future__ import annotations

import json
import os
import shutil
import zipfile

import pytest
from typer.testing import CliRunner

from mammo.commands import app
from mammo.phantoms import PhantomOptions, write_phantoms


@pytest.fixture
def mammo():
    def call(*arguments, code=0):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="mammo")
        assert result.exit_code == code, result.stderr or result.exception
        return json.loads(result.stdout) if "--json" in arguments and result.stdout else result.stderr

    return call


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Films of twelve women of the kind demo, which no test changes."""
    folder = tmp_path_factory.mktemp("drawn") / "films"
    write_phantoms(folder, PhantomOptions(patients=12))
    return folder


@pytest.fixture
def films(drawn, tmp_path):
    """The drawn films in this test's own folder."""
    return shutil.copytree(drawn, tmp_path / "films", copy_function=os.link)


@pytest.fixture
def phantoms(mammo, films):
    """The films, imported under the name films."""
    return mammo("datasets", "add", films, "--json")


SMALL = [
    "--preset", "demo", "--set", "epochs=1", "--set", "image_size=64", "--set", "batch_size=8", "--set", "threads=1",
]  # fmt: skip


def test_a_zip_is_added_with_what_stayed_in_it(mammo, phantoms, tmp_path):
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for film in sorted((tmp_path / "films").rglob("*CC.png"))[:6]:
            archive.write(film, f"{film.parent.parent.name}/{film.name}")
        archive.writestr("more.zip", b"")
    added = mammo("datasets", "add", packed, "--json")
    assert (added["name"], added["images"]) == ("packed", 6)
    assert [one["file"] for one in added["refused"]] == ["file 7.zip"]
    assert "already a data set named packed" in mammo("datasets", "add", packed, code=2)


@pytest.mark.slow
def test_the_whole_way_from_phantoms_to_an_explained_prediction(mammo, phantoms, tmp_path):
    assert (phantoms["images"], phantoms["patients"], phantoms["refused"]) == (48, 12, [])
    split = mammo("datasets", "split", "films", "--fractions", "0.4,0.3,0.3", "--json")
    assert split["patients_in_two_splits"] == 0
    trained = mammo("train", "--dataset", "films", "--split", split["name"], *SMALL, "--json")
    assert trained["status"] == "succeeded"
    assert trained["scores"]["balanced_accuracy"] == trained["scores"]["macro_recall"]
    assert sum(map(sum, trained["test"]["confusion"]["counts"])) == trained["test"]["n"]
    scored = mammo("evaluate", trained["job"], "--json")
    assert scored["scores"] == trained["scores"]
    film = next((tmp_path / "films").rglob("*LEFT_CC.png"))
    (tmp_path / "broken.png").write_bytes(b"")
    answer = mammo(
        "predict", trained["job"], film, tmp_path / "broken.png", "--out", tmp_path / "out", "--json", code=2
    )
    good, refused = answer["predictions"]
    assert sum(good["probabilities"].values()) == pytest.approx(1)
    assert (tmp_path / "out" / good["overlay"]).is_file()
    report = tmp_path / "out" / "report.html"
    assert "Research use only" in report.read_text()
    assert film.name not in report.read_text()
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")
    verified = mammo("verify", report, "--json")
    told = {one["check"] for one in verified["checks"] if verified["pass"]}
    assert told == {"seal", "words", "pixels", "answer", "picture", "heat map", "stability"}
    report.write_text(report.read_text().replace("<dt>Made at</dt><dd>2", "<dt>Made at</dt><dd>3"))
    assert not mammo("verify", report, "--json", code=2)["pass"]
    assert refused == {"file": "broken.png", "error": "broken.png is empty (0 bytes)."}
    taken = mammo("export", trained["job"], tmp_path / "job.zip", "--json")
    assert taken["bytes"] == (tmp_path / "job.zip").stat().st_size
    assert "already" in mammo("export", trained["job"], tmp_path / "job.zip", code=2)
    shown = mammo("jobs", "show", trained["job"], "--json")
    assert [event["to"] for event in shown["history"]] == ["starting", "running", "succeeded"]


def test_a_job_without_a_model_is_told_once_however_many_files_are_brought(mammo, phantoms, tmp_path):
    queued = mammo("train", "--dataset", phantoms["name"], *SMALL, "--queue", "--json")
    films = sorted((tmp_path / "films").rglob("*LEFT_CC.png"))[:3]
    told = mammo("predict", queued["job"], *films, code=2)
    assert told.count(f"Job {queued['job']} has no finished model. Resume it, or train again.") == 1


def test_a_folder_that_can_not_be_made_is_told_before_anything_is_judged(mammo, phantoms, tmp_path):
    queued = mammo("train", "--dataset", phantoms["name"], *SMALL, "--queue", "--json")
    (tmp_path / "taken").write_bytes(b"")
    told = mammo("predict", queued["job"], "film.png", "--out", tmp_path / "taken", code=2)
    assert "taken can't be made: File exists. Name another." in told
    assert "films is a folder; judge all that lies in it with --batch." in mammo(
        "predict", queued["job"], tmp_path / "films", code=2
    )


def test_a_plan_starts_no_job(mammo, phantoms):
    plan = mammo("train", "--dataset", "films", *SMALL, "--set", "folds=2", "--dry-run", "--json")["plan"]
    assert plan["iterations"] == plan["iterations_per_epoch"]
    assert plan["seconds"] > 0
    assert plan["seconds_known"].startswith("by a few steps taken on this machine")
    nowhere = mammo("train", "--dataset", "films", *SMALL, "--set", "weights=nowhere.safetensors", "--dry-run", code=2)
    assert nowhere.startswith("There is no weights file nowhere.safetensors.")
    assert mammo("jobs", "list", "--json") == {"jobs": []}
    assert phantoms["name"] == "films"


def test_a_folder_given_by_the_way_up_is_found_when_where_it_was_given_is_gone(mammo, films, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    assert mammo("datasets", "add", f"../{films.name}", "--json")["name"] == "films"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").rmdir()
    mammo("train", "--dataset", "films", *SMALL)


def test_adding_again_changes_nothing(mammo, phantoms, tmp_path):
    assert mammo("datasets", "add", tmp_path / "films", "--json")["fingerprint"] == phantoms["fingerprint"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["datasets", "add", "nowhere"], "does not exist"),
        (["datasets", "show", "nothing"], "no data set named 'nothing'"),
        (["train", "--dataset", "nothing"], "no data set named 'nothing'"),
        (["train", "--dataset", "nothing", "--preset", "best"], "no training preset named 'best'"),
        (["train", "--dataset", "nothing", "--set", "epochs=0"], "epochs"),
        (["train", "--dataset", "nothing", "--set", "epochs"], "KEY=VALUE"),
        (["evaluate", "7"], "no job"),
        (["export", "7", "job.zip"], "no job"),
        (["export", "7", "nowhere/job.zip"], "does not exist"),
        (["predict", "7", "a.png", "--cam", "magic"], "no CAM method named 'magic'"),
        (["phantoms", "here", "--patients", "1"], "number of women"),
        (["phantoms", "here", "--patients", "nan"], "'--patients': Input should be a valid integer"),
        (["phantoms"], "Missing argument 'path'. `mammo phantoms --help` tells more."),
        (["datasets", "split", "nothing", "--seed", "-1"], "'--seed': Input should be greater than or equal to 0"),
        (["jobs", "show", "x"], "'job_id': Input should be a valid integer"),
        (["train"], "Missing option '--dataset'."),
        (["train", "--epochs", "3"], "No such option: --epochs"),
        (["nonsense"], "No such command 'nonsense'. `mammo --help` tells more."),
        (["predict", "7", "--batch", "nowhere"], "nowhere does not exist"),
        (["datasets", "split", "nothing", "--fractions", "1,2"], "no data set"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_input_is_one_sentence_and_exit_code_2(mammo, arguments, words):
    sentence = mammo(*arguments, code=2)
    assert words.lower() in sentence.lower()
    assert "Traceback" not in sentence
    assert len(sentence.strip().splitlines()) == 1


def test_a_name_that_fits_no_path_is_refused_before_any_film_is_read(mammo, tmp_path):
    mammo("phantoms", tmp_path / "films", "--patients", 3)
    sentence = mammo("datasets", "add", tmp_path / "films", "--name", "../films", code=2)
    assert "can't be the name of a data set" in sentence
    assert "Images read" not in sentence


@pytest.mark.parametrize("command", ["presets", "models", "methods", "doctor"])
def test_what_there_is_is_told_as_json(mammo, command):
    assert mammo(command, "--json")


@pytest.mark.shared
def test_real_films_come_in_as_they_were_counted(mammo, shared):
    dev = mammo("datasets", "add", shared / "data" / "mias-dev", "--labels", "labels.csv", "--json")
    assert (dev["images"], dev["patients"]) == (224, 112)
    assert dev["classes"] == {"normal": 144, "benign": 44, "malignant": 36}
    native = mammo("datasets", "add", shared / "data" / "mias-native", "--json")
    assert (native["images"], native["patients"], native["refused"]) == (12, 6, [])


def test_a_check_of_a_data_set_looks_for_shortcuts_and_says_why_it_can_not(mammo, phantoms):
    checked = mammo("datasets", "check", phantoms["name"], "--json")
    assert {one["probe"]: one["light"] for one in checked["shortcuts"]["probes"]} == dict.fromkeys(
        ("scanner", "border", "size", "file"), "unknown"
    )
    assert "12 women are too few, 20 are needed" in checked["shortcuts"]["probes"][0]["sentence"]


@pytest.mark.slow
def test_trainings_of_several_seeds_are_scored_as_one_mean(mammo, phantoms):
    assert phantoms["name"] == "films"
    regions = [*SMALL, "--set", "region=lesion", "--set", "folds=2"]
    first, second = (
        mammo("train", "--dataset", "films", *regions, "--set", f"seed={seed}", "--json") for seed in (0, 1)
    )
    mean = mammo("evaluate", first["job"], second["job"], "--json")
    values = [one["scores"]["auc_abnormal"]["value"] for one in (first, second)]
    controls = [one["position_control"]["scores"]["auc_abnormal"]["value"] for one in (first, second)]
    assert mean["scores"]["auc_abnormal"]["value"] == pytest.approx(sum(values) / 2)
    assert mean["position_control"]["auc_abnormal"]["value"] == pytest.approx(sum(controls) / 2)
    assert mean["scores"]["auc_abnormal"]["low"] < mean["scores"]["auc_abnormal"]["high"]
    assert "position, not disease" in mean["sentences"][0]
    other = mammo("train", "--dataset", "films", *regions, "--set", "seed=2", "--set", "learning_rate=0.1", "--json")
    refused = mammo("evaluate", first["job"], other["job"], code=2)
    assert "differ in learning_rate" in refused
