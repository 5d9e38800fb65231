"""Known pictures that lie nearest to one, of other women only, and whether any of them is near at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.embedding.catalogue import Catalogue, KnownPicture, UsualDistances, at_length_1
from mammo.errors import ParameterError

LEARNT_FROM = ("train",)  # the parts that are known unless others are asked for
_FEWEST = 20  # films from which the usual distances can be told
_MOST = 500  # films that are asked for them
_FAR = 0.95  # share of the films that lie nearer than what is called far
_SAME = 1e-6  # cosine distance of a picture from itself, as single precision has it
_DECIMALS = 9  # sums in another order differ by less; ties are then told by the picture's name

Distances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Neighbour:
    """A known picture and how far it lies."""

    picture: KnownPicture
    distance: float  # 1 - cosine, 0 to 2


@dataclass(frozen=True)
class Nearest:
    """The nearest known pictures, the nearest first, and what their distance means."""

    neighbours: tuple[Neighbour, ...]  # each of another woman
    usual: UsualDistances | None  # None: too few films to tell

    @property
    def distance(self) -> float | None:
        """Of the nearest; None where none is known."""
        return self.neighbours[0].distance if self.neighbours else None

    @property
    def is_far(self) -> bool:
        """Even the nearest lies farther than is usual."""
        return lies_far(self.distance, self.usual)

    @property
    def words(self) -> str:
        """A sentence about the nearest."""
        return nearness_in_words(self.distance, self.usual)


def nearest_known(
    catalogue: Catalogue,
    vector: npt.ArrayLike,
    *,
    patient_id: str | None = None,
    count: int = 6,
    parts: Collection[str] = LEARNT_FROM,
    left_out: Collection[str] = (),
) -> Nearest:
    """The known pictures nearest to one by the angle between embeddings, at most one of each woman.

    Args:
        catalogue: Of the model that computed ``vector``.
        vector: The picture's embedding, shape (D,).
        patient_id: The picture's woman, none of whose pictures are found; None if nobody knows her.
        count: At most so many.
        parts: Whose pictures count as known: what the model learnt from.
        left_out: Ids of samples that must not be found, such as those that a person may not see.

    Raises:
        ParameterError: If the vector is not of the catalogue's network.
    """
    asked = np.asarray(vector, np.float64)
    if asked.shape != catalogue.vectors.shape[1:]:
        own = catalogue.vectors.shape[-1]
        raise ParameterError(f"An embedding of {asked.size} numbers is none of this model's; its own have {own}.")
    places = [
        place
        for place, one in enumerate(catalogue.pictures)
        if one.part in parts and one.patient_id != patient_id and one.sample_id not in left_out
    ]
    distances = _distances(at_length_1(asked[None]), catalogue.units[places])[0]
    ids = np.array([catalogue.pictures[place].item_id for place in places])
    found: dict[str, Neighbour] = {}
    for turn in np.lexsort((ids, distances)) if places else []:
        picture = catalogue.pictures[places[turn]]
        found.setdefault(picture.patient_id, Neighbour(picture, float(distances[turn])))
        if len(found) == count:
            break
    return Nearest(tuple(found.values()), catalogue.usual)


def usual_distances(catalogue: Catalogue) -> UsualDistances | None:
    """How far unknown films lie from the nearest known one of another woman; None with too few to tell.

    Validation films are asked, else test films, else those learnt from; of many, every so manieth.
    """
    known = np.array([one.part in LEARNT_FROM for one in catalogue.pictures], bool)
    women = np.array([one.patient_id for one in catalogue.pictures])
    for part in ("validation", "test", *LEARNT_FROM):
        places = np.flatnonzero([one.part == part for one in catalogue.pictures])
        places = places[:: -(-len(places) // _MOST) or 1]
        if len(places) < _FEWEST or not known.any():
            continue
        distances = _distances(catalogue.units[places], catalogue.units[known])
        distances[women[places][:, None] == women[known][None]] = np.inf
        least = distances.min(axis=1)
        least = least[np.isfinite(least)]
        if len(least) >= _FEWEST:
            return UsualDistances(float(np.median(least)), float(np.quantile(least, _FAR)), len(least), part)
    return None


def _distances(asked: Distances, known: Distances) -> Distances:
    """1 - cosine of unit vectors, shape (n, D) and (m, D) to (n, m)."""
    return np.asarray(np.round(1 - asked @ known.T, _DECIMALS))


def lies_far(distance: float | None, usual: UsualDistances | None) -> bool:
    """Whether the nearest known picture lies farther than is usual; False where that can't be told."""
    return distance is not None and usual is not None and distance > usual.far


def is_same(distance: float | None) -> bool:
    """Whether the nearest known picture is the same one to the model."""
    return distance is not None and distance < _SAME


def nearness_in_words(distance: float | None, usual: UsualDistances | None) -> str:
    """A sentence about the nearest known picture; None: there is none."""
    if distance is None:
        return "No picture of another woman is known to this model."
    if is_same(distance):
        return "The nearest known picture is the same to the model, and may be the same picture."
    if usual is None:
        return f"The nearest lies at a distance of {distance:.3f}; too few films are known to say whether that is near."
    asked = {"validation": "validation films", "test": "test films"}.get(usual.part, "films learnt from")
    if distance > usual.far:
        return (
            f"No known picture is near: the nearest lies at {distance:.3f}, farther than for 95 of 100 {asked} "
            f"({usual.far:.3f}). The model has seen little like this."
        )
    place = "nearer" if distance <= usual.median else "farther"
    return f"The nearest lies at {distance:.3f}, {place} than for half of the {asked} ({usual.median:.3f})."
