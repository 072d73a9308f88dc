"""How a network's input takes pictures that are stretched to its size, told by its shape."""

from __future__ import annotations

from engine.errors import WeightsError
from engine.tools.detecting.fitting import Fit, Order
from engine.tools.detecting.opening import refuse_batch, refuse_sides
from engine.tools.detecting.ports import Port


def stretched(port: Port, file: str, *, order: Order = "BGR", usual: tuple[int, int] = (0, 0)) -> Fit:
    """Return how a picture is stretched into an input of four axes, of which the one that is 3 has the channels.

    `usual` is the height and width where the input takes any. Raise WeightsError if it takes no pictures.
    """
    shape = port.shape
    if len(shape) != 4 or 3 not in (shape[1], shape[3]):
        raise WeightsError(f"{file} takes no colour pictures", f"no axis of its input {port.name} is 3: {shape}")
    refuse_batch(shape, file)
    first = shape[1] == 3
    height, width = shape[2:] if first else shape[1:3]
    size = (height if height > 0 else usual[0]), (width if width > 0 else usual[1])
    if min(size) <= 0:
        raise WeightsError(f"{file} does not say how large its pictures are", f"its input {port.name} is {shape}")
    refuse_sides(size, file)
    return Fit("stretch", size, order=order, layout="NCHW" if first else "NHWC")
