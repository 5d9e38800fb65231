"""What size the packed pixels of a DICOM file say they have; some decoders take memory and time by it, unasked."""

from __future__ import annotations

import struct

_JPEG2000 = b"\xff\x4f\xff\x51"  # start of codestream, then its sizes
_BOXES = b"\0\0\0\x0cjP  "  # the first box of a JP2 file, in which the stream is another box
_STREAM_BOX, _BOX_HEAD = b"jp2c", 8  # its name; bytes of a box's length and name
_JPEG = b"\xff\xd8"
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that stand alone
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})  # start of a JPEG or JPEG-LS frame


def stated_size(packed: bytes) -> tuple[int, int] | None:
    """Width and height in the header of a JPEG, JPEG-LS or JPEG 2000 stream; None where none of these states any.

    Source:
        ITU-T T.81 B.2.2 (JPEG), T.87 C.2.2 (JPEG-LS), T.800 A.5.1 (JPEG 2000).
    """
    start = packed.find(_JPEG2000)
    if packed.startswith(_JPEG):
        return _jpeg_size(packed)
    if start < 0 or len(packed) < start + 24:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", packed, start + 8)
    return right - left, bottom - top


def leads_nowhere(packed: bytes) -> bool:
    """Whether a JPEG 2000 file has a box that is too short to be one: pydicom looks for the next one for ever.

    Source:
        ITU-T T.800 I.4; a length of 0, "to the end", is lawful for the last box alone.
    """
    position = len(_BOXES) + 4 if packed.startswith(_BOXES) else len(packed)
    while position < len(packed):
        if packed[position + 4 : position + _BOX_HEAD] == _STREAM_BOX:
            return False
        length = int.from_bytes(packed[position : position + 4], "big")
        if length < _BOX_HEAD:
            return True
        position += length
    return False


def _jpeg_size(packed: bytes) -> tuple[int, int] | None:
    position = len(_JPEG)
    while position + 9 <= len(packed):
        if packed[position] != 0xFF:
            return None
        marker = packed[position + 1]
        if marker == 0xFF:  # a filler
            position += 1
        elif marker in _NO_LENGTH:
            position += 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", packed, position + 5)
            return width, height
        else:
            position += 2 + int(struct.unpack_from(">H", packed, position + 2)[0])
    return None
