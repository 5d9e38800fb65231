"""Settings of this installation: the only module that reads the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mammo.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """Where things lie. Every setting has a default that works in a fresh clone."""

    home: Path  # everything that Mammo writes
    database_url: str  # SQLite in home, or PostgreSQL
    weights_dir: Path  # ImageNet weights, looked up before any download
    data_roots: tuple[Path, ...]  # server folders from which a page may import; empty = any, for the command line
    heartbeat_seconds: float = 5.0  # between two signs of life of a worker's job
    lease_seconds: float = 30.0  # without one, a job is taken from its worker
    administrators: frozenset[str] = frozenset()  # names, as the login gives them; they remove what others have kept
    keeps_spare: bool = True  # does a worker keep a process with torch loaded for its next job?

    @property
    def datasets_dir(self) -> Path:
        return self.home / "datasets"

    @property
    def prepared_dir(self) -> Path:
        return self.home / "prepared"

    @property
    def kept_dir(self) -> Path:
        """Uploaded pictures, written anew, that their owners let this server keep."""
        return self.home / "kept"

    @property
    def tmp_dir(self) -> Path:
        return self.home / "tmp"

    def job_dir(self, job_id: int) -> Path:
        """Where a job keeps its configuration, log, checkpoints and predictions."""
        return self.home / "jobs" / str(job_id)


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``MAMMO_HOME``, ``MAMMO_DATABASE_URL``, ``MAMMO_WEIGHTS_DIR``, ``MAMMO_DATA_ROOTS`` and more.

    Raises:
        SettingsError: If the name of the home is no Unicode text, or a value makes no sense.
    """
    home = Path(environ.get("MAMMO_HOME") or ".mammo").absolute()
    roots = environ.get("MAMMO_DATA_ROOTS", "")
    return Settings(
        home=home,
        database_url=environ.get("MAMMO_DATABASE_URL") or _sqlite_url(home / "mammo.db"),
        weights_dir=Path(environ.get("MAMMO_WEIGHTS_DIR") or home / "weights").absolute(),
        data_roots=tuple(Path(root).absolute() for root in roots.split(os.pathsep) if root),
        heartbeat_seconds=_seconds(environ, "MAMMO_HEARTBEAT_SECONDS", 5.0),
        lease_seconds=_seconds(environ, "MAMMO_LEASE_SECONDS", 30.0),
        administrators=_administrators(environ),
        keeps_spare=_yes_or_no(environ, "MAMMO_SPARE_PROCESS"),
    )


def _sqlite_url(file: Path) -> str:
    # Quoted, since a "?" would begin the options of a URL and "%20" would become a space.
    try:
        return f"sqlite:///{quote(str(file))}"
    except UnicodeEncodeError:
        raise SettingsError(
            f"MAMMO_HOME names a folder that is not written in Unicode ({str(file.parent)!a}). Choose another."
        ) from None


def _administrators(environ: Mapping[str, str]) -> frozenset[str]:
    names = (name.strip() for name in environ.get("MAMMO_ADMINISTRATORS", "").split(","))
    found = frozenset(name for name in names if name)
    if "guest" in found:
        raise SettingsError("MAMMO_ADMINISTRATORS can't name guest: it is whoever reaches a server without a login.")
    return found


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name) or "yes"
    if text not in {"yes", "no"}:
        raise SettingsError(f"{name} is yes or no, not {text!r}.")
    return text == "yes"


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise SettingsError(f"{name} is a number of seconds above 0, not {text!r}.")
    return seconds
