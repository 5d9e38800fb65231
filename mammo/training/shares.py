"""What one of several processes takes of a training: its part of every batch, its part of every gradient."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

if TYPE_CHECKING:
    from collections.abc import Callable

    from mammo.training.batches import Indices

    Answer = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Share:
    """The place of a process among those that learn from the same batches."""

    rank: int = 0
    count: int = 1

    def of(self, batch: Indices) -> Indices:
        """The positions of a batch that this process learns from."""
        return np.array_split(batch, self.count)[self.rank]

    def total(self, value: Tensor) -> Tensor:
        """The sum of what all processes have at this point; the tensor itself where there is one only."""
        if self.count > 1:
            distributed.all_reduce(value)
        return value

    def learning(self, answer: Answer) -> Answer:
        """The network as a step passes it, with the first process's weights.

        Behind the last piece of a batch all gradients are the mean of the processes', and so are, on GPUs, the
        statistics that batch normalization takes.
        """
        if self.count == 1:
            return answer
        assert isinstance(answer, nn.Module)  # noqa: S101 - the configuration allows no kept features here
        if next(answer.parameters()).is_cuda:
            answer = nn.SyncBatchNorm.convert_sync_batchnorm(answer)  # type: ignore[no-untyped-call]
        return DistributedDataParallel(answer, gradient_as_bucket_view=True)

    def keeping_gradients(self, answer: Answer) -> AbstractContextManager[Any]:
        """While gradients of a part are added up that is not the last of its batch."""
        return answer.no_sync() if isinstance(answer, DistributedDataParallel) else nullcontext()


WHOLE = Share()
