"""Mammograms whose every text tells who a woman is: what must be found nowhere once they were taken in."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID

from tests.corpus.dicoms import dicom, with_preamble

MARK = "ZQPHI"  # in every name, text, code and file name
DAY, MOMENT, ROOT_UID = "19310203", "010203.765432", "1.2.826.0.1.987654321"
PLANTED = (MARK, DAY, "1931-02-03", MOMENT, ROOT_UID)

_VALUES = {
    "PN": f"{MARK}^JANE^^DR",
    "DA": DAY,
    "TM": MOMENT,
    "DT": DAY + MOMENT,
    "UI": ROOT_UID,
    "AE": f"{MARK}AE",
    "CS": f"{MARK} CODE",
    "SH": f"{MARK} 12 MAIN ST",
    "LO": f"{MARK} HOSPITAL 0123456789",
    "ST": f"{MARK}, born {DAY}",
    "LT": f"{MARK}, mother of {MARK}",
    "UT": f"{MARK} <script>{MARK}</script>",
    "UC": f"{MARK} unlimited",
    "UR": f"http://{MARK}.example/{DAY}",
}
# What the pixels are read by; the rest of the dictionary holds all that the Basic profile removes (DICOM PS3.15 E.1-1).
_NEEDED = frozenset({
    "SpecificCharacterSet", "SOPClassUID", "Modality", "PresentationIntentType", "PhotometricInterpretation",
    "VOILUTFunction", "PatientAge",
})  # fmt: skip


def identifiable_elements() -> list[tuple[BaseTag, str]]:
    """Tags and types of all elements of the standard that can hold words, dates or identifiers."""
    found = []
    for number, (vr, _, _, _, keyword) in DicomDictionary.items():
        tag = Tag(number)
        if vr in _VALUES and tag.group not in {0x0000, 0x0002, 0x0004, 0xFFFE} and keyword not in _NEEDED:
            found.append((tag, vr))
    return found


def identified_film(
    number: int,
    share: list[tuple[BaseTag, str]],
    rng: np.random.Generator,
    pixels: npt.NDArray[np.uint16] | None = None,
) -> bytes:
    """A film that tells who she is in its preamble, a share of all elements, private ones, sequences and an overlay.

    Without pixels of 12 bits it shows noise.
    """
    attributes = {"PatientName": _VALUES["PN"], "PatientID": f"{MARK}{number}", "PatientAge": "061Y"}
    nested = _nested(3)
    dataset_parts = {
        "RequestAttributesSequence": [nested],
        "ImageLaterality": "LR"[number % 2],
        "ViewPosition": ("CC", "MLO")[number // 2 % 2],
    }
    if number % 10 == 0:
        dataset_parts["Modality"] = f"{MARK}MOD"
    if number % 7 == 0:
        dataset_parts["BurnedInAnnotation"] = "YES"
    pixels = rng.integers(0, 4096, (96, 64)).astype(np.uint16) if pixels is None else pixels
    whole = dicom(pixels, elements=[*_planted(share), *_private(), *_overlay()], **(attributes | dataset_parts))
    return with_preamble(whole, MARK.encode() * 20)


def _planted(share: list[tuple[BaseTag, str]]) -> list[DataElement]:
    return [DataElement(tag, vr, _VALUES[vr]) for tag, vr in share]


def _private() -> list[DataElement]:
    return [
        DataElement(Tag(0x0009, 0x0010), "LO", f"{MARK} CREATOR"),
        DataElement(Tag(0x0009, 0x1001), "PN", _VALUES["PN"]),
        DataElement(Tag(0x0009, 0x1002), "OB", MARK.encode() + b"\0"),
        DataElement(Tag(0x0029, 0x0010), "LO", f"{MARK} CREATOR"),
        DataElement(Tag(0x0029, 0x1001), "UN", struct.pack("<4s", b"SV10") + MARK.encode() * 2),
    ]


def _overlay() -> list[DataElement]:
    drawn = (MARK.encode() * 200)[: 96 * 64 // 8]
    return [
        DataElement(Tag(0x6000, 0x0010), "US", 96),
        DataElement(Tag(0x6000, 0x0011), "US", 64),
        DataElement(Tag(0x6000, 0x0022), "LO", f"{MARK} OVERLAY"),
        DataElement(Tag(0x6000, 0x3000), "OW", drawn),
    ]


def _nested(depth: int) -> Dataset:
    item = Dataset()
    item.PatientName = _VALUES["PN"]
    item.StudyDate = DAY
    item.ReferencedSOPInstanceUID = UID(ROOT_UID)
    if depth:
        item.RequestAttributesSequence = [_nested(depth - 1)]
    return item
