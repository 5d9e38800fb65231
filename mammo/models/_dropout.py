"""Dropout whose random numbers cost little on a CPU. Loads torch; imported where a network is built."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_LEVELS = 1 << 16  # a 64-bit random number decides for four values


class Dropout(nn.Dropout):
    """As torch's own, but for its random numbers on a CPU.

    There torch draws one number of 64 bits for each value, one after the other: a tenth of a step of SqueezeNet.
    Four values share one here, so that the probability is a multiple of 1 / 65536; one half is exact.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """The same shape; in training each value is 0 with probability ``p`` and otherwise scaled up."""
        kept = round(_LEVELS * (1 - self.p))
        if not self.training or inputs.device.type != "cpu" or kept in {0, _LEVELS}:
            return super().forward(inputs)
        return inputs * (_chosen(inputs, kept).to(inputs.dtype) * (_LEVELS / kept))


def _chosen(inputs: Tensor, kept: int) -> Tensor:
    """Which values stay, each with the probability of ``kept`` among 65536: booleans in the layout of ``inputs``."""
    words = torch.empty(-(-inputs.numel() // 4), dtype=torch.int64).random_(-(1 << 63), None)
    chosen = words.view(torch.int16)[: inputs.numel()] < kept - _LEVELS // 2
    layout = torch.empty_like(inputs, device="meta")
    return chosen.as_strided(layout.shape, layout.stride())
