"""Character cells as bytes: where they are, their colours, their symbols, and nothing that the terminal knows already.

Apart from the surface because it is pure. The cells' sequences are laid side by side in one array of bytes, zero where
nothing is needed (a position inside a run, a colour that is still set), and the zeros are dropped in one sweep.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tui.surfaces.glyphs import Kind, glyphs

Bytes = NDArray[np.uint8]
CELL = np.dtype([("pattern", "u2"), ("front", "u1", 3), ("back", "u1", 3)])
"""One cell; in 256 colours the first byte of `front` and `back` is the colour's number and the others are zero."""
LETTERS = 256
"""Patterns from here on are characters: this plus the code point, which has to be below U+FF00."""
RESET = b"\x1b[0m"


def written(cells: NDArray[np.void], places: NDArray[np.intp], kind: Kind, *, truecolor: bool) -> bytes:
    """Return what shows some cells (n,) of CELL at places (n, 2), screen row and column from 0, in reading order."""
    if not len(cells):
        return b""
    starts = np.ones(len(cells), np.bool_)
    starts[1:] = (places[1:, 0] != places[:-1, 0]) | (places[1:, 1] != places[:-1, 1] + 1)
    seen = cells["pattern"] > 0
    front, back = _inherited(cells["front"], seen), cells["back"]
    new_front, new_back = _changes(front), _changes(back)
    new_front[: seen.argmax() + 1] = False
    new_front[seen.argmax()] = seen.any()
    both, either = new_front & new_back, new_front | new_back
    parts = [
        _text(b"\x1b[", starts), _number(places[:, 0] + 1, starts), _text(b";", starts),
        _number(places[:, 1] + 1, starts), _text(b"H", starts),
        _text(b"\x1b[", either),
        _colour(b"38", front, new_front, truecolor=truecolor), _text(b";", both),
        _colour(b"48", back, new_back, truecolor=truecolor), _text(b"m", either),
        _drawn(cells["pattern"], kind),
    ]  # fmt: skip
    flat = np.concatenate(parts, axis=1).ravel()
    return bytes(flat[flat != 0].tobytes()) + RESET


def character(pattern: int, kind: Kind) -> str:
    """Return what a cell with a pattern shows."""
    return chr(pattern - LETTERS) if pattern >= LETTERS else glyphs(kind).symbols[pattern]


def _drawn(patterns: NDArray[np.uint16], kind: Kind) -> Bytes:
    """Return each cell's symbol or letter in UTF-8, four bytes, zero bytes after it."""
    symbols = _symbols(kind)
    out = symbols[np.minimum(patterns, len(symbols) - 1)]
    for place in np.flatnonzero(patterns >= LETTERS):
        out[place] = np.frombuffer(character(int(patterns[place]), kind).encode().ljust(4, b"\0"), np.uint8)
    return out


def _inherited(front: Bytes, has: NDArray[np.bool_]) -> Bytes:
    """Return foregrounds in which a blank cell has its predecessor's: it needs none."""
    return front[np.maximum.accumulate(np.where(has, np.arange(len(has)), 0))]


def _changes(colour: Bytes) -> NDArray[np.bool_]:
    out = np.ones(len(colour), np.bool_)
    out[1:] = (colour[1:] != colour[:-1]).any(axis=1)
    return out


def _text(text: bytes, where: NDArray[np.bool_]) -> Bytes:
    return where.astype(np.uint8)[:, None] * np.frombuffer(text, np.uint8)


def _number(values: NDArray[np.intp] | Bytes, where: NDArray[np.bool_]) -> Bytes:
    return where.astype(np.uint8)[:, None] * _digits()[values]


def _colour(code: bytes, colour: Bytes, where: NDArray[np.bool_], *, truecolor: bool) -> Bytes:
    if not truecolor:
        return np.concatenate([_text(code + b";5;", where), _number(colour[:, 0], where)], axis=1)
    parts = [_text(code + b";2", where)]
    for channel in range(3):
        parts += [_text(b";", where), _number(colour[:, channel], where)]
    return np.concatenate(parts, axis=1)


@cache
def _digits() -> Bytes:
    """Return 0 to 9999 in decimal, each as four bytes, zero bytes before it."""
    texts = [(b"%d" % n).rjust(4, b"\0") for n in range(10000)]
    return np.frombuffer(b"".join(texts), np.uint8).reshape(-1, 4)


@cache
def _symbols(kind: Kind) -> Bytes:
    """Return the UTF-8 of a set's symbols, each as four bytes, zero bytes after it."""
    return np.frombuffer(b"".join(s.encode().ljust(4, b"\0") for s in glyphs(kind).symbols), np.uint8).reshape(-1, 4)
