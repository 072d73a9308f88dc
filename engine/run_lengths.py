"""COCO's compressed run lengths, read in one way for the rules, which only count, and for masks.

Apart from both because a string that one of them takes and the other refuses would be saved and never read again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LONGEST = 9
"""Characters of a number: they hold the pixels of the largest mask."""


def read(counts: str) -> NDArray[np.int64] | None:
    """Return run lengths, zeros first, some of which may be less than zero; None where the string is broken.

    The format (COCO's maskApi): runs from the fourth on are differences to the run two before; a number is sent in
    groups of five bits, low ones first, as the character 48 + group, with bit 5 set where another group follows and
    bit 4 of the last group as the sign.
    """
    if not counts.isascii():
        return None
    codes = np.frombuffer(counts.encode(), np.uint8).astype(np.int64) - 48
    if not len(codes):
        return codes
    if codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
        return None
    ends = np.flatnonzero(codes & 32 == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    if int((ends - starts).max()) >= LONGEST:
        return None
    shifts = 5 * (np.arange(len(codes)) - np.repeat(starts, ends - starts + 1))
    values = np.add.reduceat((codes & 31) << shifts, starts)
    values -= np.where(codes[ends] & 16, np.int64(1) << (shifts[ends] + 5), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
