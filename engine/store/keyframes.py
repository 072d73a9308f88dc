"""The lines of the section `keyframes`, by track.

Apart from the reader because there may be a million of them. Our own writer puts the lines of a track one after the
other, each beginning with the track's number: without that beginning they are decoded as keyframes straight away, a
track at a time, in place of a line's structure first and a keyframe made of it. Lines in another order or style go by
`grouped`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from engine.document import Keyframe
from engine.store.doubles import surely_none

_BEGINNING = re.compile(rb'- \{"track":([1-9]\d{0,14}),')
_DECODER = msgspec.json.Decoder(Keyframe)
_ENCODER = msgspec.json.Encoder()
_FEW = 8
"""Lines a track below which taking each track by itself costs more than it saves."""
_REACH = 2**12
"""Bytes after which the end of a track is looked for first."""


class OfTrack(NamedTuple):
    """Keyframes that stand one after the other in the file, and the number of their track."""

    track: int
    keys: list[Keyframe]


def grouped(lines: Sequence[Any]) -> list[OfTrack]:
    """Return the keyframes of lines (`engine.store.lines.KeyframeLine`), those in a row of one track together."""
    return [
        OfTrack(number, [Keyframe(*astuple(line)[1:]) for line in group])
        for number, group in groupby(lines, attrgetter("track"))
    ]


def by_track(lines: bytes) -> list[OfTrack] | None:
    """Return the keyframes of lines `- {"track":7,...}`; None where they are not sorted and written as we would."""
    found = dict[int, OfTrack]()
    place = taken = 0
    while place < len(lines):
        beginning = _BEGINNING.match(lines, place)
        if beginning is None or int(beginning[1]) in found or _FEW * len(found) > taken + 64 * _FEW:
            return None
        end = _end(lines, place, beginning[0])
        # a line of another track that stands between keeps its beginning, which is no JSON
        text = b"{" + lines[beginning.end() : end].replace(b"\n" + beginning[0], b"\n{")
        keys = _keys(text)
        if keys is None:
            return None
        found[int(beginning[1])] = OfTrack(int(beginning[1]), keys)
        place, taken = end, taken + len(keys)
    return [*found.values()]


def _keys(text: bytes) -> list[Keyframe] | None:
    """Return what is in lines of keyframes; None where only a closer look can say it."""
    try:
        keys: list[Keyframe] = _DECODER.decode_lines(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    as_written = _ENCODER.encode_lines(keys) == text
    return keys if as_written or (len(keys) == text.count(b"\n") and surely_none(text, keys)) else None


def _end(lines: bytes, start: int, beginning: bytes) -> int:
    """Return where the lines with a beginning end, if all that have it stand together: by halving."""
    low, reach = start, _REACH
    while (high := _line_from(lines, start + reach)) < len(lines) and lines.startswith(beginning, high):
        low, reach = high, 2 * reach
    while (middle := _line_from(lines, (low + high) // 2)) < high:
        if lines.startswith(beginning, middle):
            low = middle
        else:
            high = middle
    # between low and the middle of the two there may be further lines, too few to halve
    while low < high and lines.startswith(beginning, low):
        low = lines.index(b"\n", low) + 1
    return low


def _line_from(lines: bytes, place: int) -> int:
    """Return where the first line after a place begins."""
    return lines.find(b"\n", place) + 1 or len(lines)
