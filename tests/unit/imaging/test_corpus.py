"""Every file of the corpus is refused in one sentence, with its code."""

import tracemalloc

import pytest

from mammo.errors import ImageError
from mammo.imaging.reading import read_image
from tests.corpus.make import BAD_FILES, write


@pytest.mark.parametrize("bad_file", BAD_FILES, ids=lambda one: f"{one.row}-{one.name}")
def test_a_bad_file_is_refused_with_its_reason(bad_file, tmp_path):
    path = write(bad_file, tmp_path)
    with pytest.raises(ImageError) as raised:
        read_image(path)
    sentence = str(raised.value)
    assert raised.value.code == bad_file.code
    assert sentence.startswith(bad_file.name)
    assert sentence.endswith(".")
    assert str(tmp_path) not in sentence


def test_equal_seeds_give_equal_files_and_names_are_not_taken_twice(tmp_path):
    first = [write(bad_file, tmp_path).read_bytes() for bad_file in BAD_FILES]
    assert [write(bad_file, tmp_path).read_bytes() for bad_file in BAD_FILES] == first
    assert len({bad_file.name for bad_file in BAD_FILES}) == len(BAD_FILES)


def test_a_deflated_bomb_takes_no_memory(tmp_path):
    bomb = next(bad_file for bad_file in BAD_FILES if bad_file.name == "bomb.dcm")
    path = write(bomb, tmp_path)
    tracemalloc.start()
    with pytest.raises(ImageError):
        read_image(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 2**20
