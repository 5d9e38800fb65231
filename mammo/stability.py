"""How steady an answer is: the same picture asked again, a little brighter, flatter, turned or moved. Fixed changes.

The changes are made to the picture as the network gets it: what the preparation evens out anyway says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mammo.augmentation.policy import Policy
from mammo.augmentation.warp import warp
from mammo.imaging.gray_image import StoredImage, from_stored, to_stored

if TYPE_CHECKING:
    from mammo.training.model_folder import TrainedModel


@dataclass(frozen=True)
class Change:
    """A change that leaves a mammogram what it is; first its gray values, then its place."""

    words: str
    black: float = 0.0  # the gray value that becomes 0
    white: float = 1.0  # the gray value that becomes 1
    gamma: float = 1.0
    degrees: float = 0.0  # clockwise
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)  # (x, y) in shares of the side
    is_mirrored: bool = False

    def apply(self, stored: StoredImage) -> StoredImage:
        """The changed picture, shape (S, S), of the same integers."""
        shown = from_stored(stored)
        if (self.black, self.white, self.gamma) != (0.0, 1.0, 1.0):
            shown = np.clip((shown - self.black) / (self.white - self.black), 0, 1) ** np.float32(self.gamma)
        changed = to_stored(shown.astype(np.float32), 8 * stored.dtype.itemsize)
        return changed if not self._moves else warp(changed, self._matrix(stored.shape[0]))

    @property
    def _moves(self) -> bool:
        return (self.degrees, self.scale, self.shift, self.is_mirrored) != (0.0, 1.0, (0.0, 0.0), False)

    def _matrix(self, size: int) -> npt.NDArray[np.float64]:
        cosine, sine = (self.scale * turn(math.radians(self.degrees)) for turn in (math.cos, math.sin))
        turned = np.array([[cosine, -sine, size * self.shift[0]], [sine, cosine, size * self.shift[1]], [0, 0, 1]])
        return np.asarray(turned @ np.diag([-1.0 if self.is_mirrored else 1.0, 1.0, 1.0]))


CONTRAST = (
    Change("a little darker", black=0.04),
    Change("a little brighter", white=0.94),
    Change("less contrast", black=-0.05, white=1.05),
    Change("more contrast", black=0.03, white=0.97),
    Change("dark tissue lifted", gamma=0.87),
    Change("dark tissue lowered", gamma=1.15),
)
MOVES = (
    Change("turned left", degrees=-4),
    Change("turned right", degrees=4),
    Change("smaller", scale=0.96),
    Change("larger", scale=1.04),
    Change("moved left", shift=(-0.03, 0)),
    Change("moved right", shift=(0.03, 0)),
    Change("moved up", shift=(0, -0.03)),
    Change("moved down", shift=(0, 0.03)),
)
MIRRORED = Change("mirrored", is_mirrored=True)


@dataclass(frozen=True)
class Stability:
    """How one picture's answer behaves under small changes."""

    changed: float  # share of the changed pictures that get another class, 0 to 1
    spread: float  # standard deviation over the changed pictures of the probability of the class called, 0 to 0.5
    lowest: float  # that probability, over the picture itself and all changed ones
    highest: float
    changes: int  # so many changed pictures were asked
    turned_by: tuple[str, ...]  # words of those changes that gave another class

    def __str__(self) -> str:
        if not self.turned_by:
            return f"The answer stays the same under all {self.changes} small changes of contrast and position."
        return (
            f"The answer changes under {len(self.turned_by)} of {self.changes} small changes of contrast and position: "
            f"{', '.join(self.turned_by)}."
        )


def changes_for(model: TrainedModel) -> tuple[Change, ...]:
    """The changes that a model's answers should stand: mirroring only where it was trained on mirrored pictures."""
    is_mirrored = any(step.name == "reflection" for step in Policy.of(model.config.augmentation).steps)
    return CONTRAST + MOVES + ((MIRRORED,) if is_mirrored else ())


def stability_of(
    models: Sequence[TrainedModel],
    pictures: Sequence[StoredImage],
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Stability]:
    """How steady the models' mean answer to each picture is.

    Args:
        models: Of one job: the same classes, family and pipeline.
        pictures: As their pipeline prepares them, each (S, S), stored integers.
        on_progress: Called with pictures done and their number.
    """
    changes = changes_for(models[0])
    found = []
    for picture in pictures:
        asked = [picture, *(change.apply(picture) for change in changes)]
        found.append(steadiness(_probabilities(models, np.stack(asked)), changes))
        on_progress(len(found), len(pictures))
    return found


def steadiness(probabilities: npt.NDArray[np.float64], changes: Sequence[Change]) -> Stability:
    """What the answers say: those to the picture itself in the first row, to its changes below, shape (1 + M, K)."""
    called = int(probabilities[0].argmax())
    others = probabilities[1:].argmax(axis=1) != called
    of_called = probabilities[:, called]
    return Stability(
        changed=float(others.mean()),
        spread=float(of_called[1:].std()),
        lowest=float(of_called.min()),
        highest=float(of_called.max()),
        changes=len(changes),
        turned_by=tuple(change.words for change, is_other in zip(changes, others, strict=True) if is_other),
    )


def _probabilities(models: Sequence[TrainedModel], batch: npt.NDArray[np.uint8 | np.uint16]) -> npt.NDArray[np.float64]:
    """Mean class probabilities of the models, shape (N, K)."""
    import torch  # here only: pages show what was found

    from mammo.training.batches import to_input

    inputs = to_input(batch, models[0].pipeline.mean, models[0].pipeline.std)  # type: ignore[arg-type] # of one type
    with torch.no_grad():
        outputs = torch.stack([model.network(inputs).float().softmax(1) for model in models]).mean(0)
    return np.asarray(outputs.double().numpy())
