"""A batch augmented by albumentations, picture by picture, to the model's input."""

from __future__ import annotations

import albumentations
import cv2
import torch
from albumentations.pytorch import ToTensorV2

from benchmarks.peers._films import MEAN, SHIFT_PX, STD
from benchmarks.peers._pictures import pictures
from benchmarks.peers._talking import serve, task


def main() -> None:
    """On one thread, until nobody asks for another batch."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    films = pictures(task())
    transform = albumentations.Compose(
        [
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Affine(rotate=(-180, 180), translate_px=(-SHIFT_PX, SHIFT_PX), p=1),
            albumentations.ToRGB(),
            albumentations.Normalize(MEAN, STD),
            ToTensorV2(),
        ]
    )
    serve(lambda: torch.stack([transform(image=film)["image"] for film in films]))


if __name__ == "__main__":
    main()
