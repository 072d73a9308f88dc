"""Tensors and numbers of a tracker's state as plain values, and back with a refusal of what does not fit."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import ToolError

ORDER = "<f4"
"""Little-endian single precision, whatever the machine."""


def tensor_in(tensor: Tensor) -> bytes:
    """Return a float32 tensor's numbers."""
    return np.ascontiguousarray(tensor.cpu().numpy(), ORDER).tobytes()


def tensor_from(packed: Mapping[str, Any], key: str, shape: tuple[int, ...], tool: str) -> Tensor:
    """Return the tensor of a known shape that was packed under a key, on the CPU; raise ToolError if it is none."""
    held = packed.get(key)
    if not isinstance(held, bytes) or len(held) != 4 * math.prod(shape):
        raise _unfit(tool, key)
    values = np.frombuffer(held, ORDER).reshape(shape)
    return torch.from_numpy(values.astype(np.float32))


def numbers(packed: Mapping[str, Any], key: str, count: int, tool: str) -> list[float]:
    """Return so many finite numbers that were packed under a key; raise ToolError if they are not there."""
    held = packed.get(key)
    listed = list(held) if isinstance(held, list | tuple) else []
    if len(listed) != count or not all(_finite(value) for value in listed):
        raise _unfit(tool, key)
    return [float(value) for value in listed]


def number(packed: Mapping[str, Any], key: str, tool: str) -> float:
    """Return the number that was packed under a key; raise ToolError if it is none."""
    return numbers({key: [packed.get(key)]}, key, 1, tool)[0]


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _unfit(tool: str, key: str) -> ToolError:
    return ToolError(
        f"What was kept of a {tool} track cannot be gone on with",
        f'its "{key}" is not what this version keeps; start the track again on a frame where its shape is right',
    )
