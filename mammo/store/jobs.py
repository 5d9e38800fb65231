"""Jobs: what people ask of them, what their workers report, and what is kept of both."""

from __future__ import annotations

from mammo.store.job_attempts import JobAttempts
from mammo.store.job_metrics import JobMetrics
from mammo.store.job_queue import JobQueue
from mammo.store.job_register import JobRegister


class Jobs(JobRegister, JobQueue, JobAttempts, JobMetrics):
    """Jobs by number: the register, the queue as people see it, the attempts of workers, the metrics."""
