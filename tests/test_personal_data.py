"""What was planted in two hundred films is sought in everything that is written while they are used (R25)."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mammo.commands import app
from mammo.commands._output import owner
from mammo.config import settings
from mammo.jobs.importing import ImportRequest
from mammo.jobs.kept_pictures import Upload, keep_picture
from mammo.store import JobState, NewJob, NewOpinion, open_store
from mammo.ui.previews import phantom_film
from tests.corpus.personal import MARK, PLANTED, identifiable_elements, identified_film

FILMS = 200
WOMEN = 50
SMALL = [
    "--preset", "demo", "--set", "epochs=1", "--set", "image_size=32", "--set", "batch_size=16", "--set", "threads=1",
    "--set", "accept=other_modality",
]  # fmt: skip


def packed(path):
    """A ZIP of the films, in folders of a class and a woman each, with some that must be refused."""
    rng = np.random.default_rng(25)
    elements = identifiable_elements()
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(FILMS):
            woman = number % WOMEN
            label = ("normal", "benign", "malignant")[woman % 3]
            name = f"{label}/{MARK}_{woman}_JANE/{MARK}^JANE_{number}.dcm"
            archive.writestr(name, identified_film(number, elements[number % 20 :: 20], rng))
        whole = identified_film(0, elements[::20], rng)
        archive.writestr(f"normal/{MARK}/{MARK}_cut.dcm", whole[: len(whole) // 2])
        archive.writestr(f"normal/{MARK}/{MARK}.txt.png", f"{MARK} born 19310203")
        archive.writestr(f"../{MARK}.dcm", whole)
        archive.writestr(f"normal/{MARK}.zip", b"PK\3\4")
    return path


def texts_in(name, content):
    """A file's bytes, and those of its members where it is a ZIP itself."""
    yield name, content
    if content.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield f"{name}!{member}", archive.read(member)


def places_of(word, folders):
    """Where a word stands in file names and bytes below the folders, also as UTF-16."""
    sought = [word.encode(), word.lower().encode(), word.encode("utf-16-le")]
    found = []
    for folder in folders:
        for path in Path(folder).rglob("*"):
            if word.lower() in path.name.lower():
                found.append(str(path))
            if path.is_file():
                texts = texts_in(str(path), path.read_bytes())
                found += [place for place, text in texts if any(one in text for one in sought)]
    return found


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files of these tests lie, those of their processes too."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def mammo(tmp_path, caplog):
    """Calls the command line; what it says and logs is kept in a folder."""
    said = tmp_path / "said"
    said.mkdir()

    def call(*arguments):
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        (said / f"{len(list(said.iterdir()))}.txt").write_text(done.stdout + done.stderr + caplog.text)
        assert done.exit_code == 0, done.stderr

    return call


def carried_out_by_a_worker(said):
    """All queued jobs, by a process of its own."""
    command = [sys.executable, "-m", "mammo", "worker", "--until-idle"]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    (said / "worker.txt").write_bytes(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.slow
def test_nothing_that_tells_who_a_woman_is_survives_an_upload(mammo, temporary, tmp_path):
    store = open_store(settings())
    upload = packed(_upload_folder() / "films.zip")
    job = store.jobs.submit(NewJob("archive", ImportRequest("films", upload).to_dict(), owner())).id
    carried_out_by_a_worker(tmp_path / "said")
    imported = store.jobs.get(job)
    assert imported.state == JobState.SUCCEEDED, imported.failure
    assert (imported.result["images"], imported.result["patients"]) == (FILMS, WOMEN)
    assert len(imported.result["refused"]) == 4
    mammo("datasets", "show", "films")
    mammo("train", "--dataset", "films", *SMALL)
    trained = store.jobs.list()[0]
    film = tmp_path / f"{MARK}^JANE.dcm"
    drawn = np.rint(phantom_film().pixels * 4095).astype(np.uint16)
    film.write_bytes(identified_film(1, identifiable_elements(), np.random.default_rng(1), drawn))
    noise = tmp_path / f"{MARK}^NOISE.dcm"  # no mammogram, so that it is refused
    noise.write_bytes(identified_film(1, identifiable_elements(), np.random.default_rng(1)))
    # What it says is not searched: it calls the files by the names that were just typed at this terminal.
    asked = ["predict", str(trained.id), str(film), str(noise), "--out", str(tmp_path / "report")]
    predicted = CliRunner().invoke(app, asked)
    assert predicted.exit_code == 2, predicted.stderr
    assert "No prediction was made" in predicted.stderr
    assert (tmp_path / "report" / "overlay-1.png").exists()
    mammo("export", trained.id, tmp_path / "said" / "job.zip")
    think_of(store, trained.id, film.read_bytes())
    mammo("feedback", "export", tmp_path / "report" / "opinions")
    store.close()
    written = [settings().home, temporary, tmp_path / "said", tmp_path / "report"]
    assert [place for word in PLANTED for place in places_of(word, written)] == []
    assert places_of("malignant", written), "what may be kept is found, so the search works"


def think_of(store, job, upload):
    """Opinions on some films and on an upload that is kept, which everybody may take along."""
    keep_picture(store, settings(), Upload(upload, owner(), f"{MARK}^JANE", job, {"benign": 1.0}))
    images = [sample.sha256 for sample in store.data_sets.samples("films")[:20]]
    for image in (*images, Upload(upload, "", "", job, {}).image):
        store.opinions.give(NewOpinion(image, job, owner(), "disagree", "benign", "malignant"))


def _upload_folder():
    """Where a page keeps an upload for its job."""
    folder = settings().tmp_dir / "0123456789abcdef"
    folder.mkdir(parents=True)
    return folder


def test_every_planted_word_is_in_the_films_before():
    film = identified_film(0, identifiable_elements(), np.random.default_rng(0))
    assert len(identifiable_elements()) > 1500
    for word in (MARK, "19310203", "010203.765432", "987654321"):
        assert film.count(word.encode()) > 10
