"""The loop of torch's tutorials: DataLoader, torchvision's transforms, Adam in single precision."""

from __future__ import annotations

import torch
from torch import nn

from benchmarks.peers._talking import Epochs, task
from benchmarks.peers._torch_data import loader, network


def main() -> None:
    """Train until nobody asks for another epoch."""
    asked = task()
    device = torch.device(asked["device"])
    model, batches = network(asked).to(device).train(), loader(asked)
    optimizer = torch.optim.Adam(model.parameters(), lr=asked["learning_rate"])
    epochs = Epochs()
    while True:
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images.to(device)), labels.to(device)).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        epochs.ended()


if __name__ == "__main__":
    main()
