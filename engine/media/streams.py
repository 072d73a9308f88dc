"""Which of a container's video streams is the film, and how its pictures are to be turned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.media.reading import refuse

_PREVIEW = 4
"""A stream with this part of the largest one's pixels, or less, is a preview of it."""


def film_in(path: Path, streams: Sequence[Any]) -> Any:
    """Return the video stream to show: no cover, no still, no preview; among equals the one that is marked default."""
    from av.stream import Disposition

    stills = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    if not streams:
        raise refuse(path, "there is no video in it")
    known = [stream for stream in streams if stream.codec_context is not None]
    if not known:
        raise refuse(path, "its codec is not supported")
    films = [stream for stream in known if not stream.disposition & stills]
    if not films:
        raise refuse(path, "there is no video in it but a cover picture")
    films = [stream for stream in films if stream.frames != 1] or films
    largest = max(map(_area, films))
    films = [stream for stream in films if _PREVIEW * _area(stream) > largest] or films
    films = [stream for stream in films if stream.disposition & Disposition.default] or films
    return max(films, key=_area)


def _area(stream: Any) -> int:
    codec = stream.codec_context
    return int(codec.width * codec.height)


def orientation_of(frame: Any) -> int:
    """Return the EXIF orientation (1 to 8) that comes nearest to what a frame's display matrix asks for."""
    from av.sidedata.sidedata import Type

    found = frame.side_data.get(Type.DISPLAYMATRIX)
    if found is None or found.buffer_size < 36:
        return 1
    matrix = np.frombuffer(bytes(found)[:36], np.int32).reshape(3, 3).astype(np.int64)
    (a, b), (c, d) = matrix[:2, :2].tolist()
    if abs(a) + abs(d) == abs(b) + abs(c) == 0:
        return 1  # damaged
    if abs(b) + abs(c) > abs(a) + abs(d):
        return {(False, False): 5, (True, False): 6, (True, True): 7, (False, True): 8}[c < 0, b < 0]
    return {(False, False): 1, (True, False): 2, (True, True): 3, (False, True): 4}[a < 0, d < 0]


CLOCKWISE = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
"""Degrees by which each orientation turns, once it has mirrored."""
