"""Python loads this before all else where this folder is on PYTHONPATH: jobs' processes then know work that only waits.

The work is a stand-in that costs no processor; whatever is around it is real. A process that waits for a job loads
nothing ahead, unless LOADS_AHEAD is set: that would cost most of the tests' time.
"""

import os
import sys

if "mammo.jobs.child" in sys.orig_argv:
    import time

    from mammo.jobs import spare
    from mammo.jobs.kinds import JOB_KINDS, Finished, JobKind

    def _wait(context):
        steps = context.job.config["steps"]
        for step in range(1, steps + 1):
            context.reporter.stop_if_asked()
            context.reporter.progress(step / (steps + 1), f"step {step} of {steps}")
            time.sleep(0.05)
        return Finished({})

    JOB_KINDS.add(JobKind("idling", "Waiting", _wait))
    if "LOADS_AHEAD" not in os.environ:
        spare.AHEAD = ()
