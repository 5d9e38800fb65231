"""Where the files of a set lie and what they are called: the layout of Mini-DDSM v2 with its oddities."""

from __future__ import annotations

from mammo.phantoms.findings import Laterality, View
from mammo.phantoms.options import FileFormat
from mammo.phantoms.population import Woman

CLASS_FOLDERS = {"normal": "Normal", "benign": "Benign", "malignant": "Cancer"}
SIDES = {"L": "LEFT", "R": "RIGHT"}
SUFFIXES = {"PNG-16": ".png", "JPEG-8": ".jpg"}
WORKBOOK = "DataWMask.xlsx"
SYNTHETIC_MARK = "SYNTHETIC.txt"  # lies in the folder of every set of phantoms


def pictures_folder(file_format: FileFormat) -> str:
    """Folder of all pictures of one format, below the set's own."""
    return f"MINI-DDSM-Complete-{file_format}"


def case_folder(woman: Woman) -> str:
    """A woman's folder below the pictures' one. Women of different scanners may share the number in it."""
    return f"{CLASS_FOLDERS[woman.label]}/{woman.number:04d}"


def view_name(laterality: Laterality, view: View) -> str:
    """``LEFT_CC``, as in file names and in case descriptions."""
    return f"{SIDES[laterality]}_{view}"


def stem(woman: Woman, laterality: Laterality, view: View) -> str:
    """A picture's name without suffix: ``C_0029_1.LEFT_CC``."""
    return f"{woman.patient_id}_1.{view_name(laterality, view)}"


def mask_ending(label: str, place: int) -> str:
    """Ending of the mask of a picture's first (0) or later lesion; the second one's case differs by class, as there."""
    if place == 0:
        return "_Mask"
    return f"_MASK{place + 1}" if label == "benign" else f"_Mask{place + 1}"
