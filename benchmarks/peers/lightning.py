"""Lightning's Trainer over the same DataLoader, without its logger, checkpoints and progress bar."""

from __future__ import annotations

from typing import Any

import lightning
import torch
from torch import Tensor, nn

from benchmarks.peers._talking import Epochs, task
from benchmarks.peers._torch_data import loader, network


class Classifier(lightning.LightningModule):  # type: ignore[misc] # not installed beside Mammo
    """A network with its loss and optimizer, as Lightning's guide has it."""

    def __init__(self, asked: dict[str, Any]) -> None:
        super().__init__()
        self.model, self.rate = network(asked), asked["learning_rate"]

    def training_step(self, batch: tuple[Tensor, Tensor], _number: int) -> Tensor:
        images, labels = batch
        return nn.functional.cross_entropy(self.model(images), labels)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.rate)


class Told(lightning.Callback):  # type: ignore[misc] # not installed beside Mammo
    """Tells the end of each epoch."""

    def __init__(self) -> None:
        self.epochs = Epochs()

    def on_train_epoch_end(self, *_: object) -> None:
        self.epochs.ended()


def main() -> None:
    """Train until nobody asks for another epoch."""
    asked = task()
    switched_off = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = lightning.Trainer(
        accelerator=asked["device"], max_epochs=-1, enable_model_summary=False, callbacks=[Told()], **switched_off
    )
    trainer.fit(Classifier(asked), loader(asked))


if __name__ == "__main__":
    main()
