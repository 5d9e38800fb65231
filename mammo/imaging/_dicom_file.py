"""From bytes to a data set that is safe to decode: bounded inflating, no surprises from the parser."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from mammo.errors import ImageError

MAX_INFLATED_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 20

# The parser remarks on every odd value of a header; what matters here is asked for and answered one by one.
warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")


def parse(name: str, data: bytes) -> FileDataset:
    """The data set of a DICOM file.

    Raises:
        ImageError: ``not_dicom``, ``decompressed_too_large`` or ``corrupt``.
    """
    if _is_deflated(data):
        _check_inflated_size(name, data)
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=data[128:132] != b"DICM")
        syntax = dataset.file_meta.get("TransferSyntaxUID")
    except RecursionError:
        raise ImageError(
            f"{name} nests its sequences too deep to be read; the file is damaged.", code="corrupt"
        ) from None
    except Exception as error:  # noqa: BLE001 - the parser raises many types on damaged files; all mean the same here
        raise ImageError(f"{name} is a damaged DICOM file ({type(error).__name__}).", code="corrupt") from None
    if not syntax:
        raise ImageError(f"{name} does not say how it is encoded (no transfer syntax).", code="not_dicom")
    return dataset


def _is_deflated(data: bytes) -> bool:
    """Does the meta header name the deflated syntax? It stands within the first kilobytes, uncompressed."""
    return DeflatedExplicitVRLittleEndian.encode() in data[:4096].replace(b"\0", b" ").split() or (
        f"{DeflatedExplicitVRLittleEndian}\0".encode() in data[:4096]
    )


def _check_inflated_size(name: str, data: bytes) -> None:
    """Inflate piece by piece, keeping nothing, and stop at the limit: the parser would take all the memory there is."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    rest, total = data[_end_of_meta(name, data) :], 0
    try:
        while rest and not decompressor.eof:
            total += len(decompressor.decompress(rest, _CHUNK))
            rest = decompressor.unconsumed_tail
            if total > MAX_INFLATED_BYTES:
                limit = MAX_INFLATED_BYTES // 2**20
                raise ImageError(f"{name} unpacks to more than {limit} MiB.", code="decompressed_too_large")
    except zlib.error:
        raise ImageError(f"{name} is damaged: its compressed part can't be unpacked.", code="corrupt") from None


def _end_of_meta(name: str, data: bytes) -> int:
    start = 132 if data[128:132] == b"DICM" else 0
    if data[start : start + 4] != b"\x02\x00\x00\x00":
        raise ImageError(f"{name} has a damaged DICOM header.", code="corrupt")
    length: int = struct.unpack("<I", data[start + 8 : start + 12])[0]
    return start + 12 + length
