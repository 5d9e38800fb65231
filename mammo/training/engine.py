"""How the steps of a training are carried out on a device: from the host's memory, or all of it on the device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

Work = Callable[[], None]
#: Takes what a step does on tensors that stay where they are, and gives what does the same again.
Recorder = Callable[[Work], Work]

_STEPS_BETWEEN_READINGS = 50
SECONDS_BETWEEN_REPORTS, _SECONDS_BETWEEN_CHECKPOINTS = 3.0, 10.0  # a report waits for the disk, up to 20 ms


@dataclass(frozen=True)
class Engine:
    """Ways of one device. Which numbers are learnt from does not depend on them."""

    on_device: bool  # images are kept, augmented and normalized on the device, and nothing waits for it in an epoch
    losses_every: int  # steps after which losses are read at the latest
    record: Recorder | None = None  # None: every step is taken operation by operation
    share_of_memory: float = 0.5  # of what is free, that images may fill
    seconds_between_reports: float = 0.0  # where an epoch takes a twentieth of a second, each one is too often
    seconds_between_checkpoints: float = 0.0  # what a kill costs at most, beside the tenth of the time


def engine_for(device: torch.device) -> Engine:
    """On the CPU each loss is read at once; a GPU is asked seldom, and its step is recorded as one graph."""
    if device.type != "cuda":
        return Engine(on_device=False, losses_every=1)
    return Engine(
        on_device=True,
        losses_every=_STEPS_BETWEEN_READINGS,
        record=record_cuda_graph,
        seconds_between_reports=SECONDS_BETWEEN_REPORTS,
        seconds_between_checkpoints=_SECONDS_BETWEEN_CHECKPOINTS,
    )


def record_cuda_graph(work: Work) -> Work:
    """Record ``work`` as a CUDA graph, without carrying it out.

    Only this thread's calls are watched while it is recorded: another one may be filling the next batch.

    Source:
        PyTorch documentation, CUDA semantics, CUDA Graphs: whole-network capture.
    """
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        work()
    return graph.replay


def aside(device: torch.device, work: Work) -> None:
    """Carry out ``work`` on a stream of its own, as what will be recorded must be once before."""
    if device.type != "cuda":
        work()
        return
    now, side = torch.cuda.current_stream(device), torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    side.wait_stream(now)
    with torch.cuda.stream(side):
        work()
    now.wait_stream(side)
