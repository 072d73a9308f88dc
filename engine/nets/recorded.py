"""CUDA graphs: a function's kernels are recorded once for inputs of a shape, later started all together.

A click network is hundreds of small kernels. A GPU computes them faster than Python can start them one by one, so on
CUDA most of a click's time is starting; a recording has none of it. Elsewhere the function is called as it is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol

import torch
from torch import Tensor

KEPT = 12
"""Recordings of one function: each holds memory for what lies between its inputs and outputs."""
_recording = threading.Lock()
"""One at a time in the process: the allocator keeps the memory of a recording apart while it is made."""
Outputs = tuple[Tensor, ...]
Function = Callable[..., Outputs]


class Recording(Protocol):
    """A function's kernels for inputs of one shape."""

    def replay(self, inputs: tuple[Tensor, ...]) -> Outputs:
        """Return what the function would return, in memory of the caller's own."""


class Graph:
    """A recording as a CUDA graph."""

    def __init__(self, function: Function, inputs: tuple[Tensor, ...], fixed: tuple[Hashable, ...]) -> None:
        with torch.inference_mode(False), torch.no_grad():
            self._inputs = tuple(given.detach().clone() for given in inputs)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._outputs = function(*self._inputs, *fixed)

    def replay(self, inputs: tuple[Tensor, ...]) -> Outputs:
        """Copy the inputs in, start the kernels, copy the outputs: the next replay writes over them."""
        with torch.no_grad():
            for own, given in zip(self._inputs, inputs, strict=True):
                own.copy_(given)
        self._graph.replay()
        return tuple(output.clone() for output in self._outputs)


class Recorded:
    """A function of tensors that is recorded for each shape of its inputs once it has been called `after` times.

    The function must do the same for all inputs of a shape: it may not look at values, wait for the device or change
    what it is given. `fixed` are arguments that are no tensors; a change of them is another recording.
    """

    def __init__(
        self, function: Function, *, after: int = 1, device: str = "cuda", record: Callable[..., Recording] = Graph
    ) -> None:
        self._function = function
        self._after = after
        self._device = device
        self._record = record
        self._calls: OrderedDict[Hashable, int] = OrderedDict()
        self._recordings: OrderedDict[Hashable, Recording] = OrderedDict()
        self._guard = threading.Lock()

    def __call__(self, *inputs: Tensor, fixed: tuple[Hashable, ...] = ()) -> Outputs:
        """Return the function's outputs."""
        if inputs[0].device.type != self._device:
            return self._function(*inputs, *fixed)
        key = (tuple((given.shape, given.dtype, given.is_contiguous()) for given in inputs), fixed, precision())
        with self._guard:
            found = self._recordings.get(key)
            if found is not None:
                self._recordings.move_to_end(key)
                return found.replay(inputs)
            outputs = self._function(*inputs, *fixed)  # also what a recording needs done before: plans, workspaces
            self._calls[key] = self._calls.pop(key, 0) + 1
            if self._calls[key] >= self._after:
                self._keep(key, inputs, fixed)
            _bound(self._calls, 8 * KEPT)
            return outputs

    def _keep(self, key: Hashable, inputs: tuple[Tensor, ...], fixed: tuple[Hashable, ...]) -> None:
        """Record; where that is not possible (no memory, an operation that must wait), go on without."""
        try:
            with _recording, without_casts():
                self._recordings[key] = self._record(self._function, inputs, fixed)
        except RuntimeError:
            self._after = 1 << 62
            return
        _bound(self._recordings, KEPT)


def _bound(kept: OrderedDict[Hashable, object] | OrderedDict[Hashable, int] | OrderedDict[Hashable, Recording],
           most: int) -> None:  # fmt: skip
    while len(kept) > most:
        kept.popitem(last=False)


def precision() -> tuple[bool, torch.dtype]:
    """Return whether autocast is on, and its type: part of what a recording computes."""
    return torch.is_autocast_enabled("cuda"), torch.get_autocast_dtype("cuda")


def without_casts() -> torch.autocast:
    """Return autocast as it is, but with nothing kept of what it casts: a recording must not read freed memory."""
    enabled, dtype = precision()
    return torch.autocast("cuda", dtype=dtype, enabled=enabled, cache_enabled=False)
