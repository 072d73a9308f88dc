"""A mask as it travels and is compared: bits in row-major order, deflated, worked out once.

Apart from the protocol because tools tell answers apart by it too: packing a 4K mask takes milliseconds of a click.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from isal import isal_zlib

from engine.tools.base import Prediction

KEY = "packed"
LEVEL = 0
"""Of isal, the quickest: the bytes stay on this machine."""


def packed(prediction: Prediction) -> bytes:
    """Return the mask's bits, deflated."""
    found = prediction.kept.get(KEY)
    if not isinstance(found, bytes):
        found = prediction.kept[KEY] = isal_zlib.compress(np.packbits(prediction.mask), LEVEL)
    return found


def unpacked(
    bits: bytes,
    shape: tuple[int, int],
    origin: tuple[int, int],
    score: float | None,
    alternatives: Sequence[Prediction] = (),
) -> Prediction:
    """Return the prediction whose mask of (rows, columns) was packed."""
    flat = np.unpackbits(np.frombuffer(isal_zlib.decompress(bits), np.uint8), count=shape[0] * shape[1])
    answer = Prediction(flat.view(np.bool_).reshape(shape), origin, score, alternatives)
    answer.kept[KEY] = bits
    return answer
