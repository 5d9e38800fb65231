"""Embeddings on disk: whole, and what they were; damaged ones are refused in a sentence."""

import numpy as np
import pytest

from mammo.embedding.catalogue import (
    Catalogue,
    KnownPicture,
    UsualDistances,
    at_length_1,
    catalogue_path,
    read_catalogue,
    write_catalogue,
)
from mammo.errors import CheckpointError


@pytest.fixture
def catalogue():
    vectors = np.random.default_rng(0).random((5, 7), np.float32)
    pictures = tuple(KnownPicture(f"i{n}", f"s{n}", f"p{n}", "benign", "train", "L", None) for n in range(5))
    return Catalogue(pictures, vectors, "features.12", "ab" * 32, UsualDistances(0.1, 0.3, 40, "validation"))


def test_a_catalogue_comes_back_as_it_was_written(catalogue, tmp_path):
    path = catalogue_path(tmp_path, 2)
    write_catalogue(path, catalogue)
    again = read_catalogue(path)
    assert again.vectors.tobytes() == catalogue.vectors.tobytes()
    assert (again.pictures, again.layer, again.weights_sha256, again.usual) == (
        catalogue.pictures, catalogue.layer, catalogue.weights_sha256, catalogue.usual,
    )  # fmt: skip
    assert [one.name for one in path.parent.iterdir()] == ["fold-2.bin"]


def test_what_is_not_there_says_so(tmp_path):
    with pytest.raises(CheckpointError, match="not been computed") as raised:
        read_catalogue(catalogue_path(tmp_path))
    assert raised.value.code == "no_embeddings"


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.9], ids="{:.0%}".format)
def test_a_changed_byte_is_noticed_wherever_it_is(catalogue, tmp_path, part):
    path = catalogue_path(tmp_path)
    write_catalogue(path, catalogue)
    content = bytearray(path.read_bytes())
    content[int(part * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        read_catalogue(path)


def test_a_file_cut_off_is_damaged(catalogue, tmp_path):
    path = catalogue_path(tmp_path)
    write_catalogue(path, catalogue)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(CheckpointError, match="damaged"):
        read_catalogue(path)


def test_vectors_are_brought_to_length_one_and_zeros_stay():
    assert at_length_1([[3, 4], [0, 0]]).tolist() == [[0.6, 0.8], [0, 0]]


def test_a_catalogue_without_pictures_comes_back_too(tmp_path):
    write_catalogue(catalogue_path(tmp_path), Catalogue((), np.empty((0, 2), np.float32), "last", "00"))
    assert read_catalogue(catalogue_path(tmp_path)).vectors.shape == (0, 2)
