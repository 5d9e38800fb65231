"""From bytes to a data set that is safe to decode: bounded inflating, no surprises from the parser."""

from __future__ import annotations

import io
import warnings
import zlib

import pydicom
from pydicom.dataset import FileDataset
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.uid import DeflatedExplicitVRLittleEndian

from mammo.errors import ImageError

MAX_INFLATED_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 16  # bytes inflated at a time; they become 64 MiB at most

# The parser remarks on every odd value of a header; what matters here is asked for and answered one by one.
warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")


def parse(name: str, data: bytes) -> FileDataset:
    """The data set of a DICOM file.

    Raises:
        ImageError: ``not_dicom``, ``decompressed_too_large`` or ``corrupt``.
    """
    file = io.BytesIO(data)
    try:
        read_preamble(file, force=True)
        # The parser's own function, private as it is: both must agree on the syntax and on where the header ends.
        syntax = _read_file_meta_info(file).get("TransferSyntaxUID")
        if syntax == DeflatedExplicitVRLittleEndian:
            _check_inflated_size(name, data[file.tell() :])
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    except ImageError:
        raise
    except RecursionError:
        raise ImageError(
            f"{name} nests its sequences too deep to be read; the file is damaged.", code="corrupt"
        ) from None
    except Exception as error:  # noqa: BLE001 - the parser raises many types on damaged files; all mean the same here
        raise ImageError(f"{name} is a damaged DICOM file ({type(error).__name__}).", code="corrupt") from None
    if not syntax:
        raise ImageError(f"{name} does not say how it is encoded (no transfer syntax).", code="not_dicom")
    return dataset


def _check_inflated_size(name: str, packed: bytes) -> None:
    """Inflate piece by piece, keeping nothing, and stop at the limit: the parser would take all the memory there is."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    total = 0
    try:
        for start in range(0, len(packed), _CHUNK):
            total += len(decompressor.decompress(packed[start : start + _CHUNK]))
            if total > MAX_INFLATED_BYTES:
                limit = MAX_INFLATED_BYTES // 2**20
                raise ImageError(f"{name} unpacks to more than {limit} MiB.", code="decompressed_too_large")
    except zlib.error:
        raise ImageError(f"{name} is damaged: its compressed part can't be unpacked.", code="corrupt") from None
