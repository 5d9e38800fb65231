"""The only door to the database: one module per group of tables, frozen records out."""

from db.models import JobState
from mammo.store.clock import Clock
from mammo.store.database import DATABASE_TROUBLES
from mammo.store.images import Counts, Facets, ImageFilter, PartBalance
from mammo.store.job_register import JobFilter
from mammo.store.kept_pictures import KeptPictureRecord
from mammo.store.opinions import NewOpinion, OpinionRecord
from mammo.store.records import (
    Curve,
    DataSetRecord,
    Failure,
    JobEvent,
    JobRecord,
    MetricRow,
    NewJob,
    PredictionRecord,
    PresetRecord,
    SplitRecord,
    Wish,
    Worker,
)
from mammo.store.store import Store, open_store

__all__ = [
    "DATABASE_TROUBLES",
    "Clock",
    "Counts",
    "Curve",
    "DataSetRecord",
    "Facets",
    "Failure",
    "ImageFilter",
    "JobEvent",
    "JobFilter",
    "JobRecord",
    "JobState",
    "KeptPictureRecord",
    "MetricRow",
    "NewJob",
    "NewOpinion",
    "OpinionRecord",
    "PartBalance",
    "PredictionRecord",
    "PresetRecord",
    "SplitRecord",
    "Store",
    "Wish",
    "Worker",
    "open_store",
]
