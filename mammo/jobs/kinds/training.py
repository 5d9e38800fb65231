"""Training a model and scoring it."""

from __future__ import annotations

from mammo.files import write_json
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.jobs.planning import training_source
from mammo.training.config import TrainingConfig


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.lessons import learn_and_keep
    from mammo.jobs.training_result import prediction_records, training_result
    from mammo.training.procedure import TrainingFolders, train_and_evaluate

    job, store, settings = context.job, context.store, context.settings
    config = TrainingConfig.of(job.config)
    source = training_source(store, job.data_set, job.split, config)
    folder = settings.job_dir(job.id)
    write_json(folder / "config.json", config.to_dict())
    folders = TrainingFolders(folder, settings.prepared_dir, settings.weights_dir)
    outcome = train_and_evaluate(config, source, folders, context.reporter)
    if not outcome.completed:
        return None
    records, result = prediction_records(outcome), training_result(outcome, config)
    store.predictions.save(job.id, job.attempt, records)
    learn_and_keep(settings, job, records, result)
    model = {"family": config.model, "class_names": list(outcome.class_names)}
    return Finished(result, model)


JOB_KINDS.add(JobKind("training", "Training", _carry_out))
