"""Makes a network stoppable: between its blocks it asks whether anybody still waits for the answer.

Apart from the networks, which know nothing of requests.
"""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import torch
from torch import nn

from engine.nets.resnet import BasicBlock, Bottleneck
from engine.tools.progress import report

Net = TypeVar("Net", bound=nn.Module)


def stoppable(net: Net, text: str = "Computing the mask") -> Net:
    """Let every residual block report before it begins; a listener that raises Stopped ends the pass there."""
    for module in net.modules():
        if isinstance(module, BasicBlock | Bottleneck):
            module.register_forward_pre_hook(partial(_asks, text))
    return net


def _asks(text: str, module: nn.Module, inputs: object) -> None:
    # a recording that is given up half-way could not be used; without a driver the question itself is an error
    started = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    if not (started and torch.cuda.is_current_stream_capturing()):
        report(text)
