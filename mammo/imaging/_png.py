"""PNG files by their chunks: whole or damaged, and the pixels of gray ones inflated the quick way."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import imagecodecs

from mammo.errors import ImageError
from mammo.imaging._limits import check_size

_SIGNATURE, _FRAME = 8, 12  # bytes: of the file's beginning; of a chunk's length, kind and checksum
_BLOCK = 65535  # bytes that a stored block of a zlib stream holds at most


def check_png(name: str, data: bytes) -> None:
    """Walk the chunks: Pillow does not check those that hold the pixels.

    Raises:
        ImageError: ``truncated`` where the end is missing, ``corrupt`` where a checksum is wrong.
    """
    seen_end = False
    view = memoryview(data)
    for kind, start, stop in _chunks(data):
        checksum = imagecodecs.deflate_crc32(view[start - 4 : stop])  # type: ignore[arg-type] # it takes any buffer
        if checksum != struct.unpack(">I", data[stop : stop + 4])[0]:
            raise ImageError(f"{name} is damaged: a checksum inside it is wrong.", code="corrupt")
        if kind == b"IHDR":
            check_size(name, *_size(data[start:stop]))
        seen_end = kind == b"IEND"
    if not seen_end:
        raise ImageError(f"{name} is cut off: its end is missing.", code="truncated")


def with_stored_pixels(data: bytes) -> bytes:
    """The same picture with its pixels uncompressed, for Pillow to undo their filters: for gray PNG files.

    libdeflate takes less than half of zlib's time, which is most of what reading a film takes. Any other PNG, and one
    whose pixels are not exactly as many as its header says, comes back as it is.

    Args:
        data: A file that ``check_png`` let pass.
    """
    width, height, bits, colour, *_, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if data[12:16] != b"IHDR" or bits not in {8, 16} or colour != 0 or interlaced:
        return data
    parts = [(start, stop) for kind, start, stop in _chunks(data) if kind == b"IDAT"]
    size = height * (1 + (width * bits + 7) // 8)
    try:
        filtered = imagecodecs.deflate_decode(b"".join(memoryview(data)[start:stop] for start, stop in parts), out=size)
    except imagecodecs.DeflateError:
        return data
    if len(filtered) != size:
        return data
    stream = _stored(filtered)
    length = sum(map(len, stream))
    # Pillow does not look at this chunk's checksum; ``check_png`` looked at those of the file.
    chunk = [struct.pack(">I4s", length, b"IDAT"), *stream, bytes(4)]
    return b"".join([data[: parts[0][0] - 8], *chunk, data[parts[-1][1] + 4 :]])


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind of each whole chunk up to the end's, and where its content starts and stops."""
    position, kind = _SIGNATURE, b""
    while position + _FRAME <= len(data) and kind != b"IEND":
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        stop = position + 8 + length
        if stop + 4 > len(data):
            return
        yield kind, position + 8, stop
        position = stop + 4


def _stored(content: bytes | bytearray) -> list[bytes | memoryview]:
    """A zlib stream of blocks that are not compressed, in pieces."""
    pieces: list[bytes | memoryview] = [b"\x78\x01"]
    for start in range(0, len(content), _BLOCK):
        block = memoryview(content)[start : start + _BLOCK]
        is_last = start + _BLOCK >= len(content)
        pieces += [struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block]
    return [*pieces, struct.pack(">I", imagecodecs.deflate_adler32(content))]


def _size(header: bytes) -> tuple[int, int]:
    if len(header) < 8:
        return 0, 0
    width, height = struct.unpack(">II", header[:8])
    return (width, height) if max(width, height) < 2**31 - 1 else (0, 0)
