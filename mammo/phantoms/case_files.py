"""One woman's pictures, masks and texts on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mammo.imaging.gray_image import GrayImage, Mask, to_stored
from mammo.phantoms.descriptions import case_description, overlay
from mammo.phantoms.drawing import PhantomView, draw_woman
from mammo.phantoms.layout import SUFFIXES, case_folder, mask_ending, stem
from mammo.phantoms.options import FileFormat, PhantomOptions
from mammo.phantoms.population import Woman
from mammo.phantoms.workbook import PictureRow

MARK = "synthetic"  # in every picture's metadata
JPEG_QUALITY = 95


def write_case(woman: Woman, options: PhantomOptions, pictures: Path) -> list[PictureRow]:
    """Draw a woman and write her files below the pictures' folder.

    Returns:
        Her lines of the workbook, one per picture.
    """
    views = draw_woman(woman, options)
    folder = pictures / case_folder(woman)
    folder.mkdir(parents=True, exist_ok=True)  # a number may serve women of two scanners
    (folder / f"{woman.patient_id.replace('_', '-')}-1.ics").write_text(case_description(woman, views, options))
    return [_write_view(woman, view, options.file_format, pictures) for view in views]


def _write_view(woman: Woman, view: PhantomView, file_format: FileFormat, pictures: Path) -> PictureRow:
    base = f"{case_folder(woman)}/{stem(woman, view.laterality, view.view)}"
    suffix = SUFFIXES[file_format]
    _write_picture(pictures / (base + suffix), view.pixels, 8 if file_format == "JPEG-8" else 16)
    masks = [f"{base}{mask_ending(woman.label, place)}{suffix}" for place in range(len(view.lesions))]
    for name, (_, mask) in zip(masks, view.lesions, strict=True):
        _write_mask(pictures / name, mask)
    if view.lesions:
        (pictures / f"{base}.OVERLAY").write_text(overlay(view.lesions))
    return PictureRow(
        path=base + suffix,
        laterality=view.laterality,
        view=view.view,
        label=woman.label,
        masks=tuple(masks),
        age=woman.age,
        density=woman.density,
    )


def _write_mask(path: Path, mask: Mask) -> None:
    _write_picture(path, mask.astype(np.float32), 8)


def _write_picture(path: Path, pixels: GrayImage, bits: int) -> None:
    picture = Image.fromarray(to_stored(pixels, bits))
    if path.suffix == ".jpg":
        picture.save(path, quality=JPEG_QUALITY, comment=MARK.encode())
        return
    info = PngInfo()
    info.add_text(MARK, "Computed by Mammo; no person, no scanner.")
    picture.save(path, pnginfo=info, compress_level=4)
