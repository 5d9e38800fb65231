"""Settings of this installation: the only module that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where things lie. Every setting has a default that works in a fresh clone."""

    home: Path  # everything that Mammo writes
    database_url: str  # SQLite in home, or PostgreSQL
    weights_dir: Path  # ImageNet weights, looked up before any download
    data_roots: tuple[Path, ...]  # server folders from which a page may import; empty = any, for the command line

    @property
    def datasets_dir(self) -> Path:
        return self.home / "datasets"

    @property
    def prepared_dir(self) -> Path:
        return self.home / "prepared"

    @property
    def tmp_dir(self) -> Path:
        return self.home / "tmp"

    def job_dir(self, job_id: int) -> Path:
        """Where a job keeps its configuration, log, checkpoints and predictions."""
        return self.home / "jobs" / str(job_id)


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``MAMMO_HOME``, ``MAMMO_DATABASE_URL``, ``MAMMO_WEIGHTS_DIR`` and ``MAMMO_DATA_ROOTS``."""
    home = Path(environ.get("MAMMO_HOME") or ".mammo").absolute()
    roots = environ.get("MAMMO_DATA_ROOTS", "")
    return Settings(
        home=home,
        database_url=environ.get("MAMMO_DATABASE_URL") or f"sqlite:///{home / 'mammo.db'}",
        weights_dir=Path(environ.get("MAMMO_WEIGHTS_DIR") or home / "weights").absolute(),
        data_roots=tuple(Path(root).absolute() for root in roots.split(os.pathsep) if root),
    )
