"""The embeddings of a finished training's pictures, as one file for each fold. Loads no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mammo.errors import CheckpointError
from mammo.files import write_whole
from mammo.packing import pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from mammo.datasets import Sample

Vectors = npt.NDArray[np.float32]  # shape (N, D)

_DIGEST_BYTES = 32


@dataclass(frozen=True)
class KnownPicture:
    """What is remembered of a picture that has an embedding."""

    item_id: str
    sample_id: str
    patient_id: str
    label: str  # name of its class
    part: str  # train, validation or test
    laterality: str | None = None
    view: str | None = None

    @classmethod
    def of(cls, item_id: str, sample: Sample, label: str, part: str) -> KnownPicture:
        """A film, or a region of it."""
        return cls(item_id, sample.id, sample.patient_id, label, part, sample.laterality, sample.view)


@dataclass(frozen=True)
class UsualDistances:
    """How far films that the model did not learn from lie from the nearest one of another woman that it did."""

    median: float
    far: float  # farther than 95 of 100 of them
    films: int  # so many were asked
    part: str  # which: validation, test, or train itself


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Pictures and their embeddings, in one order."""

    pictures: tuple[KnownPicture, ...]
    vectors: Vectors  # shape (N, D), as the network computed them
    layer: str  # behind which the network was cut
    weights_sha256: str  # of the network
    usual: UsualDistances | None = None  # None: too few films to tell
    units: npt.NDArray[np.float64] = field(init=False, repr=False)  # the vectors at length 1; zeros stay zeros

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", at_length_1(self.vectors))

    def place_of(self, item_id: str) -> int | None:
        """Where a picture stands; None if it is not known."""
        return next((place for place, one in enumerate(self.pictures) if one.item_id == item_id), None)


def at_length_1(vectors: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Vectors, shape (N, D), divided by their lengths; a vector of zeros stays as it is."""
    values = np.asarray(vectors, np.float64)
    lengths = np.sqrt((values * values).sum(axis=-1, keepdims=True))
    return np.asarray(values / np.where(lengths > 0, lengths, 1.0))


def catalogue_path(job_dir: Path, fold: int = 0) -> Path:
    """Where the embeddings of a job's fold lie, or will lie."""
    return job_dir / "embeddings" / f"fold-{fold}.bin"


def write_catalogue(path: Path, catalogue: Catalogue) -> None:
    """Write a catalogue, whole or not at all: the hash of what follows, facts, vectors."""
    facts = {
        "layer": catalogue.layer,
        "dimensions": catalogue.vectors.shape[1],
        "weights_sha256": catalogue.weights_sha256,
        "usual": None if catalogue.usual is None else asdict(catalogue.usual),
        "pictures": [asdict(one) for one in catalogue.pictures],
    }
    content = pack(facts, np.ascontiguousarray(catalogue.vectors, "<f4").tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, hashlib.sha256(content).digest() + content)


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue.

    Raises:
        CheckpointError: If there is none (code "no_embeddings"), or it is damaged.
    """
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        sentence = "The embeddings of this training have not been computed yet."
        raise CheckpointError(sentence, code="no_embeddings") from None
    content = written[_DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != written[:_DIGEST_BYTES]:
        raise CheckpointError(f"The embeddings in {path.name} are damaged. Have them computed again.")
    facts, (numbers,) = unpack(content)
    return _from_facts(np.frombuffer(numbers, "<f4").reshape(-1, facts["dimensions"]), facts)


def _from_facts(vectors: Vectors, facts: dict[str, Any]) -> Catalogue:
    return Catalogue(
        pictures=tuple(KnownPicture(**one) for one in facts["pictures"]),
        vectors=vectors,
        layer=facts["layer"],
        weights_sha256=facts["weights_sha256"],
        usual=None if facts["usual"] is None else UsualDistances(**facts["usual"]),
    )


def joined(parts: Sequence[Vectors]) -> Vectors:
    """Embeddings of several batches one after the other."""
    return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
