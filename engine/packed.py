"""Frames that a document keeps as text: apart from it because it is large, from the packing, which is above it."""

from __future__ import annotations

import msgspec


class Packed(msgspec.Struct, frozen=True):
    """A stretch of frames with which somebody is done, as the lines that their file has for them, compressed."""

    first: int
    last: int
    pictures: bytes
    shapes: bytes
