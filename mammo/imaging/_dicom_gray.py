"""From decoded DICOM pixels to [0, 1]: modality transformation, display window, polarity, as PS3.3 orders them.

Where the file has a VOI LUT or window, its first one decides what is black and white, as on a workstation; else the
whole range that the stored bits could hold does. All is computed in double precision and rounded once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi

from mammo.errors import ImageError
from mammo.imaging.gray_image import GrayImage

Values = npt.NDArray[np.float64]


def gray_of(name: str, dataset: Dataset, stored: npt.NDArray[Any]) -> GrayImage:
    """Gray image in [0, 1], air dark.

    Source:
        DICOM PS3.3 C.11.1 (modality LUT), C.11.2 (VOI LUT), C.7.6.3.1.2 (photometric interpretation).
    """
    values = np.asarray(apply_modality_lut(stored, dataset), np.float64)
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    shares = _displayed(name, dataset, values)
    if shares is None:
        low, high = _range_of(dataset, stored)
        if low == high:
            raise ImageError(f"{name} maps all its pixels to one value; the header is damaged.", code="corrupt")
        distance = high - values if inverted else values - low
        shares = distance / (high - low)
    elif inverted:
        shares = 1 - shares
    if "PixelPaddingValue" in dataset:
        shares = np.where(stored == dataset.PixelPaddingValue, 0.0, shares)
    return np.clip(shares, 0, 1).astype(np.float32)


def _displayed(name: str, dataset: Dataset, values: Values) -> Values | None:
    """Values after the first VOI LUT or window, in [0, 1]; None where the file has neither."""
    if dataset.get("VOILUTSequence"):
        bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        table = np.asarray(apply_voi(values.astype(np.int64), dataset, index=0), np.float64)
        return np.asarray(table / (2**bits - 1))
    center, width = (_first(dataset.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    if center is None or width is None:
        return None
    return window(name, values, center, width, dataset.get("VOILUTFunction") or "LINEAR")


def window(name: str, values: Values, center: float, width: float, function: str) -> Values:
    """Values through a display window, in [0, 1].

    Source:
        DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.
    """
    smallest = 1 if function == "LINEAR" else 0
    if width < smallest or (width == 0 and function != "LINEAR"):
        raise ImageError(f"{name} has a display window of width {width:g}; the header is damaged.", code="corrupt")
    if function == "SIGMOID":
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -700, 700))))
    if function == "LINEAR":
        if width == 1:
            return np.asarray(values > center - 0.5, np.float64)
        return np.asarray(np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1))
    return np.asarray(np.clip((values - center) / width + 0.5, 0, 1))


def _range_of(dataset: Dataset, stored: npt.NDArray[Any]) -> tuple[float, float]:
    """The least and greatest value that the stored bits could give after the modality transformation."""
    if dataset.get("ModalityLUTSequence"):
        return 0.0, float(2 ** int(dataset.ModalityLUTSequence[0].LUTDescriptor[2]) - 1)
    bits = int(dataset.BitsStored)
    signed = int(dataset.PixelRepresentation) == 1
    ends = np.array([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] if signed else [0, 2**bits - 1], np.float64)
    if stored.min() < ends[0] or stored.max() > ends[1]:
        ends = np.array([stored.min(), stored.max()], np.float64)
    low, high = sorted(apply_modality_lut(ends, dataset))
    return float(low), float(high)


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    return float(value[0] if isinstance(value, list | tuple) or hasattr(value, "append") else value)
