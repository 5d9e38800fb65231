"""Trainings whose checkpoints, folders, disk, memory, numbers or images fail them."""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from mammo.store import JobState
from mammo.training.checkpoint import CheckpointShelf
from tests.faults.server import FINISH, ROOT

pytestmark = pytest.mark.slow

#: Loaded by a job's process before anything else: a device whose memory holds so many images of a step.
SMALL_MEMORY = """
import sys
if "mammo.jobs.child" in sys.orig_argv:
    import torch
    from mammo.training import feeding
    to_input = feeding.to_input

    def to_small_memory(images, *arguments):
        if len(images) > {images}:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return to_input(images, *arguments)

    feeding.to_input = to_small_memory
"""


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def laid_down(server):
    """A training that waits with two checkpoints to go on from, since its worker was told to end; and another job.

    F04: the last checkpoint holds the last step that was made; no other job was taken.
    """
    number, worker = server.disturbed(count=20)
    other = server.submit_idling()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=35)
    assert worker.returncode == 0
    assert [server.job(one).state for one in (number, other)] == [JobState.QUEUED] * 2
    last_step = max(row.step for row in server.store.jobs.metrics(number))
    assert [one.name for one in server.generations_of(number)][1:] == [f"step-{last_step:09d}"]
    return number


def checkpoints(server, number):
    return server.settings.job_dir(number) / "checkpoints"


def finish_with_two(server):
    for worker in [server.start(*FINISH) for _ in range(2)]:
        worker.communicate(timeout=300)
        assert worker.returncode == 0


@pytest.fixture(scope="module")
def jobs(films):
    """One job of each kind of damage, all carried out; meanwhile one film was away."""
    damaged = laid_down(films)
    hopeless, blocked = films.submit(), films.submit()
    shutil.copytree(checkpoints(films, damaged), checkpoints(films, hopeless))
    flip_a_bit(films.generations_of(damaged)[-1] / "weights.safetensors")
    for generation in films.generations_of(hopeless):
        flip_a_bit(generation / "weights.safetensors")
    films.settings.job_dir(blocked).mkdir(parents=True)
    checkpoints(films, blocked).write_text("in the way")
    wild = {"optimizer": "sgdm", "learning_rate": 1.0, "head_learning_rate_factor": 1000.0, "epochs": 40}
    diverging = films.submit(**wild, checkpoint_every=1, selection="best")
    unprepared = films.submit("preparation", image_size=72)
    film = films.store.data_sets.samples("films")[0].path
    film.rename(film.with_suffix(".hidden"))
    finish_with_two(films)
    film.with_suffix(".hidden").rename(film)
    numbers = {"damaged": damaged, "hopeless": hopeless, "blocked": blocked, "diverging": diverging}
    return SimpleNamespace(**numbers, unprepared=unprepared, film=film.name)


def test_a_damaged_checkpoint_is_said_and_the_one_before_goes_on(server, jobs):
    """F04, F18: told to end and gone on from the last but one, the job completes, bit for bit as undisturbed."""
    assert server.job(jobs.damaged).state == JobState.SUCCEEDED
    assert server.job(jobs.damaged).progress_before > 0
    assert any("Went on from the one before" in note for note in server.job(jobs.damaged).result["notes"])
    assert server.left_by(jobs.damaged)[:2] == server.left_by(1)[:2]


def test_a_job_without_a_whole_checkpoint_fails_once_with_advice(server, jobs):
    """F19: it is not started again and again."""
    job = server.job(jobs.hopeless)
    assert (job.state, job.failure_kind, job.attempt) == (JobState.FAILED, "checkpoint", 1)
    assert "No checkpoint of this job is whole" in job.failure
    assert "clone the job to start afresh" in job.advice


def test_a_checkpoint_that_cannot_be_written_fails_the_job_loudly(server, jobs):
    """F20: a file lies where the folder should be, which stops root too; nothing counts as saved."""
    job = server.job(jobs.blocked)
    assert (job.state, job.failure_kind, job.attempt) == (JobState.FAILED, "checkpoint", 1)
    assert "could not be written" in job.failure
    assert "See that the job's folder can be written" in job.advice
    assert checkpoints(server, jobs.blocked).read_text() == "in the way"
    assert not (server.settings.job_dir(jobs.blocked) / "models").exists()


def test_a_loss_that_is_not_finite_ends_the_job_with_advice(server, jobs):
    """F27: told with its step; what is kept is finite, the best one too, and no model is made of it."""
    job, shelf = server.job(jobs.diverging), CheckpointShelf(checkpoints(server, jobs.diverging) / "fold-0")
    assert (job.state, job.failure_kind) == (JobState.FAILED, "nan_loss")
    assert "ten times smaller" in job.advice
    kept, problems = shelf.latest()
    assert problems == []
    assert f"at step {kept.facts['step'] + 1} (learning rate" in job.failure
    best = list(shelf.folder.glob("best-*"))
    assert all(bool(tensor.isfinite().all()) for _ in best for tensor in shelf.best().weights.values())
    assert not (server.settings.job_dir(jobs.diverging) / "models").exists()
    assert "Traceback" not in server.log_of(jobs.diverging)


def test_a_removed_film_fails_what_is_to_be_prepared_and_not_what_is(server, jobs):
    """F29: named; a job whose prepared array exists is unaffected and says so."""
    assert any(f"no longer at their place: 1, {jobs.film}" in note for note in server.job(jobs.damaged).result["notes"])
    assert_failed_naming(server.job(jobs.unprepared), jobs.film, "no longer at its place")


@pytest.mark.long
def test_a_changed_film_fails_what_is_to_be_prepared(server):
    """F29: a picture with other bytes under the same name is not learnt from."""
    film = server.store.data_sets.samples("films")[0].path
    content = film.read_bytes()
    film.write_bytes(content + b"more")
    number = server.submit("preparation", image_size=80)
    server.finished(*FINISH)
    film.write_bytes(content)
    assert_failed_naming(server.job(number), film.name, "has changed since it was imported")


def assert_failed_naming(job, film, words):
    assert (job.state, job.failure_kind) == (JobState.FAILED, "source_missing")
    assert film in job.failure
    assert words in job.failure
    assert job.advice


@pytest.fixture
def small_disk(tmp_path):
    """Gives a folder a disk of its own of one megabyte that can grow; afterwards the files lie there without it."""

    @contextmanager
    def under(folder):
        folder.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
            pytest.skip("only who may mount a file system can make a small disk")
        try:
            yield lambda: subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
            shutil.copytree(folder, tmp_path / "kept")
        finally:
            subprocess.run(["umount", folder], check=True)
        shutil.copytree(tmp_path / "kept", folder, dirs_exist_ok=True)

    return under


@pytest.mark.long
def test_a_disk_that_fills_amid_a_training_pauses_it_until_there_is_room(server, small_disk):
    """F21, at the second checkpoint: the first one is kept, and goes on when the disk has grown."""
    number = server.submit()
    with small_disk(server.settings.job_dir(number)) as grow:
        server.finished(*FINISH)
        assert (server.job(number).state, server.job(number).attempt) == (JobState.PAUSED, 1)
        assert "the disk is full" in server.job(number).reason
        assert "Make room" in server.job(number).reason
        assert len(server.generations_of(number)) == 1
        grow()
        server.store.jobs.resume(number, by="tester")
        server.finished(*FINISH)
    assert server.job(number).progress_before > 0
    assert server.left_by(number) == server.left_by(1)


@pytest.mark.parametrize(
    ("images", "state", "words"),
    [
        pytest.param(4, JobState.SUCCEEDED, "added up over 2 parts. The effective batch is 8", id="half a batch"),
        pytest.param(
            3, JobState.FAILED, "does not hold a batch of 8 in 2 parts", id="less than half", marks=pytest.mark.long
        ),
    ],
)
def test_a_device_with_too_little_memory(server, tmp_path, images, state, words):
    """F23, simulated: one retry with half the micro-batch, said; or a failure with the numbers. The next job runs."""
    (tmp_path / "sitecustomize.py").write_text(SMALL_MEMORY.format(images=images))
    number, following = server.submit(), server.submit_phantoms(3)
    worker = server.start(*FINISH, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    worker.communicate(timeout=120)
    job = server.job(number)
    assert (job.state, job.attempt) == (state, 1)
    assert any(words in text for text in [job.failure or "", *(job.result or {}).get("notes", [])])
    assert job.failure_kind in {None, "out_of_memory"}
    assert server.job(following).state == JobState.SUCCEEDED
