"""The texts beside the pictures, in the style of DDSM: a case's facts and the outlines of its lesions."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mammo.imaging.gray_image import Mask
from mammo.phantoms.drawing import PhantomView
from mammo.phantoms.film import SCANNERS
from mammo.phantoms.findings import PlannedLesion
from mammo.phantoms.layout import view_name
from mammo.phantoms.options import PhantomOptions
from mammo.phantoms.population import Woman

#: (x, y) step of one outline point to the next -> DDSM's chain code: 0 is up, then clockwise.
CHAIN_CODES = {(0, -1): 0, (1, -1): 1, (1, 0): 2, (1, 1): 3, (0, 1): 4, (-1, 1): 5, (-1, 0): 6, (-1, -1): 7}

SHAPES = {
    ("MASS", "benign"): "SHAPE OVAL MARGINS CIRCUMSCRIBED",
    ("MASS", "malignant"): "SHAPE IRREGULAR MARGINS SPICULATED",
    ("CALCIFICATION", "benign"): "TYPE PUNCTATE DISTRIBUTION REGIONAL",
    ("CALCIFICATION", "malignant"): "TYPE PLEOMORPHIC DISTRIBUTION LINEAR",
}
ASSESSMENTS = {"benign": 2, "malignant": 5}  # BI-RADS

SYNTHETIC_NOTE = """SYNTHETIC MAMMOGRAMS

Every picture in this folder was computed; none shows a person, and no scanner made it.
They follow the file layout of Mini-DDSM v2, so that programs can be tried on them.
Results on them say nothing about real mammograms. Never mix them with real images.

kind: {kind}
women: {patients}
seed: {seed}
texture shared by a woman's views: {texture:g}
strength of the scanner confound: {confound:g}
pixel: {pitch:g} mm
"""


def synthetic_note(options: PhantomOptions) -> str:
    """What the set is, and how it was made."""
    return SYNTHETIC_NOTE.format(
        kind=options.kind,
        patients=options.patients,
        seed=options.seed,
        texture=options.patient_texture,
        confound=options.scanner_confound,
        pitch=options.pitch_mm,
    )


def case_description(woman: Woman, views: Sequence[PhantomView], options: PhantomOptions) -> str:
    """Content of an ``.ics`` file."""
    bits = options.file_format.rpartition("-")[2]
    lines = [
        "ics_version 1.0",
        f"filename {woman.patient_id.replace('_', '-')}-1",
        f"PATIENT_AGE {woman.age}",
        "FILM",
        "FILM_TYPE SYNTHETIC",
        f"DENSITY {woman.density}",
        f"DIGITIZER {SCANNERS[woman.scanner].digitizer}",
        "SEQUENCE",
    ]
    for view in views:
        height, width = view.pixels.shape
        lines.append(
            f"{view_name(view.laterality, view.view)} LINES {height} PIXELS_PER_LINE {width} BITS_PER_PIXEL {bits} "
            f"RESOLUTION {options.pitch_mm * 1000:g} {'OVERLAY' if view.lesions else 'NON_OVERLAY'}"
        )
    return "\n".join(lines) + "\n"


def overlay(lesions: Sequence[tuple[PlannedLesion, Mask]]) -> str:
    """Content of an ``.OVERLAY`` file: each lesion's character and outline."""
    lines = [f"TOTAL_ABNORMALITIES {len(lesions)}"]
    for place, (planned, mask) in enumerate(lesions, start=1):
        lines += [
            f"ABNORMALITY {place}",
            f"LESION_TYPE {planned.kind} {SHAPES[planned.kind, planned.label]}",
            f"ASSESSMENT {ASSESSMENTS[planned.label]}",
            f"PATHOLOGY {planned.label.upper()}",
            "TOTAL_OUTLINES 1",
            "BOUNDARY",
            chain_code(mask),
        ]
    return "\n".join(lines) + "\n"


def chain_code(mask: Mask) -> str:
    """The outline of a mask's largest part: first point's x and y in pixels, one code per step, and a #."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(outlines, key=len)[:, 0]
    steps = np.diff(points, axis=0, append=points[:1]).tolist()
    codes = [CHAIN_CODES[x, y] for x, y in steps if x or y]
    return " ".join(str(number) for number in (*points[0].tolist(), *codes, "#"))
