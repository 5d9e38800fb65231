"""DICOM mammograms: checked from the header, decoded at full depth, rendered as the standard orders; no names kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import JPEGExtended12Bit

from mammo.errors import ImageError
from mammo.imaging._codestream import leads_nowhere, stated_size
from mammo.imaging._dicom_file import parse
from mammo.imaging._dicom_gray import gray_of
from mammo.imaging._limits import check_frames, check_size
from mammo.imaging._scaling import to_gray
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.remarks import BURNED_IN

_DIRECTORY = "1.2.840.10008.1.3.10"
_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"
# Others stay untold: a header can hold any text in the modality's place.
_MODALITIES = frozenset({
    "BI", "BMD", "CR", "CT", "DG", "DX", "ECG", "ES", "GM", "IO", "IVOCT", "IVUS", "MG", "MR", "NM", "OCT", "OP", "OPT",
    "OT", "PT", "PX", "RF", "RG", "RTIMAGE", "SC", "SM", "TG", "US", "XA", "XC",
})  # fmt: skip
_VIEWS = {"CC": "CC", "MLO": "MLO", "CRANIO-CAUDAL": "CC", "MEDIO-LATERAL OBLIQUE": "MLO"}


@dataclass(frozen=True)
class DicomFilm:
    """A rendered mammogram and the few facts of its header that are kept."""

    pixels: GrayImage
    bits: int
    warnings: tuple[str, ...]
    laterality: str | None
    view: str | None
    modality: str | None
    age: int | None
    spacing_mm: float | None


def read_dicom(name: str, data: bytes) -> DicomFilm:
    """Read one mammogram.

    Raises:
        ImageError: With the ``code`` of what is wrong: ``not_dicom``, ``no_pixels``, ``multi_frame``,
            ``unsupported_mammo_type``, ``unsupported_pixels``, ``pixel_size_mismatch``, ``cannot_decode``,
            ``decompressed_too_large``, ``corrupt``, or what ``check_size`` refuses.
    """
    dataset = parse(name, data)
    try:
        _check_kind(name, dataset)
        _check_pixels(name, dataset)
        pixels, bits, warnings = _rendered(name, dataset)
        return DicomFilm(
            pixels=pixels,
            bits=bits,
            warnings=(*_kind_warnings(dataset), *warnings),
            laterality=_laterality(dataset),
            view=_view(dataset),
            modality=_modality(dataset),
            age=_age(dataset),
            spacing_mm=_spacing(dataset),
        )
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001 - odd headers make the library raise many types; all mean the same here
        raise ImageError(f"{name} is a damaged DICOM file ({type(error).__name__}).", code="corrupt") from None


def _check_kind(name: str, dataset: Dataset) -> None:
    sop_class = str(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID") or "")
    if sop_class == _DIRECTORY or "DirectoryRecordSequence" in dataset:
        raise ImageError(f"{name} is a DICOM directory, not a picture; give the pictures themselves.", code="no_pixels")
    if sop_class == _TOMOSYNTHESIS:
        raise ImageError(
            f"{name} is a tomosynthesis stack; only single mammograms are read.", code="unsupported_mammo_type"
        )
    if dataset.get("PresentationIntentType") == "FOR PROCESSING":
        raise ImageError(
            f"{name} holds raw detector values (FOR PROCESSING). Export the FOR PRESENTATION image.",
            code="unsupported_mammo_type",
        )
    if "PixelData" not in dataset:
        raise ImageError(f"{name} holds no picture.", code="no_pixels")


def _check_pixels(name: str, dataset: Dataset) -> None:
    """Does what the header says fit together and to the number of bytes? Asked before memory is taken."""
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit"):
        if keyword not in dataset or dataset[keyword].VR != "US" or not isinstance(dataset[keyword].value, int):
            raise ImageError(f"{name} is a damaged DICOM file: {keyword} is no short number.", code="corrupt")
    allocated, stored = dataset.BitsAllocated, dataset.BitsStored
    if allocated > 16:
        raise ImageError(f"{name} stores {allocated} bits a pixel; at most 16 are read.", code="unsupported_pixels")
    if allocated not in {1, 8, 16} or not 0 < stored <= allocated or dataset.HighBit != stored - 1:
        raise ImageError(f"{name} stores {stored} bits in {allocated}, which can't be.", code="corrupt")
    frames = int(dataset.get("NumberOfFrames") or 1)
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_transfer_syntax:
        raise ImageError(
            f"{name} is encoded in a way that no standard knows. Export it as uncompressed DICOM or PNG.",
            code="cannot_decode",
        )
    if syntax.is_deflated or not syntax.is_compressed:
        _check_length(name, dataset, frames)
    check_size(name, dataset.Columns, dataset.Rows)
    check_frames(name, frames)


def _check_length(name: str, dataset: Dataset, frames: int) -> None:
    samples = int(dataset.get("SamplesPerPixel") or 1)
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2  # two pixels share their colour
    bits = dataset.Rows * dataset.Columns * samples * frames * dataset.BitsAllocated
    expected, found = -(-bits // 8), len(dataset.PixelData)
    if expected == 0 or found not in {expected, expected + expected % 2}:
        raise ImageError(
            f"{name} should hold {expected} bytes of pixels and holds {found}.", code="pixel_size_mismatch"
        )


def _rendered(name: str, dataset: Dataset) -> tuple[GrayImage, int, tuple[str, ...]]:
    stored = _decoded(name, dataset)
    _check_same_size(name, dataset, (stored.shape[1], stored.shape[0]))
    if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        stored = apply_color_lut(stored, dataset)
    if stored.ndim == 3:
        return to_gray(name, stored)
    return gray_of(name, dataset, stored), min(max(int(dataset.BitsStored), 8), 16), ()


def _decoded(name: str, dataset: Dataset) -> npt.NDArray[Any]:
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        if syntax.is_encapsulated:
            frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
            _check_frame(name, dataset, frame)
            if syntax == JPEGExtended12Bit and dataset.BitsStored > 8:
                return np.asarray(imagecodecs.jpeg_decode(frame))  # the usual plugins stop at 8 bits of this syntax
        return np.asarray(dataset.pixel_array)  # colour comes as RGB
    except ImageError:
        raise
    except Exception as error:
        raise _undecodable(name, dataset) from error


def _undecodable(name: str, dataset: Dataset) -> ImageError:
    return ImageError(
        f"{name} is compressed in a way that could not be decoded ({dataset.file_meta.TransferSyntaxUID.name}). "
        "Export it as uncompressed DICOM or PNG.",
        code="cannot_decode",
    )


def _check_frame(name: str, dataset: Dataset, frame: bytes) -> None:
    if leads_nowhere(frame):
        raise _undecodable(name, dataset)
    size = stated_size(frame)
    if size is not None:
        _check_same_size(name, dataset, size)


def _check_same_size(name: str, dataset: Dataset, size: tuple[int, int]) -> None:
    if size != (dataset.Columns, dataset.Rows):
        raise ImageError(
            f"{name} says {dataset.Columns} x {dataset.Rows} pixels and holds {size[0]} x {size[1]}.",
            code="pixel_size_mismatch",
        )


def _kind_warnings(dataset: Dataset) -> tuple[str, ...]:
    modality = _modality(dataset)
    found = [] if modality == "MG" else [f"not mammography (Modality={modality or 'missing'})"]
    if dataset.get("BurnedInAnnotation") == "YES" or any(0x6000 <= element.tag.group <= 0x60FF for element in dataset):
        found.append(BURNED_IN)
    return tuple(found)


def _modality(dataset: Dataset) -> str | None:
    value = str(dataset.get("Modality") or "")
    return None if not value else value if value in _MODALITIES else "unknown"


def _laterality(dataset: Dataset) -> str | None:
    value = str(dataset.get("ImageLaterality") or dataset.get("Laterality") or "").strip().upper()
    return value if value in {"L", "R"} else None


def _view(dataset: Dataset) -> str | None:
    named = str(dataset.get("ViewPosition") or "").strip().upper()
    coded = [str(code.get("CodeMeaning") or "").strip().upper() for code in dataset.get("ViewCodeSequence") or ()]
    return next((_VIEWS[value] for value in (named, *coded) if value in _VIEWS), None)


def _age(dataset: Dataset) -> int | None:
    text = str(dataset.get("PatientAge") or "")
    return int(text[:3]) if len(text) == 4 and text[3] == "Y" and text[:3].isdigit() else None


def _spacing(dataset: Dataset) -> float | None:
    value = dataset.get("ImagerPixelSpacing") or dataset.get("PixelSpacing")
    return float(value[0]) if value else None
