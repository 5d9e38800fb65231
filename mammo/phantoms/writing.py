"""Writing a whole set of phantoms: in parallel, whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from pathlib import Path

import cv2

from mammo.errors import DatasetError
from mammo.phantoms.case_files import write_case
from mammo.phantoms.descriptions import synthetic_note
from mammo.phantoms.layout import SYNTHETIC_MARK, WORKBOOK, pictures_folder
from mammo.phantoms.options import PhantomOptions, PhantomSummary
from mammo.phantoms.population import Woman, plan_women
from mammo.phantoms.workbook import PictureRow, write_workbook
from mammo.processes import end_with_parent

Progress = Callable[[int, int], None]  # women done, women in all
CaseWriter = Callable[[Woman], list[PictureRow]]
WOMEN_PER_PROCESS = 8  # fewer are drawn sooner than a process starts


def write_phantoms(
    path: Path, options: PhantomOptions, *, on_progress: Progress | None = None, processes: int | None = None
) -> PhantomSummary:
    """Write a set of synthetic mammograms with masks, texts and workbook, in the layout of Mini-DDSM v2.

    Equal options give equal bytes, however many processes draw.

    Args:
        path: Folder to make; it may exist if it is empty. It appears when the set is complete.
        options: What to draw.
        on_progress: Called after each woman with the number done and the number of all.
        processes: How many draw at once; None takes what the set is worth, never more than there are processors.

    Returns:
        How many pictures of how many women were written.

    Raises:
        DatasetError: If the folder holds something or can't be written to.
    """
    path = path.absolute()
    _check_free(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        summary = _write_set(temporary, options, on_progress or _ignored, _process_count(options, processes))
        if path.exists():
            path.rmdir()
        temporary.replace(path)
    except OSError as error:
        raise DatasetError(f"The phantoms can't be written to {path}: {error.strerror}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return summary


def _check_free(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise DatasetError(f"{path} is a file. Name a new or an empty folder for the phantoms.")
    if path.is_dir() and any(path.iterdir()):
        raise DatasetError(f"The folder {path} is not empty. Name a new or an empty one for the phantoms.")


def _write_set(folder: Path, options: PhantomOptions, on_progress: Progress, processes: int) -> PhantomSummary:
    pictures = folder / pictures_folder(options.file_format)
    pictures.mkdir(parents=True)
    women = plan_women(options)
    write: CaseWriter = partial(write_case, options=options, pictures=pictures)
    rows: list[PictureRow] = []
    # Closed also when the caller stops it: no process may go on writing into a folder that is being removed.
    with closing(_written(women, write, processes)) as cases:
        for done, case in enumerate(cases, start=1):
            rows += case
            on_progress(done, len(women))
    write_workbook(pictures / WORKBOOK, sorted(rows, key=lambda row: row.path))
    (folder / SYNTHETIC_MARK).write_text(synthetic_note(options))
    return PhantomSummary(images=len(rows), patients=len(women), counts=dict(Counter(row.label for row in rows)))


def _written(women: Sequence[Woman], write: CaseWriter, processes: int) -> Generator[list[PictureRow], None, None]:
    """The workbook's lines of each woman, in order."""
    if processes == 1:
        yield from _in_one_thread(women, write)
        return
    try:
        # Spawned, not forked: the caller may hold threads and locks, which a forked child would find locked for ever.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context, initializer=_begin_process) as pool:
            yield from pool.map(write, women)
    except BrokenProcessPool as error:
        raise DatasetError(
            "A process that draws phantoms was ended from outside, perhaps for lack of memory. "
            "Free some memory, or make fewer women, and try again."
        ) from error


def _begin_process() -> None:
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()
    end_with_parent(parent=None if parent is None else parent.pid)


def _in_one_thread(women: Sequence[Woman], write: CaseWriter) -> Generator[list[PictureRow], None, None]:
    """Draw here, OpenCV on one thread as in the processes: cutting a picture in two would change last bits."""
    threads = cv2.getNumThreads()
    for woman in women:
        cv2.setNumThreads(1)
        try:
            case = write(woman)
        finally:
            cv2.setNumThreads(threads)
        yield case


def _process_count(options: PhantomOptions, wanted: int | None) -> int:
    if multiprocessing.current_process().daemon:
        return 1  # Python lets a daemon process have no children
    worth = options.patients // WOMEN_PER_PROCESS if wanted is None else wanted
    return max(1, min(worth, os.cpu_count() or 1))


def _ignored(_done: int, _total: int) -> None:
    """Nobody watches."""
