"""Sixel data from palette indices, in numpy: as fast as the C encoders, and nothing has to be installed for it.

Apart from the surface because it is pure: an array in, bytes out. Sixel is described in the manual of DEC's VT330 and
VT340, chapter 14: a band is six pixels high, a character holds one column of one colour of it (bit 0 on top), `$`
goes back to the band's start, `-` to the next band, `!n` repeats a character, `#n` selects a colour.

How: for every pixel the six rows of its band are compared pairwise, which gives the character for its colour in its
column, and whether an upper pixel already stands for it. Sorting these by band, colour and column puts the characters
in the order in which they are sent; runs and gaps then come from neighbours. A run is written as at most 24 bytes
(separator and colour, gap, repeated character), zeros meaning nothing, and the zeros are dropped in one sweep.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
LEAVE = 255
"""The index of pixels that are left as they are on the screen."""
WIDEST = 8192
"""Columns that an image may have: 13 bits of a key."""
_X, _COLOUR, _BAND = 6, 19, 27


def encoded(index: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """Return the DCS that shows an (h, w) picture of palette indices.

    The palette is (n <= 255, 3) in percent (0 to 100); only colours in use are defined. Pixels with index LEAVE, and
    those below the picture in its last band, stay as they are on the screen (P2 = 1).
    """
    height, width = index.shape
    if width > WIDEST:
        raise ValueError(f"a Sixel image of {width} columns (at most {WIDEST})")
    used = np.flatnonzero(np.bincount(index.ravel(), minlength=256)[:LEAVE])
    colours = b"".join(b"#%d;2;%d;%d;%d" % (n, *palette[n].tolist()) for n in used.tolist())
    return b'\x1bP0;1;0q"1;1;%d;%d' % (width, height) + colours + _bands(index) + b"\x1b\\"


def _bands(index: NDArray[np.uint8]) -> bytes:
    keys = _characters(index)
    if not keys.size:
        return b""
    keys.sort()
    group, x, bits = keys >> _COLOUR, keys >> _X & 0x1FFF, keys & 63
    fresh = np.ones(keys.size, np.bool_)
    np.not_equal(np.diff(keys & ~np.uint64(63)), 1 << _X, out=fresh[1:])
    fresh[1:] |= bits[1:] != bits[:-1]
    starts = np.flatnonzero(fresh)
    lengths = np.diff(starts, append=keys.size)
    group, x, bits = group[starts], x[starts].astype(np.int64), bits[starts]
    out = np.zeros((starts.size, 3), np.uint64)
    first = np.ones(starts.size, np.bool_)
    first[1:] = group[1:] != group[:-1]
    out[:, 0][first] = _heads(group[first].astype(np.uint64, copy=False))
    gaps = x.copy()
    gaps[1:] -= np.where(first[1:], 0, x[:-1] + lengths[:-1])
    out[:, 1] = _repeated(gaps, np.uint64(63))
    out[:, 2] = _repeated(lengths, bits.astype(np.uint64, copy=False) + np.uint64(63))
    flat = out.astype("<u8", copy=False).view(np.uint8).ravel()
    return bytes(flat[flat != 0].tobytes())


def _characters(index: NDArray[np.uint8]) -> U64:
    """Return one key per character: band, colour, column and six bits, from the highest bits to the lowest."""
    height, width = index.shape
    bands = -(-height // 6)
    rows = [np.ascontiguousarray(index[i::6]) for i in range(6)]
    place = (np.arange(bands, dtype=np.uint64) << _BAND)[:, None] | np.arange(width, dtype=np.uint64) << _X
    keys = []
    for i, row in enumerate(rows):
        bits = np.full(row.shape, 1 << i, np.uint8)
        first = np.ones(row.shape, np.bool_)
        for j, other in enumerate(rows):
            shared = min(len(row), len(other))  # the last band may be less than six rows high
            same = row[:shared] == other[:shared]
            if j < i:
                first[:shared] &= ~same
            elif j > i:
                bits[:shared] |= same.view(np.uint8) << np.uint8(j)
        key = place[: len(row)] | row.astype(np.uint64) << _COLOUR
        keys.append((key | bits)[first & (row != LEAVE)])
    blank = _blank_bands(index)
    if blank.size:
        keys.append(blank << _BAND | next(part[0] for part in keys if part.size) & 0xFF << _COLOUR)
    return np.concatenate(keys)


def _blank_bands(index: NDArray[np.uint8]) -> U64:
    """Return the bands without any pixel above the last one that has some: they get a character, so none is skipped."""
    rows = np.flatnonzero((index != LEAVE).any(axis=1))
    if not rows.size:
        return np.empty(0, np.uint64)
    return np.setdiff1d(np.arange(rows[-1] // 6), rows // 6).astype(np.uint64)


def _heads(groups: U64) -> U64:
    """Return what stands before the first run of a colour in a band: `-`, `$` or nothing, and `#colour`."""
    bands = groups >> 8
    separator = np.full(groups.size, ord("$"), np.uint64)
    separator[1:][bands[1:] != bands[:-1]] = ord("-")
    separator[:1] = 0
    heads: U64 = separator | _colour_table()[groups & 255] << 8
    return heads


def _repeated(count: NDArray[np.int64], character: U64 | np.uint64) -> U64:
    """Return a character so many times: in full up to three, else as `!count` and the character."""
    prefix, factor = _repeat_tables()
    return prefix[count] + factor[count] * character


@cache
def _repeat_tables() -> tuple[U64, U64]:
    counts = np.arange(WIDEST + 1)
    prefix = np.array([_packed(b"!%d" % n) if n > 3 else 0 for n in counts.tolist()], np.uint64)
    factor = np.full(counts.size, 1 << 56, np.uint64)
    factor[:4] = 0, 1, 0x0101, 0x010101
    return prefix, factor


@cache
def _colour_table() -> U64:
    return np.array([_packed(b"#%d" % n) for n in range(256)], np.uint64)


def _packed(text: bytes) -> int:
    return int.from_bytes(text, "little")
