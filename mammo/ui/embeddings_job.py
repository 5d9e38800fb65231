"""The embeddings of a training: there already, being computed, or offered to be."""

from __future__ import annotations

from mammo.config import settings
from mammo.embedding.catalogue import Catalogue
from mammo.errors import CheckpointError
from mammo.jobs.embeddings import EMBEDDINGS, known_pictures
from mammo.store import JobRecord
from mammo.ui.job_of_training import show_way


def embeddings_of(job: JobRecord, fold: int = 0) -> Catalogue | None:
    """A training's embeddings; where there are none yet, how far they are or the way to have them is shown."""
    try:
        return known_pictures(settings(), job.id, fold)
    except CheckpointError:  # not computed yet, or damaged: either way they can be computed again
        show_way(
            job,
            EMBEDDINGS,
            label="Compute the embeddings",
            icon=":material/scatter_plot:",
            help_="Asks the network once for every film that it learnt from, was validated on and tested on; a job "
            "does it.",
        )
        return None
