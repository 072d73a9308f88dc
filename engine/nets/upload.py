"""A picture on its way to a device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def on_device(image: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Return an (H, W, 3) uint8 picture, or several of one size, as a tensor on the device.

    Pictures that processes share are read-only, which torch warns of: they are copied. For a GPU the copy lies where
    the device itself can read, which is five times faster than sending a picture from anywhere.
    """
    if device.type != "cuda":
        return torch.from_numpy(np.require(image, requirements=["C", "W"])).to(device)
    own = torch.empty(image.shape, dtype=torch.uint8, pin_memory=True)
    np.copyto(own.numpy(), image)
    return own.to(device, non_blocking=True)
