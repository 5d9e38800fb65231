import csv
import io

import pytest

from mammo.csv_text import csv_bytes
from tests.corpus.names import NAMES
from tests.pages.texts import TEXTS


def cells(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_rows_come_back_as_they_were():
    rows = [["a,b.png", 'He said "cut".'], ["line\nbreak", "ü, ok"]]
    assert cells(csv_bytes(["File", "Reason"], rows)) == [["File", "Reason"], *rows]


def test_spreadsheets_are_told_that_it_is_utf_8():
    assert csv_bytes(["File"], []).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1"])
def test_what_would_be_a_formula_becomes_text(formula):
    assert cells(csv_bytes(["File"], [[formula]]))[1:] == [[f"'{formula}"]]


@pytest.mark.parametrize("text", [*NAMES, *TEXTS], ids=ascii)
def test_odd_names_and_texts_come_back_and_none_is_a_formula(text):  # B71
    ((cell,),) = cells(csv_bytes(["File"], [[text]]))[1:]
    assert cell in {text, f"'{text}"}
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_name_that_is_no_text_is_spelled_out():
    assert cells(csv_bytes(["File"], [["a\udcff.png"]]))[1] == ["a\\udcff.png"]
