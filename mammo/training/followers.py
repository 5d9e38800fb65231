"""The other processes of a training on several devices, one for each device but the first.

The training's own process decides, validates and keeps checkpoints. The others do with their share of a batch what it
does with its own, and hold nothing that its checkpoints don't: what they drop out is drawn from seed, step and rank.
"""

from __future__ import annotations

import copy
import multiprocessing
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import distributed
from torch.nn.modules.batchnorm import _BatchNorm

from mammo.errors import MammoError, TrainingError
from mammo.processes import end_with_parent
from mammo.training.batches import epoch_batches, step_count
from mammo.training.checkpoint import read_checkpoint
from mammo.training.engine import engine_for
from mammo.training.feeding import feed_of
from mammo.training.shares import Share
from mammo.training.steps import Steps
from mammo.training.torch_settings import set_up_torch

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig
    from mammo.training.fit import TrainingParts

_START_SECONDS, _STEP_SECONDS, _END_SECONDS = 120, 300, 10  # that one process waits for another


@dataclass(frozen=True)
class StepOrder:
    """To take the share of one step's batch."""

    epoch: int
    number: int  # of the batch in its epoch
    step: int


@dataclass(frozen=True)
class ResumeOrder:
    """To take up the state that a checkpoint folder holds."""

    checkpoint: Path


class Followers:
    """Those that follow this process; without any, nothing here does anything."""

    def __init__(self) -> None:
        self._processes: list[tuple[BaseProcess, Connection]] = []

    def tell(self, order: StepOrder | ResumeOrder) -> None:
        """What all are to do. A step ends when this process has taken its own share too."""
        for _, orders in self._processes:
            with suppress(OSError):  # one that has died is noticed by what it does not add
                orders.send(order)

    def start(self, config: TrainingConfig, parts: TrainingParts, meeting: Path) -> None:
        """Start one for each device but the first, and find each other by a file that is not there yet.

        Raises:
            TrainingError: If one does not start.
        """
        spawn = multiprocessing.get_context("spawn")
        bare = replace(parts, model=copy.deepcopy(parts.model).to("meta"), validation=None)
        for rank in range(1, config.devices):
            device = torch.device("cuda", rank) if parts.device.type == "cuda" else parts.device
            theirs = replace(bare, device=device, share=Share(rank, config.devices))
            orders, their_end = spawn.Pipe()
            arguments = (their_end, config, theirs, meeting)
            process: BaseProcess = spawn.Process(target=_follow, args=arguments, name=f"device {rank}", daemon=True)
            process.start()
            their_end.close()
            self._processes.append((process, orders))
        for process, orders in self._processes:
            wait([orders, process.sentinel], _START_SECONDS)
            if not orders.poll():
                raise self._lost()
            if isinstance(answer := orders.recv(), MammoError):
                raise answer
        _meet(parts, meeting)

    def check(self) -> None:
        """Raise what one of them failed with, or that one has died; return if all is well."""
        for process, orders in self._processes:
            with suppress(EOFError, OSError):
                if orders.poll(1):  # it may still be about to say it
                    raise orders.recv()
            if not process.is_alive():
                raise self._lost()

    def end(self) -> None:
        """Let them end, or end them."""
        for _, orders in self._processes:
            with suppress(OSError):
                orders.send(None)
        for process, orders in self._processes:
            process.join(_END_SECONDS)
            process.kill()
            process.join()
            orders.close()
        if distributed.is_initialized():
            distributed.destroy_process_group()

    def _lost(self) -> TrainingError:
        name = next((process.name for process, _ in self._processes if not process.is_alive()), "another device")
        return TrainingError(f"The process of {name} ended in the middle, or does not answer.", code="killed")


@contextmanager
def followers_of(config: TrainingConfig, parts: TrainingParts) -> Iterator[Followers]:
    """The other processes of a training; none where it has one device.

    Raises:
        TrainingError: If there are not as many devices, a batch is too small for them, or another process fails.
    """
    followers = Followers()
    if config.devices == 1:
        yield followers
        return
    _check(config, parts)
    folder = Path(tempfile.mkdtemp(prefix="mammo-"))
    try:
        followers.start(config, parts, folder / "meeting")
        yield followers
    except RuntimeError:  # torch's word for a connection whose other end is gone
        followers.check()
        raise
    finally:
        followers.end()
        shutil.rmtree(folder, ignore_errors=True)


def _check(config: TrainingConfig, parts: TrainingParts) -> None:
    there = torch.cuda.device_count() if parts.device.type == "cuda" else config.devices
    if there < config.devices:
        raise TrainingError(
            f"This training shares {config.devices} GPUs, and this process has {there}. Start a worker that has as "
            "many, such as --device cuda:0,cuda:1, or set devices lower.",
            code="settings",
        )
    if parts.device.type != "cuda" and any(isinstance(one, _BatchNorm) for one in parts.model.modules()):
        raise TrainingError(
            f"{parts.spec.label} has batch normalization, whose statistics only GPUs can share. Set devices to 1, or "
            "take AlexNet, SqueezeNet or VGG16.",
            code="parameter",
        )
    smallest = min(map(len, epoch_batches(parts.train.labels, config, 0)))
    if smallest < config.devices:
        raise TrainingError(
            f"A batch of {smallest} can't be shared by {config.devices} devices. Set drop_last, another batch_size, or "
            "devices lower.",
            code="parameter",
        )


def _meet(parts: TrainingParts, meeting: Path) -> None:
    """Join the group that sums gradients; all wait here until the last one has come."""
    if parts.device.type == "cuda":
        torch.cuda.set_device(parts.device)
    distributed.init_process_group(
        "nccl" if parts.device.type == "cuda" else "gloo",
        init_method=meeting.as_uri(),
        rank=parts.share.rank,
        world_size=parts.share.count,
        timeout=timedelta(seconds=_STEP_SECONDS),
    )


def _follow(orders: Connection, config: TrainingConfig, parts: TrainingParts, meeting: Path) -> None:
    """The life of a process that follows: it ends with the one that started it, by whatever death."""
    end_with_parent()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # the first process hears them and decides
    try:
        set_up_torch(config)
        orders.send("ready")
        _meet(parts, meeting)
        _carry_out(orders, config, parts)
    except MammoError as error:
        orders.send(error)
    except (EOFError, RuntimeError) as error:  # the first process has gone, or torch says what is wrong
        with suppress(OSError):
            orders.send(TrainingError(f"{multiprocessing.current_process().name}: {error}"))


def _carry_out(orders: Connection, config: TrainingConfig, parts: TrainingParts) -> None:
    network = parts.model.to_empty(device=parts.device).to(memory_format=torch.channels_last)
    engine = parts.engine or engine_for(parts.device)
    steps = Steps(config, parts, network, engine, step_count(config, len(parts.train)))
    feed = feed_of(config, parts, engine)
    while (order := orders.recv()) is not None:
        if isinstance(order, StepOrder):
            torch.manual_seed(_seed(config, parts, order.step))
            steps.take(feed.batch(order.epoch, order.number), order.step)
        else:
            steps.restore(read_checkpoint(order.checkpoint))


def _seed(config: TrainingConfig, parts: TrainingParts, step: int) -> int:
    """What a process that follows drops out at a step does not depend on where a training was taken up."""
    sequence = np.random.SeedSequence([config.seed, parts.fold, step, parts.share.rank])
    return int(sequence.generate_state(1)[0])
