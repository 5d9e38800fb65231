"""The block of SqueezeNet. Loads torch; imported where a network is built."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fire(nn.Module):
    """Squeeze to few channels, then expand by 1 x 1 and 3 x 3 kernels side by side; its parts are named as elsewhere.

    Args:
        inputs: Channels that come in.
        squeezed: Channels between.
        expanded: Channels that each of the two kernels makes.
        pooling: By the maximum, of what the block gives. It is done before the ReLU and before the two are joined:
            the same numbers for a quarter of the work.

    Source:
        Iandola et al. 2016, section 3.2.
    """

    def __init__(self, inputs: int, squeezed: int, expanded: int, pooling: nn.MaxPool2d | None = None) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, kernel_size=1)
        self.squeeze_activation = nn.ReLU()
        self.expand1x1 = nn.Conv2d(squeezed, expanded, kernel_size=1)
        self.expand1x1_activation = nn.ReLU()
        self.expand3x3 = nn.Conv2d(squeezed, expanded, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU()
        self.pooling = pooling or nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape (N, inputs, H, W) to (N, 2 x expanded, H, W), or as the pooling leaves it."""
        squeezed = self.squeeze_activation(self.squeeze(inputs))
        small, large = self.pooling(self.expand1x1(squeezed)), self.pooling(self.expand3x3(squeezed))
        if torch.is_grad_enabled() or inputs.dtype != torch.float32:
            return torch.cat([self.expand1x1_activation(small), self.expand3x3_activation(large)], 1)
        return torch.cat([small, large], 1).relu_()  # the same in a passage less; bfloat16 in place is slower
