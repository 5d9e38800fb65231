"""Kinds of jobs, one per module. To add one, add a module; what it computes with is loaded when it is carried out."""

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.registry import load_modules

__all__ = ["JOB_KINDS", "Finished", "JobContext", "JobKind"]

load_modules(__name__)
