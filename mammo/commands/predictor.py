"""The prediction process."""

from __future__ import annotations

import logging
import os

import typer

from mammo.commands._output import expected_failures, say
from mammo.config import settings


@expected_failures
def predictor() -> None:
    """Hold models for the dashboard's pages; `serve` starts it."""
    # Before torch is loaded: threads that spin while others have their cores make an answer wait several times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from mammo.prediction.server import PredictionServer

    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    where = settings()
    where.home.mkdir(parents=True, exist_ok=True)
    say("Prediction process: answers the dashboard's pages.")
    try:
        PredictionServer(where).serve()
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
