"""The commands of ``python -m mammo``, thin: read options, call the library, print."""

from __future__ import annotations

import typer

from mammo.commands import (
    datasets,
    doctor,
    evaluate,
    export,
    jobs,
    phantoms,
    predict,
    predictor,
    registries,
    serve,
    train,
    worker,
)

app = typer.Typer(
    name="mammo",
    help="Experiments in mammography image classification. Research use only. Not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(datasets.app, name="datasets")
app.add_typer(jobs.app, name="jobs")
app.command("phantoms")(phantoms.phantoms)
app.command("train")(train.train)
app.command("presets")(registries.presets)
app.command("models")(registries.models)
app.command("methods")(registries.methods)
app.command("evaluate")(evaluate.evaluate)
app.command("export")(export.export)
app.command("predict")(predict.predict)
app.command("serve")(serve.serve)
app.command("predictor")(predictor.predictor)
app.command("worker")(worker.worker)
app.command("doctor")(doctor.doctor)
