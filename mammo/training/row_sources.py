"""Rows of a large array for one batch after the other: from memory, from the device itself, or streamed to it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from mammo.training.batches import Indices
from mammo.training.device_warp import stored_tensor

Array = np.ndarray[Any, np.dtype[Any]]

_CHUNK = 1024  # rows copied at a time: what the host holds beside the map


class RowSource(Protocol):
    """Gives the rows of each batch of an epoch as one tensor on the device, shape (n, ...)."""

    def open_epoch(self, batches: Sequence[Indices]) -> None:
        """Take up the rows of every batch of an epoch."""

    def take(self, number: int) -> Tensor:
        """The rows of one batch; what was given before may be written over."""


def row_source(array: Array, wanted: Indices, device: torch.device, *, share_of_memory: float) -> RowSource:
    """The fastest source that fits.

    Args:
        array: Shape (rows, ...), usually memory-mapped.
        wanted: Rows that any batch may ask for.
        device: Where they are needed.
        share_of_memory: Of the device's free memory, that rows may fill for good.
    """
    size = len(np.unique(wanted)) * array[:1].nbytes
    if size <= share_of_memory * free_memory(device):
        return ResidentRows(array, wanted, device)
    return StreamedRows(array, device)


def free_memory(device: torch.device) -> int:
    """Bytes of the device that nobody uses."""
    if device.type == "cuda":
        torch.cuda.empty_cache()  # what torch holds in reserve would count as used
        return int(torch.cuda.mem_get_info(device)[0])
    import psutil  # here only: a GPU's own memory is asked for otherwise

    return int(psutil.virtual_memory().available)


class HostRows:
    """Each batch is gathered when it is asked for: right where the device is the host."""

    def __init__(self, array: Array) -> None:
        self._array, self._batches = array, list[Indices]()

    def open_epoch(self, batches: Sequence[Indices]) -> None:
        self._batches = list(batches)

    def take(self, number: int) -> Tensor:
        return stored_tensor(self._array[self._batches[number]])


class ResidentRows:
    """All wanted rows lie on the device; a batch is gathered there."""

    def __init__(self, array: Array, wanted: Indices, device: torch.device) -> None:
        self._rows = np.unique(wanted)
        first = stored_tensor(np.array(array[:1]))
        self._all = torch.empty((len(self._rows), *first.shape[1:]), dtype=first.dtype, device=device)
        for start in range(0, len(self._rows), _CHUNK):
            chunk = self._rows[start : start + _CHUNK]
            self._all[start : start + len(chunk)].copy_(stored_tensor(array[chunk]))
        self._places: tuple[Tensor, ...] = ()

    def open_epoch(self, batches: Sequence[Indices]) -> None:
        places = torch.from_numpy(np.searchsorted(self._rows, np.concatenate(batches)))
        self._places = torch.split(sent(places, self._all.device), [len(batch) for batch in batches])

    def take(self, number: int) -> Tensor:
        return self._all.index_select(0, self._places[number])


class StreamedRows:
    """Two buffers take turns: while one batch is learnt from, the next is gathered, and copied on a stream of its own.

    A batch stays as it is until the next but one of its epoch is taken.
    """

    def __init__(self, array: Array, device: torch.device) -> None:
        self._array, self._device = array, device
        self._batches: list[Indices] = []
        self._host: list[Tensor] = []
        self._here: list[Tensor] = []
        self._filler = ThreadPoolExecutor(1, thread_name_prefix="next batch")
        self._coming: tuple[int, Future[None]] | None = None
        self._lanes = _Lanes(device) if device.type == "cuda" else None

    def open_epoch(self, batches: Sequence[Indices]) -> None:
        self._wait_for_filler()
        self._batches, self._coming = list(batches), None
        longest = max(map(len, batches))
        if not self._host or len(self._host[0]) < longest:
            pixels = stored_tensor(np.zeros((longest, *self._array.shape[1:]), self._array.dtype))
            self._host = [pixels.pin_memory() if self._lanes else pixels.clone() for _ in range(2)]
            self._here = [torch.empty_like(pixels, device=self._device) for _ in range(2)]

    def take(self, number: int) -> Tensor:
        slot, count = number % 2, len(self._batches[number])
        if self._coming is None or self._coming[0] != number:
            self._wait_for_filler()
            self._coming = number, self._filler.submit(self._fill, number)
        self._coming[1].result()
        if self._lanes is None:
            self._here[slot][:count].copy_(self._host[slot][:count])
        else:
            self._lanes.copy(self._here[slot][:count], self._host[slot][:count], slot)
        following = number + 1
        if following < len(self._batches):
            self._coming = following, self._filler.submit(self._fill, following)
        return self._here[slot][:count]

    def _fill(self, number: int) -> None:
        slot, rows = number % 2, self._batches[number]
        if self._lanes is not None:
            self._lanes.copied[slot].synchronize()  # the batch that lay here is on the device
        self._host[slot][: len(rows)].copy_(stored_tensor(self._array[rows]))

    def _wait_for_filler(self) -> None:
        if self._coming is not None:
            self._coming[1].result()


class _Lanes:
    """A stream for copies to a GPU, and the events that keep it from overtaking the computation or being overtaken."""

    def __init__(self, device: torch.device) -> None:
        self._device, self._stream = device, torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self.copied = [torch.cuda.Event() for _ in range(2)]  # type: ignore[no-untyped-call]
        self._used = [torch.cuda.Event() for _ in range(2)]  # type: ignore[no-untyped-call]
        self._latest = 0  # slot; the first batch of an epoch may lie where the last one of the epoch before does

    def copy(self, to: Tensor, source: Tensor, slot: int) -> None:
        computing = torch.cuda.current_stream(self._device)
        self._used[self._latest].record(computing)  # all that needs the batch before this one is on its way
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(self._used[slot])
            to.copy_(source, non_blocking=True)
            self.copied[slot].record(self._stream)
        computing.wait_event(self.copied[slot])
        self._latest = slot


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """The tensor on the device; a GPU fetches it without being waited for."""
    if device.type != "cuda":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)
