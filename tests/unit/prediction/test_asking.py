"""The prediction process, real: started, asked over its socket, away, asked by strangers."""

import os
import subprocess
import sys
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import cv2
import numpy as np
import pytest

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.errors import MammoError
from mammo.evaluation.lessons import learnt
from mammo.evaluation.predictions import Predictions
from mammo.inference import load_models, probabilities_of_items
from mammo.packing import pack, unpack
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.prediction.client import ask, ask_stability, is_there
from mammo.prediction.lessons_file import write_lessons
from mammo.prediction.wire import NoMammogramError, Question, secret, socket_path
from mammo.training.items import placement_of, region_items
from mammo.training.presets import PRESETS
from mammo.training.procedure import TrainingFolders, TrainingSource, train_and_evaluate

ROOT = Path(__file__).parents[3]
SAID = "said.txt"  # in its home: what the process wrote to stderr


class Silent:
    def metrics(self, rows): ...
    def progress(self, share, note): ...
    def checkpoint_kept(self): ...
    def should_stop(self):
        return False


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A home with the model of job 1, its films, and the prediction process beside it."""
    home, films = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data") / "films"
    write_phantoms(films, PhantomOptions(patients=12), processes=1)
    samples = import_collection(films).samples
    split = split_samples(samples, by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    config = PRESETS["demo"].config({"epochs": 1, "image_size": 64, "batch_size": 8, "threads": 1})
    where = settings({"MAMMO_HOME": str(home)})
    where.job_dir(1).mkdir(parents=True)
    folders = TrainingFolders(where.job_dir(1), where.prepared_dir, where.weights_dir)
    assert train_and_evaluate(config, TrainingSource(samples, split.assignment, "case"), folders, Silent()).completed
    environment = {**os.environ, "MAMMO_HOME": str(home), "OMP_NUM_THREADS": "1", "OMP_DISPLAY_ENV": "TRUE"}
    environment.pop("OMP_WAIT_POLICY", None)
    with (home / SAID).open("wb") as said:
        command = [sys.executable, "-m", "mammo", "predictor"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=said)
    deadline = time.monotonic() + 60
    while not socket_path(where).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield where, samples
    process.kill()
    process.wait()
    socket_path(where).unlink(missing_ok=True)


def decoded(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.slow
def test_a_film_and_the_same_file_uploaded_get_the_same_answer(installation):
    where, samples = installation
    path = samples[0].path
    by_path = ask(where, Question(1, path.name, path=str(path)))
    uploaded = ask(where, Question(1, "Image 1"), path.read_bytes())
    assert by_path.probabilities == uploaded.probabilities
    assert sum(by_path.probabilities.values()) == pytest.approx(1)
    assert by_path.label == max(by_path.probabilities, key=by_path.probabilities.get)
    assert decoded(by_path.picture).shape == decoded(by_path.heatmap).shape
    assert decoded(by_path.network_input).shape == (64, 64)
    assert len(by_path.weights_sha256) == 64


@pytest.mark.slow
def test_its_threads_give_their_core_away_while_they_wait(installation):
    where, samples = installation
    ask(where, Question(1, "a", path=str(samples[0].path)))
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in (where.home / SAID).read_text()


@pytest.mark.slow
def test_another_class_is_explained_and_no_heat_map_is_made_where_none_is_wanted(installation):
    where, samples = installation
    path = str(samples[0].path)
    label = ask(where, Question(1, "a", path=path)).label
    other = next(name for name in ("normal", "benign", "malignant") if name != label)
    assert ask(where, Question(1, "a", path=path, explained_label=other)).explained_label == other
    assert ask(where, Question(1, "a", path=path, method=None)).heatmap == b""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "picture", "words"),
    [
        (Question(1, "Image 1"), b"this is no picture at all", "Image 1"),
        (Question(7, "Image 1"), b"", "no finished model"),
        (Question(1, "Image 1", explained_label="cyst"), None, "knows no class 'cyst'"),
        (Question(1, "Image 1", method="tarot"), None, "tarot"),
    ],
)
def test_what_can_not_be_answered_is_one_sentence(installation, question, picture, words):
    where, samples = installation
    with pytest.raises(MammoError, match=words):
        ask(where, question, samples[0].path.read_bytes() if picture is None else picture)


@pytest.mark.slow
def test_a_square_of_a_film_is_judged_as_training_judges_it(installation):
    where, samples = installation
    config = PRESETS["demo"].config({"epochs": 1, "image_size": 64, "threads": 1, "region": "lesion"})
    split = split_samples(samples, by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    where.job_dir(2).mkdir(parents=True)
    folders = TrainingFolders(where.job_dir(2), where.prepared_dir, where.weights_dir)
    assert train_and_evaluate(config, TrainingSource(samples, split.assignment, "case"), folders, Silent()).completed
    item = region_items(samples, "case", placement_of(config))[0]
    square = (item.region.center_x_px, item.region.center_y_px, item.region.side_px)
    answer = ask(where, Question(2, "a", path=str(item.sample.path), square=square))
    expected = probabilities_of_items(load_models(where.job_dir(2)), [item], where.prepared_dir)[0]
    assert list(answer.probabilities.values()) == pytest.approx(expected, abs=1e-6)
    assert decoded(answer.picture).shape == (round(square[2]), round(square[2]))
    assert not answer.is_whole
    with pytest.raises(MammoError, match="judges regions around lesions"):
        ask(where, Question(2, "a", path=str(item.sample.path)))


@pytest.mark.slow
def test_a_picture_that_is_no_mammogram_gets_no_answer_unless_it_must_and_is_shown_with_the_reason(installation):
    where, _ = installation
    noise = np.random.default_rng(0).integers(0, 255, (300, 240), np.uint8)
    content = bytes(cv2.imencode(".png", noise)[1])
    with pytest.raises(NoMammogramError, match="No prediction was made") as raised:
        ask(where, Question(1, "Image 1"), content)
    assert decoded(raised.value.picture).shape == (300, 240)
    assert ask(where, Question(1, "Image 1", must_answer=True), content).doubt.endswith("worth nothing.")


@pytest.mark.slow
def test_an_answer_is_asked_again_under_small_changes_by_what_the_network_was_fed(installation):
    where, samples = installation
    answer = ask(where, Question(1, "a", path=str(samples[0].path)))
    found = ask_stability(where, 1, answer.network_input)
    assert found.changes >= 14
    assert found.lowest <= max(answer.probabilities.values()) + 1e-6 <= found.highest + 2e-6
    with pytest.raises(MammoError, match="judges pictures of 64 x 64"):
        ask_stability(where, 1, answer.picture)


@pytest.mark.slow
def test_what_validation_taught_comes_with_the_answer_once_it_is_kept(installation):
    where, samples = installation
    question = Question(1, "a", path=str(samples[0].path))
    assert ask(where, question).qualified is None
    truth = np.arange(60) % 3
    rows = np.full((60, 3), 0.2) + 0.4 * np.eye(3)[truth]
    validation = Predictions.checked(truth, rows, range(60), ("normal", "benign", "malignant"))
    write_lessons(where.job_dir(1), learnt(validation))
    found = ask(where, question)
    assert found.qualified == learnt(validation).qualified(found.probabilities)


@pytest.mark.slow
def test_a_stranger_without_the_secret_is_refused_and_others_are_answered_on(installation):
    where, samples = installation
    with pytest.raises((AuthenticationError, OSError, EOFError)):
        Client(str(socket_path(where)), "AF_UNIX", authkey=b"guessed")
    assert is_there(where)
    assert ask(where, Question(1, "a", path=str(samples[0].path))).label
    assert oct(socket_path(where).stat().st_mode & 0o777) == oct(0o600)
    assert oct((where.home / "predictor.key").stat().st_mode & 0o777) == oct(0o600)


def test_a_process_that_is_away_is_told_in_one_sentence():
    where = settings()
    where.home.mkdir(exist_ok=True)
    assert not is_there(where)
    with pytest.raises(MammoError, match="is not there") as raised:
        ask(where, Question(1, "a"))
    assert raised.value.code == "predictor_away"


def test_a_message_comes_out_as_it_went_in():
    assert unpack(pack({"name": "Ä"}, b"one", b"", b"three")) == ({"name": "Ä"}, [b"one", b"", b"three"])


def test_the_secret_is_made_once():
    where = settings()
    where.home.mkdir(exist_ok=True)
    assert secret(where) == secret(where)
    assert len(secret(where)) == 32
