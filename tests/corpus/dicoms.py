"""DICOM files written as wanted, sound ones and ones that lie about themselves."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import imagecodecs
import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    UID,
    BasicTextSRStorage,
    BreastTomosynthesisImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from tests.corpus.bad_file import BadFile, Content

ROWS, COLUMNS = 80, 70
_ROWS_TAG, _PIXELS_TAG = b"\x28\x00\x10\x00", b"\xe0\x7f\x10\x00"
_MIB = 2**20


def film(rng: np.random.Generator, bits: int = 12) -> np.ndarray:
    """Stored pixels that use all of ``bits``, shape (80, 70)."""
    pixels = rng.integers(0, 2**bits, (ROWS, COLUMNS)).astype(np.uint8 if bits <= 8 else np.uint16)
    pixels[0, :2] = 0, 2**bits - 1
    return pixels


def dicom(
    pixels: np.ndarray,
    syntax: UID = ExplicitVRLittleEndian,
    bits: int = 12,
    elements: Iterable[DataElement] = (),
    **attributes: Any,
) -> bytes:
    """The bytes of a mammogram.

    Args:
        pixels: Stored pixels, (H, W) or (H, W, 3).
        syntax: Transfer syntax; an encapsulated one takes its ``PixelData`` from ``attributes``.
        bits: Significant bits.
        elements: Beside those, where they set none of the same tag.
        attributes: By keyword, put over the usual ones; None leaves one out.
    """
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    usual = {
        "SOPClassUID": DigitalMammographyXRayImageStorageForPresentation,
        "SOPInstanceUID": UID("1.2.3"),
        "PresentationIntentType": "FOR PRESENTATION",
        "Modality": "MG",
        "PatientName": "DOE^JANE",
        "PatientID": "12345678",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 8 * pixels.itemsize,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "PixelData": pixels.astype(pixels.dtype.newbyteorder(order)).tobytes(),
    }
    dataset = Dataset()
    for element in elements:
        dataset.add(element)
    for keyword, value in (usual | attributes).items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset["PixelData"].VR = "OW"
    dataset["PixelData"].is_undefined_length = syntax.is_encapsulated
    return _written(dataset, syntax)


def pictureless(**attributes: Any) -> bytes:
    """The bytes of a DICOM object without pixels."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return _written(dataset, ExplicitVRLittleEndian)


def _written(dataset: Dataset, syntax: UID) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def without_meta(content: bytes) -> bytes:
    """Only the data set, without preamble and meta header."""
    return content[_end_of_meta(content) :]


def without_preamble(content: bytes) -> bytes:
    """From the meta header on."""
    return content[132:]


def with_preamble(content: bytes, start: bytes) -> bytes:
    """Another preamble, such as that of a program."""
    return start.ljust(128, b"\0") + content[128:]


def with_pixel_length(content: bytes, length: int) -> bytes:
    """Another length of the pixel data than they have."""
    at = content.index(_PIXELS_TAG) + 8
    return content[:at] + struct.pack("<I", length) + content[at + 4 :]


def _end_of_meta(content: bytes) -> int:
    return 144 + int(struct.unpack_from("<I", content, 140)[0])


def _without_syntax(rng: np.random.Generator) -> bytes:
    """The meta header does not say how the rest is encoded."""
    whole = dicom(film(rng))
    at = whole.index(b"\x02\x00\x10\x00UI")
    length = 8 + int(struct.unpack_from("<H", whole, at + 6)[0])
    left = struct.pack("<I", _end_of_meta(whole) - 144 - length)
    return whole[:140] + left + whole[144:at] + whole[at + length :]


def _sound(**attributes: Any) -> Content:
    return lambda rng: dicom(film(rng), **attributes)


def _rows_as(vr: bytes, length: int) -> Content:
    def content(rng: np.random.Generator) -> bytes:
        value = struct.pack("<H", ROWS)
        short = _ROWS_TAG + b"US\x02\x00" + value
        return dicom(film(rng)).replace(short, _ROWS_TAG + vr + struct.pack("<H", length) + value.ljust(length, b"\0"))

    return content


def _garbage(syntax: UID) -> Content:
    return lambda rng: dicom(film(rng), syntax, PixelData=encapsulate([rng.bytes(500)]))


def _packed_as(syntax: UID, encode: Callable[[np.ndarray], bytes], marker: bytes, sizes: str, at: int) -> Content:
    """A sound picture whose packed part says that it is 60000 pixels wide and high: the decoder's bomb."""

    def content(rng: np.random.Generator) -> bytes:
        pixels = film(rng, bits=8)
        packed = bytearray(encode(pixels))
        struct.pack_into(sizes, packed, packed.index(marker) + at, 60000, 60000)
        return dicom(pixels, syntax, bits=8, PixelData=encapsulate([bytes(packed)]))

    return content


def _jpeg2000(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True))


def _nested(depth: int) -> Content:
    def content(rng: np.random.Generator) -> bytes:
        whole = dicom(film(rng))
        start = b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
        end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
        at = _end_of_meta(whole)
        return whole[:at] + start * depth + end * depth + whole[at:]

    return content


def _bomb(rng: np.random.Generator) -> bytes:
    """Half a megabyte that inflates to 600 MiB of zeros; the blocks between full flushes are alike."""
    whole = dicom(film(rng), DeflatedExplicitVRLittleEndian)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    first = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return whole[: _end_of_meta(whole)] + first + block * 599 + packer.flush()


def _bomb_behind_a_long_header(rng: np.random.Generator) -> bytes:
    """The same, its transfer syntax named only after ten thousand bytes of another element."""
    bomb = _bomb(rng)
    version = b"\x02\x00\x01\x00OB\x00\x00"
    at = bomb.index(version)
    long = version + struct.pack("<I", 10_000) + bytes(10_000)
    return bomb[:at] + long + bomb[at + len(version) + 6 :]


def _deflated_garbage(rng: np.random.Generator) -> bytes:
    whole = dicom(film(rng), DeflatedExplicitVRLittleEndian)
    return whole[: _end_of_meta(whole)] + b"\xff" + rng.bytes(1000)


def _directory(_rng: np.random.Generator) -> bytes:
    record = Dataset()
    record.ReferencedFileID = ["..", "..", "etc", "passwd"]
    return pictureless(SOPClassUID=MediaStorageDirectoryStorage, DirectoryRecordSequence=[record])


BAD_DICOMS = (
    BadFile("B32", "report.dcm", "no_pixels", lambda _: pictureless(SOPClassUID=BasicTextSRStorage, Modality="SR")),
    BadFile("B33", "no-meta.dcm", "not_dicom", lambda rng: without_meta(dicom(film(rng)))),
    BadFile(
        "B33", "no-meta-big-endian.dcm", "not_dicom", lambda rng: without_meta(dicom(film(rng), ExplicitVRBigEndian))
    ),
    BadFile("B33", "no-syntax.dcm", "not_dicom", _without_syntax),
    BadFile("B36", "more-rows.dcm", "pixel_size_mismatch", _sound(Rows=ROWS + 1)),
    BadFile("B36", "fewer-rows.dcm", "pixel_size_mismatch", _sound(Rows=ROWS - 2)),
    BadFile("B36", "no-rows.dcm", "pixel_size_mismatch", _sound(Rows=0)),
    BadFile("B36", "65535.dcm", "pixel_size_mismatch", _sound(Rows=65535, Columns=65535)),
    BadFile("B36", "million-frames.dcm", "pixel_size_mismatch", _sound(NumberOfFrames=10**6)),
    BadFile(
        "B36",
        "65535-packed.dcm",
        "too_many_pixels",
        _sound(syntax=RLELossless, Rows=65535, Columns=65535, PixelData=encapsulate([bytes(64)])),
    ),
    BadFile("B37", "17-bits-in-16.dcm", "corrupt", _sound(bits=17)),
    BadFile("B37", "high-bit.dcm", "corrupt", _sound(HighBit=15)),
    BadFile("B37", "32-bits.dcm", "unsupported_pixels", lambda _: dicom(np.zeros((ROWS, COLUMNS), np.uint32), bits=32)),
    BadFile("B38", "long-rows.dcm", "corrupt", _rows_as(b"UL", 4)),
    BadFile("B38", "unknown-vr.dcm", "corrupt", _rows_as(b"ZZ", 2)),
    BadFile("B38", "rows-missing.dcm", "corrupt", _sound(Rows=None)),
    BadFile(
        "B39", "endless.dcm", "pixel_size_mismatch", lambda rng: with_pixel_length(dicom(film(rng)), 0xFFFFFFF0)[:-2]
    ),
    BadFile("B40", "bomb.dcm", "decompressed_too_large", _bomb),
    BadFile("B40", "hidden-bomb.dcm", "decompressed_too_large", _bomb_behind_a_long_header),
    BadFile("B40", "deflated-garbage.dcm", "corrupt", _deflated_garbage),
    BadFile("B41", "2000-deep.dcm", "corrupt", _nested(2_000)),
    BadFile("B41", "100000-deep.dcm", "corrupt", _nested(100_000)),
    BadFile("B42", "jpeg2000.dcm", "cannot_decode", _garbage(JPEG2000Lossless)),
    BadFile(
        "B42",
        "jpeg2000-boxes-without-end.dcm",
        "cannot_decode",
        _sound(syntax=JPEG2000Lossless, PixelData=encapsulate([b"\0\0\0\x0cjP  " + bytes(600)])),
    ),
    BadFile("B42", "jpeg-ls.dcm", "cannot_decode", _garbage(JPEGLSLossless)),
    BadFile("B42", "jpeg.dcm", "cannot_decode", _garbage(JPEGBaseline8Bit)),
    BadFile("B42", "rle.dcm", "cannot_decode", _garbage(RLELossless)),
    BadFile(
        "B43",
        "60000-jpeg2000.dcm",
        "pixel_size_mismatch",
        _packed_as(JPEG2000Lossless, _jpeg2000, b"\xff\x51", ">II", 6),
    ),
    BadFile(
        "B43",
        "60000-jpeg-ls.dcm",
        "pixel_size_mismatch",
        _packed_as(JPEGLSLossless, imagecodecs.jpegls_encode, b"\xff\xf7", ">HH", 5),
    ),
    BadFile(
        "B43",
        "60000-jpeg.dcm",
        "pixel_size_mismatch",
        _packed_as(JPEGBaseline8Bit, imagecodecs.jpeg_encode, b"\xff\xc0", ">HH", 5),
    ),
    BadFile("B44", "tomosynthesis.dcm", "unsupported_mammo_type", _sound(SOPClassUID=BreastTomosynthesisImageStorage)),
    BadFile("B44", "raw.dcm", "unsupported_mammo_type", _sound(PresentationIntentType="FOR PROCESSING")),
    BadFile("B44", "two-frames.dcm", "multi_frame", _sound(NumberOfFrames=2, PixelData=bytes(4 * ROWS * COLUMNS))),
    BadFile("B46", "window-of-no-width.dcm", "corrupt", _sound(WindowCenter=2048, WindowWidth=0)),
    BadFile("B51", "DICOMDIR", "no_pixels", _directory),
)
