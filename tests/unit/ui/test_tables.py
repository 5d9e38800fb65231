import subprocess
import sys

from mammo.ui.tables import table_of, table_of_lines

ROWS = [
    {"Job": 2, "What": "small", "Progress": 0.5, "Attempt": 3},
    {"Job": 1, "What": None, "Progress": 1, "Attempt": None},
]


def test_rows_become_columns_of_text_and_numbers():
    assert table_of(ROWS).to_pylist() == [{**ROWS[0]}, {**ROWS[1], "Progress": 1.0}]


def test_columns_are_chosen_and_ordered():
    assert table_of(ROWS, ["What", "Job"]).column_names == ["What", "Job"]


def test_lines_take_their_names_from_the_header():
    assert table_of_lines([("a.png", 3)], ("File", "Size")).to_pylist() == [{"File": "a.png", "Size": 3}]


def test_no_rows_are_an_empty_table():
    assert table_of([]).num_rows == table_of_lines([], ("File",)).num_rows == 0


def test_a_table_needs_no_pandas():
    code = (
        "import sys, streamlit as st; from mammo.ui.tables import table_of;"
        "st.dataframe(table_of([{'a': 1, 'b': 'x'}]), hide_index=True, lazy=False);"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
