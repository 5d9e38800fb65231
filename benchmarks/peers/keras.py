"""Keras 3 on one of its backends: a PyDataset in two threads, augmentation layers in the model, ``fit``."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers
from PIL import Image

from benchmarks.peers._films import CLASSES, MEAN, SHIFT_PX, STD, labelled, stretched
from benchmarks.peers._talking import Epochs, task

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]


class Films(keras.utils.PyDataset):  # type: ignore[misc] # not installed beside Mammo
    """Batches of films that are decoded, stretched and shrunk whenever they are asked for."""

    def __init__(self, asked: dict[str, Any]) -> None:
        super().__init__(workers=asked["workers"])
        self.films, self.batch, self.size = labelled(asked["folder"]), asked["batch"], asked["size"]

    def __len__(self) -> int:
        return -(-len(self.films) // self.batch)  # type: ignore[no-any-return] # of a class not installed here

    def __getitem__(self, index: int) -> Batch:
        chosen = self.films[index * self.batch : (index + 1) * self.batch]
        images = [self._image(path) for path, _ in chosen]
        return np.stack(images), np.array([label for _, label in chosen])

    def _image(self, path: str) -> npt.NDArray[np.float32]:
        small = Image.fromarray(stretched(path)).resize((self.size, self.size)).convert("RGB")
        return np.asarray(small, np.float32)


class Told(keras.callbacks.Callback):  # type: ignore[misc] # not installed beside Mammo
    """Tells the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = Epochs()

    def on_epoch_end(self, _epoch: int, _logs: object = None) -> None:
        self.epochs.ended()


def alexnet(size: int) -> keras.Model:
    """The AlexNet of torchvision in Keras's layers, behind scaling and augmentation."""
    shift = SHIFT_PX / size
    before = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(1.0),
        layers.RandomTranslation(shift, shift, fill_mode="constant"),
        layers.Rescaling(1 / 255),
        layers.Normalization(mean=MEAN, variance=[value**2 for value in STD]),
    ]
    features: list[Any] = [*_convolution(64, 11, 2, strides=4), layers.MaxPooling2D(3, 2)]
    features += [*_convolution(192, 5, 2), layers.MaxPooling2D(3, 2)]
    features += [*_convolution(384, 3, 1), *_convolution(256, 3, 1), *_convolution(256, 3, 1)]
    features.append(layers.MaxPooling2D(3, 2))
    head: list[Any] = [layers.Flatten(), layers.Dropout(0.5), layers.Dense(4096, activation="relu")]
    head += [layers.Dropout(0.5), layers.Dense(4096, activation="relu"), layers.Dense(CLASSES)]
    return keras.Sequential([keras.Input((size, size, 3)), *before, *features, *head])


def _convolution(channels: int, side: int, padding: int, strides: int = 1) -> list[Any]:
    return [layers.ZeroPadding2D(padding), layers.Conv2D(channels, side, strides=strides, activation="relu")]


def main() -> None:
    """Train until nobody asks for another epoch."""
    asked = task()
    if asked["family"] != "alexnet":
        raise SystemExit("Only AlexNet is written down here.")
    model = alexnet(asked["size"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(asked["learning_rate"]), loss)
    model.fit(Films(asked), epochs=1_000_000, callbacks=[Told()], verbose=0)


if __name__ == "__main__":
    main()
