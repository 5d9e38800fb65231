import imagecodecs
import numpy as np
import pytest

from mammo.imaging._codestream import leads_nowhere, stated_size

PIXELS = np.random.default_rng(1).integers(0, 256, (64, 80)).astype(np.uint8)
STREAMS = {
    "JPEG": imagecodecs.jpeg_encode(PIXELS),
    "progressive JPEG": imagecodecs.mozjpeg_encode(PIXELS) if imagecodecs.MOZJPEG.available else None,
    "lossless JPEG": imagecodecs.ljpeg_encode(PIXELS),
    "JPEG-LS": imagecodecs.jpegls_encode(PIXELS),
    "JPEG 2000": imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k"),
    "JPEG 2000 in its box": imagecodecs.jpeg2k_encode(PIXELS, codecformat="jp2"),
}


@pytest.mark.parametrize("name", [name for name, stream in STREAMS.items() if stream is not None])
def test_the_size_is_read_from_the_header_and_a_cut_one_states_none_or_the_same(name):
    stream = STREAMS[name]
    assert stated_size(stream) == (80, 64)
    assert {stated_size(stream[:length]) for length in range(len(stream))} == {None, (80, 64)}


def test_fillers_and_segments_before_the_frame_are_passed_over():
    stream = bytes(STREAMS["JPEG"])
    remark = b"\xff\xfe\x00\x06\xff\xc0ab"  # a comment that holds the marker of a frame
    assert stated_size(stream[:2] + b"\xff\xff" + remark + stream[2:]) == (80, 64)


@pytest.mark.parametrize("stream", [b"", b"\xff\xd8", b"\xff\xd8" + bytes(50), b"RLE", b"\xff\xd8\xff\xe0\0\0" * 9])
def test_what_states_no_size_is_left_to_the_decoder(stream):
    assert stated_size(stream) is None


def test_boxes_around_a_stream_are_followed_to_it_and_one_without_a_length_leads_nowhere():
    boxed = bytes(STREAMS["JPEG 2000 in its box"])
    assert not any(leads_nowhere(bytes(stream)) for stream in STREAMS.values() if stream is not None)
    assert not leads_nowhere(boxed[:40])
    for length in range(8):
        assert leads_nowhere(boxed[:12] + length.to_bytes(4, "big") + boxed[16:])
