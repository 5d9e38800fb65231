"""Errors whose text is written for the person at the screen; everything else is a bug.

MammoError
├── UnknownNameError      a name that no registry holds
├── NotFoundError         a data set, split, preset or job that this server does not hold
├── SettingsError         a setting, weights file or folder that does not serve
├── ParameterError        a value outside what a method or a configuration allows
├── ImageError            a file that is no readable mammogram
├── DatasetError          a collection, label file or split that can't be used
├── CheckpointError       a checkpoint that is missing, damaged or of another model
├── TrainingError         a training that can't start or can't go on
├── ExplanationError      a heat map that can't be computed
└── JobStateError         a job asked to do what its status forbids
"""

from __future__ import annotations


class MammoError(Exception):
    """Base of every error that a person sees as one sentence instead of a traceback.

    ``code`` is a short stable name of the kind of failure, for tests, logs and machines.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class UnknownNameError(MammoError, KeyError):
    """A name that no registry holds."""

    code = "unknown_name"
    __str__ = Exception.__str__  # KeyError would put quotes around the sentence


class NotFoundError(MammoError):
    """A data set, split, preset or job that this server does not hold."""

    code = "not_found"


class SettingsError(MammoError):
    """A setting, weights file or folder that does not serve."""

    code = "settings"


class ParameterError(MammoError, ValueError):
    """A value outside what a method or a configuration allows."""

    code = "parameter"


class ImageError(MammoError):
    """A file that is no readable mammogram; ``code`` says in which way."""

    code = "unreadable_image"


class DatasetError(MammoError):
    """A collection, label file or split that can't be used."""

    code = "dataset"


class CheckpointError(MammoError):
    """A checkpoint that is missing, damaged or of another model."""

    code = "checkpoint"


class TrainingError(MammoError):
    """A training that can't start or can't go on."""

    code = "training"


class ExplanationError(MammoError):
    """A heat map that can't be computed."""

    code = "cam_unavailable"


class JobStateError(MammoError):
    """A job asked to do what its status forbids."""

    code = "job_state"
