"""Batches: every file once, whatever happens in between; nothing of a person's file names."""

import csv
import io
import shutil
import zipfile
from hashlib import sha256

import cv2
import numpy as np
import pytest

from mammo.errors import DatasetError, ImageError
from mammo.imaging.reading import decode_image
from mammo.jobs.batch import CSV, HTML, Batch, BatchRequest
from mammo.jobs.batch_answers import BatchAnswer, KeptAnswers, answers_csv, answers_html
from mammo.prediction.wire import Answer

SCRIPT = "<script>alert(1)</script>"


def png(gray):
    return cv2.imencode(".png", np.full((96, 64), gray, np.uint8))[1].tobytes()


@pytest.fixture
def films(tmp_path):
    """Six files below a folder: five pictures of growing gray, and a letter that is called a picture."""
    folder = tmp_path / "Mrs Roe"
    (folder / "later").mkdir(parents=True)
    for number in range(5):
        (folder / ("later" if number > 2 else "") / f"roe-{number}.png").write_bytes(png(40 * number))
    (folder / "roe-2b.png").write_text("a letter")
    return folder


class Judge:
    """Answers with the mean gray; counts what it was asked, and may be broken off."""

    def __init__(self, breaks_at=None):
        self.asked, self.breaks_at = [], breaks_at

    def __call__(self, question, content):
        if len(self.asked) == self.breaks_at:
            raise KeyboardInterrupt
        self.asked.append(sha256(content).hexdigest())
        share = float(decode_image(question.name, content).pixels.mean())
        return Answer(
            label="benign", probabilities={"normal": 1 - share, "benign": share}, explained_label="benign",
            warnings=("constant image",), weights_sha256="ab", pipeline_hash="cd", model="Small", cam_layers=(),
            is_whole=True, picture=b"", heatmap=b"", network_input=b"",
        )  # fmt: skip


@pytest.fixture
def batch(tmp_path):
    def of(path):
        (tmp_path / "job").mkdir(exist_ok=True)
        return Batch(BatchRequest(3, path), tmp_path / "job")

    return of


def rows(batch):
    return list(csv.DictReader(io.StringIO((batch.job_dir / CSV).read_bytes().decode("utf-8-sig"))))


def ignored(_done, _total): ...


def test_every_file_gets_a_line_in_alphabetical_order_and_a_refused_one_its_reason(films, batch):
    one = batch(films)
    result = one.carry_out(Judge(), ignored)
    assert (result["files"], result["answered"], result["labels"]) == (6, 5, {"benign": 5})
    told = rows(one)
    names = sorted(path for path in films.rglob("*.png"))
    by_name = sorted(names, key=lambda path: path.relative_to(films).as_posix())
    assert [line["sha256"] for line in told] == [sha256(path.read_bytes()).hexdigest() for path in by_name]
    assert [line["probability of benign"] for line in told if line["answer"]] == [
        f"{np.float32(gray / 255):.6f}" for gray in (120, 160, 0, 40, 80)
    ]
    assert "picture" in next(line["refused"] for line in told if not line["answer"])


def test_no_name_of_a_file_or_folder_is_kept(films, batch):
    one = batch(films)
    one.carry_out(Judge(), ignored)
    kept = b"".join(path.read_bytes() for path in one.job_dir.rglob("*") if path.is_file())
    assert b"oe" not in kept.replace(b"does", b"")
    assert "File 6" in rows(one)[5]["refused"]


def test_a_broken_off_batch_goes_on_where_it_was_and_asks_of_no_file_twice(films, batch):
    first, second = Judge(breaks_at=3), Judge()
    with pytest.raises(KeyboardInterrupt):
        batch(films).carry_out(first, ignored)
    kept = batch(films).job_dir / "answers.jsonl"
    kept.write_bytes(kept.read_bytes() + b'{"number": 4, "sha')  # what a killed process was about to write
    told = []
    batch(films).carry_out(second, ignored, lambda: told.append(len(second.asked)))
    assert (len(first.asked), len(told)) == (3, 3)  # of the letter, too, there is an answer: it is refused
    assert not set(first.asked) & set(second.asked)
    assert [int(line["file"]) for line in rows(batch(films))] == [1, 2, 3, 4, 5, 6]


def test_a_batch_killed_after_its_last_answer_needs_its_files_no_more(films, batch):
    result = batch(films).carry_out(Judge(), ignored)
    shutil.rmtree(films)
    again = Judge()
    assert batch(films).carry_out(again, ignored) == result
    assert again.asked == []


def test_a_folder_that_changed_in_between_is_not_mixed_up(films, batch):
    with pytest.raises(KeyboardInterrupt):
        batch(films).carry_out(Judge(breaks_at=2), ignored)
    (films / "a-new.png").write_bytes(png(9))
    with pytest.raises(DatasetError, match="came or went"):
        batch(films).carry_out(Judge(), ignored)


def test_a_zip_is_judged_like_its_folder_and_nothing_of_it_stays(films, batch, tmp_path):
    packed = tmp_path / "upload.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in films.rglob("*.png"):
            archive.write(path, path.relative_to(films))
        archive.writestr("inner.zip", b"PK")
    one = batch(packed)
    result = one.carry_out(Judge(), ignored)
    assert (result["files"], result["answered"]) == (7, 5)
    assert "archive itself" in rows(one)[6]["refused"]
    assert sorted(path.name for path in one.job_dir.iterdir()) == sorted(
        [CSV, HTML, "answers.jsonl", "left-in.json", "listed.sha256"]
    )


@pytest.mark.parametrize("what", ["empty", "gone"])
def test_nothing_to_judge_is_one_sentence(batch, tmp_path, what):
    if what == "empty":
        (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError):
        batch(tmp_path / what).carry_out(Judge(), ignored)


def test_a_hostile_text_is_no_formula_and_no_script(tmp_path):
    hostile = {"label": "=1+1", "probabilities": {SCRIPT: 1.0}, "warnings": ["@x", SCRIPT]}
    answers = [BatchAnswer(1, "ab", hostile), BatchAnswer(2, "", None, f"-{SCRIPT}")]
    table = list(csv.reader(io.StringIO(answers_csv(answers).decode("utf-8-sig"))))
    assert table[1][2] == "'=1+1"
    assert table[1][6].startswith("'@x")
    assert table[2][7].startswith("'-")
    assert "<script" not in answers_html(3, answers)


def test_calibrated_probabilities_and_the_classes_that_fit_stand_in_the_tables():
    shares = {"normal": {"value": 0.3, "low": 0.2, "high": 0.4}, "benign": {"value": 0.7, "low": 0.6, "high": 0.8}}
    said = {"label": "benign", "probabilities": {"normal": 0.1, "benign": 0.9}, "warnings": []}
    answers = [
        BatchAnswer(1, "ab", {**said, "qualified": {"shares": shares, "fits": ["normal", "benign"]}}),
        BatchAnswer(2, "cd", {**said, "qualified": None}),
    ]
    first, second = csv.DictReader(io.StringIO(answers_csv(answers).decode("utf-8-sig")))
    assert (first["classes that fit"], first["calibrated probability of benign"]) == ("normal or benign", "0.700000")
    assert (second["classes that fit"], second["calibrated probability of benign"]) == ("", "")
    page = answers_html(3, answers)
    assert "<td>normal or benign</td>" in page
    assert "0.7000" in page


def test_half_a_line_is_dropped_and_whole_ones_are_kept(tmp_path):
    path = tmp_path / "answers.jsonl"
    with KeptAnswers(path) as kept:
        kept.add(BatchAnswer(1, "ab", None, "no picture"))
    path.write_bytes(path.read_bytes() + b'{"num')
    with KeptAnswers(path) as kept:
        assert kept.numbers == {1}
        kept.add(BatchAnswer(2, "cd", None, "no picture"))
    assert [one.number for one in KeptAnswers.read(path)] == [1, 2]


def test_an_image_error_of_reading_names_no_file(batch, tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "Mrs Roe.png").write_bytes(b"")

    def judge(question, content):
        raise ImageError(f"{question.name} is empty.")

    one = batch(folder)
    one.carry_out(judge, ignored)
    assert rows(one)[0]["refused"] == "File 1 is empty."
