"""What to do about a failure, by its kind."""

from __future__ import annotations

_ADVICE = {
    "bug": "This is a fault of the program. Please report it with the job's log.",
    "checkpoint": "See that the job's folder can be written, then clone the job to start afresh; what is there stays.",
    "dataset": "Look at the data set and its split, then clone the job.",
    "disk_full": "Make room on the disk that holds MAMMO_HOME, then resume the job; nothing that was kept is lost.",
    "job_state": "Wait until that job has succeeded, or clone this one with another.",
    "killed": "Resume it when the cause is gone; a machine that runs out of memory kills its largest process.",
    "nan_loss": "Clone the job with a learning rate ten times smaller.",
    "not_found": "Import the data set or make the split again, then clone the job.",
    "out_of_memory": "Clone the job with more micro-batches or smaller images, or wait until others use less.",
    "parameter": "Clone the job and change the setting that is named.",
    "settings": "Mend the setting or put the file where it is sought, then retry.",
    "unknown_name": "Clone the job and choose one of those that are named.",
    "source_missing": "Bring the file back, or import the data set again and clone the job.",
}


def advice_on(kind: str) -> str:
    """One or two sentences; empty where there is nothing better to say than the failure itself."""
    return _ADVICE.get(kind, "")
