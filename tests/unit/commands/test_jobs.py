"""Jobs at the terminal: queued, watched, changed; refused in one sentence with nothing half made."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mammo.commands import app
from mammo.config import settings
from mammo.datasets import Sample
from mammo.datasets.importing import ImportResult, fingerprint_of
from mammo.store import Failure, NewJob, Worker

WORKER = Worker("worker-1", 4711, "boot-1", 12.5)
TRAIN = ["train", "--dataset", "films", "--preset", "demo", "--queue"]


@pytest.fixture
def mammo():
    """A command; its JSON, or else what it says: on stdout where it succeeds, on stderr where not."""

    def call(*arguments, code=0):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.stderr or result.exception
        if code:
            assert result.stdout == ""
            return result.stderr
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return call


@pytest.fixture
def films(store, tmp_path):
    """A data set of 60 films of 30 women, of which the database alone knows."""
    samples = tuple(
        Sample(
            id=f"{number:02}.png",
            path=tmp_path / f"{number:02}.png",
            patient_id=f"p{number // 2}",
            labels=dict.fromkeys(("case", "breast", "visible"), ("normal", "malignant")[number // 2 % 2]),
            sha256=f"{number:064x}",
            width_px=256,
            height_px=512,
            bits=8,
        )
        for number in range(60)
    )
    imported = ImportResult("folder_of_classes", samples, (), (), fingerprint_of(samples))
    store.data_sets.add("films", tmp_path, imported, by="anna")
    return "films"


@pytest.fixture
def queued(store):
    """Numbers of three jobs in the queue."""
    return [store.jobs.submit(NewJob("phantoms", {"name": f"n{n}", "patients": 5}, "anna")).id for n in range(3)]


def order(store):
    return [job.id for job in store.jobs.queue()]


def test_a_training_is_queued_at_once_and_told_how_to_watch(mammo, store, films):
    answer = mammo(*TRAIN, "--json")
    assert (answer["job"], answer["status"], answer["scores"]) == (1, "queued", {})
    job = store.jobs.get(1)
    assert (job.data_set, job.split, job.attempt) == (films, "patient-1", 0)
    said = mammo(*TRAIN)
    assert "Job 2 is queued, 1 job before it.\nIt is the same as job 1.\n" in said
    assert mammo("jobs", "show", 2, "--json")["same_as"] == 1
    assert "jobs log 2 --follow" in said


def test_a_script_that_sends_twice_makes_one_job(mammo, store, films):
    first, again = (mammo(*TRAIN, "--key", "night 1", "--json")["job"] for _ in range(2))
    assert (first, again, len(store.jobs.list())) == (1, 1, 1)
    refused = mammo(*TRAIN, "--key", "night 1", "--set", "epochs=2", code=2)
    assert "used for job 1, which is another training" in refused
    assert len(store.jobs.list()) == 1
    assert films


@pytest.mark.parametrize("key", ["", "a\nb", "k" * 201])
def test_a_key_that_is_none_is_refused(mammo, store, films, key):
    assert "1 to 200 printable characters" in mammo(*TRAIN, "--key", key, code=2)
    assert store.jobs.list() == ()


@pytest.mark.parametrize(
    "setting",
    [
        "learning_rate=0", "learning_rate=-1", "learning_rate=1e9", "learning_rate=nan", "batch_size=0", "batch_size=1",
        "batch_size=1000000", "epochs=0", "epochs=1000000000", "image_size=1", "image_size=20000", "seed=-1",
        "seed=18446744073709551616", "threads=999", "patience=-1", "weight_decay=inf", "label_smoothing=1.0",
        "folds=1", "model=magic", "optimizer=magic", "schedule=magic", "augmentation=magic", "enhancement=magic",
        "batch_size=64.5", "epochs=" + "(" * 5000, "augmentation={", "nonsense=1", "epochs=", "learning_rate=[1]",
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_trained_makes_no_job(mammo, store, films, setting):
    sentence = mammo(*TRAIN, "--set", setting, code=2)
    assert len(sentence.strip().splitlines()) == 1
    assert "Traceback" not in sentence
    assert (store.jobs.list(), store.splits.list(films)) == ((), ())


@pytest.mark.parametrize("change", [["--dataset", "gone"], ["--dataset", "films", "--split", "gone"]])
def test_a_training_on_data_that_are_gone_makes_no_job(mammo, store, films, change):
    assert "'gone'" in mammo("train", "--preset", "demo", "--queue", *change, code=2)
    assert (store.jobs.list(), store.splits.list(films)) == ((), ())


def test_jobs_are_filtered(mammo, store, queued):
    store.jobs.cancel(queued[0], by="anna")
    store.jobs.submit(NewJob("evaluation", {"job": 1}, "bert"))

    def listed(*arguments):
        return [job["id"] for job in mammo("jobs", "list", "--json", *arguments)["jobs"]]

    assert listed() == [4, 3, 2, 1]
    assert listed("--state", "cancelled") == [1]
    assert listed("--state", "cancelled", "--state", "queued", "--kind", "phantoms") == [3, 2, 1]
    assert listed("--owner", "bert") == [4]
    assert listed("--limit", "2") == [4, 3]
    assert "queued" in mammo("jobs", "list").splitlines()[0]
    assert "no state named 'done'; known are: queued" in mammo("jobs", "list", "--state", "done", code=2)


def test_a_waiting_job_is_paused_resumed_and_cancelled(mammo, store, queued):
    assert mammo("jobs", "pause", 2, "--reason", "lunch", "--json")["status"] == "paused"
    assert store.jobs.get(2).reason == "lunch"
    assert mammo("jobs", "resume", 2, "--queue", "--json")["status"] == "queued"
    assert "Job 2 is cancelled." in mammo("jobs", "cancel", 2)
    assert order(store) == [queued[0], queued[2]]


def test_a_working_job_is_asked(mammo, store, queued):
    store.jobs.start(queued[0], WORKER)
    assert "writes a checkpoint first" in mammo("jobs", "pause", queued[0])
    assert "ends it at the next safe point" in mammo("jobs", "cancel", queued[0])
    assert store.jobs.heartbeat(queued[0], 1) == "cancel"


def test_a_failed_job_says_why_and_is_tried_again_once(mammo, store, queued):
    store.jobs.start(queued[0], WORKER)
    store.jobs.fail(queued[0], 1, Failure("disk_full", "The disk is full.", "Make room."))
    shown = mammo("jobs", "show", queued[0], "--json")
    assert (shown["status"], shown["error"], shown["advice"]) == ("failed", "The disk is full.", "Make room.")
    assert "Make room." in mammo("jobs", "show", queued[0])
    again = [mammo("jobs", "retry", queued[0], "--json") for _ in range(2)]
    assert [(job["id"], job["status"], job["cloned_from"]) for job in again] == [(4, "queued", queued[0])] * 2


def test_a_job_at_work_tells_what_it_takes_and_whose_it_is(mammo, store, queued):
    store.jobs.start(queued[0], WORKER)
    usage = {"cpu_percent": 151.6, "memory_bytes": 1.46e9, "gpu_memory_bytes": 2e9}
    store.jobs.report_usage(queued[0], 1, usage)
    assert mammo("jobs", "show", queued[0], "--json")["usage"] == usage
    told = "anna's job takes 152 % of a core, 1.5 GB of memory, 2.0 GB of GPU memory."
    assert told in mammo("jobs", "show", queued[0])
    store.jobs.fail(queued[0], 1, Failure("bug", "No."))
    assert "takes" not in mammo("jobs", "show", queued[0])


def test_a_clone_has_the_changes_and_keeps_the_data(mammo, store, films):
    mammo(*TRAIN, "--set", "epochs=3")
    clone = mammo("jobs", "clone", 1, "--set", "seed=7", "--set", "optimizer=sgdm", "--json")
    assert (clone["id"], clone["status"], clone["cloned_from"], clone["data_set"]) == (2, "queued", 1, films)
    config = dict(store.jobs.get(1).config)
    assert store.jobs.get(2).config == {**config, "seed": 7, "optimizer": "sgdm"}


@pytest.mark.parametrize("setting", ["epochs=0", "nonsense=1", "model=magic", "folds=50"])
def test_a_clone_that_cannot_be_trained_is_not_made(mammo, store, films, setting):
    mammo(*TRAIN)
    assert len(mammo("jobs", "clone", 1, "--set", setting, code=2).strip().splitlines()) == 1
    assert (len(store.jobs.list()), len(store.splits.list(films))) == (1, 1)


def test_a_clone_of_another_kind_takes_only_settings_that_the_kind_has(mammo, store, queued):
    assert mammo("jobs", "clone", queued[0], "--set", "patients=9", "--json")["id"] == 4
    assert store.jobs.get(4).config == {"name": "n0", "patients": 9}
    refused = mammo("jobs", "clone", queued[0], "--set", "epochs=9", code=2)
    assert "no setting named 'epochs'; it has: name, patients" in refused


def test_the_queue_is_put_into_another_order(mammo, store, queued):
    first, second, third = queued
    assert f"Job {third} is queued, no jobs before it." in mammo("jobs", "move", third, "--first")
    assert order(store) == [third, first, second]
    mammo("jobs", "move", third, "--before", second, "--json")
    assert order(store) == [first, third, second]
    mammo("jobs", "move", first, "--last")
    assert order(store) == [third, second, first]
    assert mammo("jobs", "priority", first, "5", "--json")["priority"] == 5
    assert order(store) == [first, third, second]
    mammo("jobs", "priority", first, "--json", "--", "-5")
    assert order(store) == [third, second, first]


def test_a_log_is_shown(mammo, queued):
    assert "is queued and has no log yet" in mammo("jobs", "log", queued[0])
    folder = settings().job_dir(queued[0])
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes("epoch 1\nBrüste \xff\n".encode("latin-1"))
    assert mammo("jobs", "log", queued[0], "--json") == {"id": queued[0], "lines": ["epoch 1", "Br\ufffdste \ufffd"]}


def test_a_log_is_followed_to_the_end_of_its_job(mammo, store, queued):
    store.jobs.cancel(queued[0], by="anna")
    folder = settings().job_dir(queued[0])
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("drawing\nstopped\n")
    assert mammo("jobs", "log", queued[0], "--follow") == "drawing\nstopped\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", 99], "There is no job 99."),
        (["cancel", 99], "There is no job 99."),
        (["log", 99], "There is no job 99."),
        (["clone", 99], "There is no job 99."),
        (["move", 1, "--before", 99], "There is no job 99."),
        (["move", 1], "one of --before JOB, --first and --last"),
        (["move", 1, "--first", "--last"], "one of --before JOB, --first and --last"),
        (["resume", 1, "--queue"], "Job 1 is waiting in the queue; it cannot become queued."),
        (["retry", 1], "Job 1 is waiting in the queue; there is nothing to try again."),
        (["log", 1, "--follow", "--json"], "goes without --json"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_sentence(mammo, store, queued, arguments, words):
    before = store.jobs.list()
    sentence = mammo("jobs", *arguments, code=2)
    assert words in sentence
    assert len(sentence.strip().splitlines()) == 1
    assert store.jobs.list() == before


@pytest.mark.parametrize("action", ["cancel", "pause", "resume", "retry", "move", "priority"])
def test_an_ended_job_stays_as_it_is(mammo, store, queued, action):
    store.jobs.start(queued[0], WORKER)
    store.jobs.begin(queued[0], 1, {})
    store.jobs.finish(queued[0], 1, {})
    ended = store.jobs.get(queued[0])
    more = {"move": ["--last"], "priority": ["3"]}.get(action, [])
    assert "has already succeeded" in mammo("jobs", action, queued[0], *more, code=2)
    assert store.jobs.get(queued[0]) == ended
