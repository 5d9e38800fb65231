"""Data sets: one layout of files per module. To add a reader, add a module; nothing else changes."""

from mammo.datasets._base import (
    CLASS_NAMES,
    DATASETS,
    LABEL_POLICIES,
    UNLABELLED,
    DatasetSpec,
    Entry,
    Example,
    Findings,
    ImportOptions,
    LabelPolicy,
    Lesion,
    Refusal,
    Sample,
    sorted_class_names,
)
from mammo.registry import load_modules

__all__ = [
    "CLASS_NAMES",
    "DATASETS",
    "LABEL_POLICIES",
    "UNLABELLED",
    "DatasetSpec",
    "Entry",
    "Example",
    "Findings",
    "ImportOptions",
    "LabelPolicy",
    "Lesion",
    "Refusal",
    "Sample",
    "sorted_class_names",
]

load_modules(__name__)
