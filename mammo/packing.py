"""Messages between processes: a JSON header and blobs; nothing that could be executed."""

from __future__ import annotations

import json
from typing import Any

_LENGTH_BYTES = 4


def pack(header: dict[str, Any], *blobs: bytes) -> bytes:
    """A header and blobs in one message."""
    text = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}).encode()
    return b"".join([len(text).to_bytes(_LENGTH_BYTES, "big"), text, *blobs])


def unpack(message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The header and the blobs of a message.

    Raises:
        ValueError: If it is none.
    """
    start = _LENGTH_BYTES + int.from_bytes(message[:_LENGTH_BYTES], "big")
    header = json.loads(message[_LENGTH_BYTES:start])
    blobs = []
    for length in header.pop("blobs"):
        blobs.append(message[start : start + length])
        start += length
    return header, blobs
