"""Every file of the corpus is refused in one sentence, with its code."""

import subprocess
import sys

import pytest

from mammo.errors import ImageError
from mammo.imaging.reading import decode_image, read_bytes, read_image
from tests.corpus.make import BAD_FILES, write


@pytest.mark.parametrize("bad_file", BAD_FILES, ids=lambda one: f"{one.row}-{one.name}")
def test_a_bad_file_is_refused_with_its_reason(bad_file, tmp_path):
    path = write(bad_file, tmp_path)
    with pytest.raises(ImageError) as raised:
        decode_image(path.name, read_bytes(path))
    sentence = str(raised.value)
    assert raised.value.code == bad_file.code
    assert sentence.startswith(bad_file.name)
    assert sentence.endswith(".")
    assert str(tmp_path) not in sentence


def test_a_strip_that_was_imported_all_the_same_is_read_with_a_warning(tmp_path):  # B16
    strip = next(one for one in BAD_FILES if one.code == "bad_aspect")
    image = read_image(write(strip, tmp_path))
    assert (image.pixels.shape, image.warnings) == ((20000, 64), ("as long as no film is",))


def test_equal_seeds_give_equal_files_and_names_are_not_taken_twice(tmp_path):
    first = [write(bad_file, tmp_path).read_bytes() for bad_file in BAD_FILES]
    assert [write(bad_file, tmp_path).read_bytes() for bad_file in BAD_FILES] == first
    assert len({bad_file.name for bad_file in BAD_FILES}) == len(BAD_FILES)


@pytest.mark.slow
def test_the_whole_corpus_takes_little_memory(tmp_path):
    """What a header only claims is never allocated: B07, B11-B14, B36, B40; OpenCV's and Pillow's memory count too."""
    for bad_file in BAD_FILES:
        write(bad_file, tmp_path)
    code = f"""
import re
from contextlib import suppress
from pathlib import Path
from mammo.errors import ImageError
from mammo.imaging.reading import read_image
def peak_mib():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
before = peak_mib()
for path in Path({str(tmp_path)!r}).iterdir():
    with suppress(ImageError):
        read_image(path)
print(peak_mib() - before)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert 0 < float(told) < 200


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("half.png", "is cut off"),  # B03
        ("page.png", "looks like HTML"),  # B08
        ("gif.png", "is GIF, which is not read"),  # B10
        ("animated.png", "holds 3 pictures"),  # B26
        ("pages.tif", "holds 3 pictures"),  # B26
        ("more-rows.dcm", "should hold 11340 bytes of pixels and holds 11200"),  # B36
        ("jpeg2000.dcm", "JPEG 2000 Image Compression (Lossless Only)"),  # B42
        ("jpeg-ls.dcm", "JPEG-LS Lossless Image Compression"),  # B42
        ("jpeg.dcm", "JPEG Baseline (Process 1)"),  # B42
        ("rle.dcm", "RLE Lossless"),  # B42
        ("tomosynthesis.dcm", "tomosynthesis"),  # B44
        ("raw.dcm", "Export the FOR PRESENTATION image"),  # B44
        ("DICOMDIR", "is a DICOM directory"),  # B51
    ],
)
def test_the_sentence_says_what_is_wrong(name, words, tmp_path):
    bad_file = next(one for one in BAD_FILES if one.name == name)
    with pytest.raises(ImageError) as raised:
        read_image(write(bad_file, tmp_path))
    assert words in str(raised.value)
