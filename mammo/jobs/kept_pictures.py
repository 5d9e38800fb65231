"""Uploaded pictures that a person lets this server keep: written anew, without header and name, and removed whole."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mammo.errors import SettingsError
from mammo.files import write_whole
from mammo.imaging.display import exact_png
from mammo.imaging.lossless import lossless
from mammo.ingest.pool import shared_pool
from mammo.pseudonyms import pseudonyms, told_age
from mammo.store import KeptPictureRecord, Store
from mammo.store.kept_pictures import check_may_be_kept

if TYPE_CHECKING:
    from mammo.config import Settings

_TOKEN_BYTES = 16  # of a file's name, which is never used again: who removes a picture removes no newer one
_NAME = "The picture"  # its own may be a person's


@dataclass(frozen=True)
class Upload:
    """A picture that its owner wants to be kept, with the answer that it got."""

    content: bytes
    owner: str
    woman: str  # any words that name her among the owner's; only her pseudonym is kept
    job: int
    probabilities: Mapping[str, float]

    @property
    def image(self) -> str:
        """SHA-256 of the file's bytes, by which opinions name it."""
        return hashlib.sha256(self.content).hexdigest()


def keep_picture(store: Store, settings: Settings, upload: Upload) -> KeptPictureRecord:
    """Keep every gray of an upload as a PNG of its own; of the header only what an import keeps, too.

    Raises:
        ImageError: If it is no picture.
        ParameterError: If it may hold writing about the woman and nobody is logged in.
        SettingsError: If the disk does not take it.
    """
    image = shared_pool().decode(_NAME, upload.content)
    stored, bits = lossless(image.pixels)
    png = exact_png(stored)
    picture = KeptPictureRecord(
        image=upload.image,
        file=f"{secrets.token_hex(_TOKEN_BYTES)}.png",
        owner=upload.owner,
        kept_at=datetime.now(UTC),
        patient_id=pseudonyms(settings).of(upload.woman),
        job=upload.job,
        probabilities=upload.probabilities,
        sha256=hashlib.sha256(png).hexdigest(),
        width_px=stored.shape[1],
        height_px=stored.shape[0],
        bits=bits,
        laterality=image.laterality,
        view=image.view,
        age=told_age(image.age),
        warnings=image.warnings,
    )
    check_may_be_kept(picture)
    path, kept = kept_path(settings, picture), None
    _write(path, png)
    try:
        kept = store.kept_pictures.add(picture)
    finally:
        if kept is None or kept.file != picture.file:  # it could not be listed, or is kept already
            path.unlink(missing_ok=True)
    return kept


def kept_path(settings: Settings, picture: KeptPictureRecord) -> Path:
    """Where a kept picture's file lies."""
    return settings.kept_dir / picture.file


def remove_picture(store: Store, settings: Settings, image: str, *, by: str) -> None:
    """Remove a kept picture, its file and all that is known of it; NotFoundError if this person may not."""
    file = store.kept_pictures.remove(image, by=by)
    (settings.kept_dir / file).unlink(missing_ok=True)


def remove_unlisted_pictures(store: Store, settings: Settings) -> int:
    """Remove files that no picture names any more; return their number.

    They are of processes that were killed in between. Only for the moment before the dashboard opens, since a file is
    written before it is listed.
    """
    listed = store.kept_pictures.files()
    unlisted = [path for path in settings.kept_dir.glob("*") if path.name not in listed]
    for path in unlisted:
        path.unlink(missing_ok=True)
    return len(unlisted)


def _write(path: Path, png: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, png)
        path.chmod(0o600)
    except OSError as error:
        raise SettingsError(f"The picture can't be kept: {error.strerror}.", code="kept_picture") from error
