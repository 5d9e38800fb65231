"""Files that a reader must refuse, made from a seed, so that nothing hostile is kept.

``python -m tests.corpus.make FOLDER`` writes them all.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path

import numpy as np

from tests.corpus.bad_file import BadFile
from tests.corpus.dicoms import BAD_DICOMS
from tests.corpus.rasters import BAD_RASTERS

BAD_FILES = (*BAD_RASTERS, *BAD_DICOMS)


def write(bad_file: BadFile, folder: Path, seed: int = 0) -> Path:
    """Write one file; equal seeds give equal bytes."""
    path = folder / bad_file.name
    path.write_bytes(bad_file.content(np.random.default_rng([seed, zlib.crc32(bad_file.name.encode())])))
    return path


def main() -> None:
    """Write the whole corpus into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for bad_file in BAD_FILES:
        write(bad_file, arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
