"""A batch augmented by MONAI, picture by picture, to the model's input."""

from __future__ import annotations

import math

import torch
from monai.transforms import Compose, EnsureChannelFirst, NormalizeIntensity, RandAffine, RandFlip, RepeatChannel

from benchmarks.peers._films import MEAN, SHIFT_PX, STD
from benchmarks.peers._pictures import pictures
from benchmarks.peers._talking import serve, task


def main() -> None:
    """On one thread, until nobody asks for another batch."""
    torch.set_num_threads(1)
    films = torch.from_numpy(pictures(task())).float()
    transform = Compose(
        [
            EnsureChannelFirst(channel_dim="no_channel"),
            RandFlip(prob=0.5, spatial_axis=1),
            RandAffine(
                prob=1.0,
                rotate_range=math.pi,
                translate_range=(SHIFT_PX, SHIFT_PX),
                mode="bilinear",
                padding_mode="zeros",
            ),
            RepeatChannel(3),
            NormalizeIntensity(
                subtrahend=[255 * value for value in MEAN], divisor=[255 * value for value in STD], channel_wise=True
            ),
        ]
    )
    serve(lambda: torch.stack([transform(film) for film in films]))


if __name__ == "__main__":
    main()
