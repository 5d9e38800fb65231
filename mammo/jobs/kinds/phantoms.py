"""Drawing synthetic mammograms and importing them as a data set."""

from __future__ import annotations

import shutil

from mammo.errors import DatasetError
from mammo.jobs.importing import ImportRequest, import_data_set
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.phantoms import PhantomOptions, write_phantoms

_SHARE_OF_DRAWING = 0.8  # the rest is reading them


def _carry_out(context: JobContext) -> Finished | None:
    config, reporter = context.job.config, context.reporter
    name = str(config["name"])
    options = PhantomOptions(patients=int(config["patients"]), kind=config["kind"], seed=int(config["seed"]))
    folder = context.settings.datasets_dir / name
    there = next((record for record in context.store.data_sets.list() if record.name == name), None)
    if there is not None and context.job.attempt == 1:
        raise DatasetError(f"There is a data set named {name} already. Choose another name for the phantoms.")
    if there is not None:  # an earlier attempt came as far and could not say so any more
        return Finished({"data_set": name, "images": there.images, "patients": there.patients, "refused": []})
    shutil.rmtree(folder, ignore_errors=True)  # left by an attempt that was broken off

    def drawn(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(_SHARE_OF_DRAWING * done / total, f"drawing synthetic mammogram {done} of {total}")

    def read(done: int, total: int) -> None:
        reporter.stop_if_asked()
        share = _SHARE_OF_DRAWING + (1 - _SHARE_OF_DRAWING) * done / total
        reporter.progress(share, f"reading image {done} of {total}")

    write_phantoms(folder, options, on_progress=drawn)
    record, refused = import_data_set(
        context.store, ImportRequest(name, folder), by=context.job.owner, on_progress=read
    )
    return Finished({"data_set": record.name, "images": record.images, "patients": record.patients, "refused": refused})


JOB_KINDS.add(JobKind("phantoms", "Synthetic mammograms", _carry_out))
