"""The limited process: ``python -m mammo.ingest.child SOCKET LIMITS``; decodes what it is sent, one file at a time.

It opens no file by name and ends with the one that asks, since the socket closes then.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

import mammo.imaging.dicom  # noqa: F401 - loaded before it is confined: no film's seconds and memory go into it
from mammo.errors import ImageError
from mammo.imaging.quality import quality_flags
from mammo.imaging.reading import decode_image
from mammo.imaging.signature import image_signature
from mammo.ingest.limits import Limits, allow_cpu, confine
from mammo.ingest.stream import write_all
from mammo.ingest.wishes import Wishes
from mammo.packing import pack, unpack

if TYPE_CHECKING:
    from mammo.imaging.reading import LoadedImage


def main(socket: int, limits: Limits) -> None:
    """Answer until the other end is closed."""
    cv2.setNumThreads(1)
    with Connection(socket) as connection:
        confine(limits)
        while True:
            try:
                request, blobs = unpack(connection.recv_bytes())
            except EOFError:
                return
            allow_cpu(limits)
            facts, pixels = _answer(request["name"], blobs[0], Wishes(**request["wishes"]))
            connection.send_bytes(pack(facts))
            write_all(socket, pixels)


def _answer(name: str, data: bytes, wishes: Wishes) -> tuple[dict[str, Any], memoryview]:
    """Facts, and the pixels as bytes, or the signature's where pixels are not wished for; none where there are none."""
    try:
        image = decode_image(name, data, any_aspect=wishes.any_aspect)
        if not wishes.pixels:
            image = replace(image, warnings=(*image.warnings, *quality_flags(image.pixels)))
    except ImageError as error:
        return {"error": str(error), "code": error.code}, memoryview(b"")
    except (MemoryError, cv2.error):
        sentence = f"{name} needs more memory than one picture may take."
        return {"error": sentence, "code": "too_much_memory"}, memoryview(b"")
    height, width = image.pixels.shape
    values = np.ascontiguousarray(image.pixels) if wishes.pixels else image_signature(image.pixels)
    content = values.data.cast("B")
    return {"width": width, "height": height, "bytes": len(content), **_facts(image)}, content


def _facts(image: LoadedImage) -> dict[str, Any]:
    return {name: value for name, value in vars(image).items() if name != "pixels"}


if __name__ == "__main__":
    main(int(sys.argv[1]), Limits(**json.loads(sys.argv[2])))
