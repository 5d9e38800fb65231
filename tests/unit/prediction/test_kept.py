"""Answers that are kept come back with everything but what the network was fed."""

import cv2
import numpy as np

from mammo.evaluation.intervals import Interval
from mammo.evaluation.qualified import OnTest
from mammo.prediction.kept import keep_answer, kept_answer
from tests.unit.prediction.test_pictures import answer
from tests.unit.prediction.test_words import qualified


def test_an_answer_that_validation_qualified_comes_back_as_it_was(tmp_path):
    tested = OnTest(322, 161, "malignant", Interval(0.46, 0.31, 0.62), Interval(0.88))
    told = answer(qualified=qualified(("benign",), tested=tested), warnings=("inverted",), embedding=(0.5, 1.0))
    keep_answer(tmp_path / "kept.bin", told)
    kept = kept_answer(tmp_path / "kept.bin")
    assert (kept.qualified, kept.warnings, kept.embedding) == (told.qualified, told.warnings, told.embedding)
    shown, drawn = (cv2.imdecode(np.frombuffer(one.heatmap, np.uint8), cv2.IMREAD_UNCHANGED) for one in (kept, told))
    assert np.abs(shown.astype(int) - drawn).mean() < 3


def test_what_is_not_there_or_damaged_is_none(tmp_path):
    assert kept_answer(tmp_path / "none.bin") is None
    for content in (b"", b"\0\0\0\5{}", b"\0\0\0\2{}"):
        (tmp_path / "damaged.bin").write_bytes(content)
        assert kept_answer(tmp_path / "damaged.bin") is None
