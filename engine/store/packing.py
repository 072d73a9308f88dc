"""Frames with which somebody is done, kept as the compressed lines of their file instead of as shapes.

A shape takes some 600 bytes of memory, its line compressed some 30: a command that goes through a folder of a million
pictures, and never back, packs what lies behind it. Apart from writing because that knows only what it is to write.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from engine.document import Document
from engine.edits.common import indexed
from engine.packed import Packed
from engine.store.write import encode_items

LEVEL = 1
"""Of zlib: the others take longer and gain little."""


def packed(document: Document, before: int) -> Document:
    """Return the document with the shapes and pictures of frames below `before` packed.

    What is packed can be saved, and nothing else: no edit may touch these frames any more. A picture's line that is
    still to be completed stays as it is, and so does what is on that picture.
    """
    behind = document.packed[-1].last if document.packed else -1
    numbers = sorted(at for at in {*document.frames, *document.pictures} if behind < at < before)
    stretches = list(_stretches(document, numbers))
    if not stretches:
        return document
    document, gone = indexed(document), {at for stretch in stretches for at in stretch}
    frames, pictures = document.frames.mutate(), document.pictures.mutate()
    for at in gone:
        frames.pop(at, None)
        pictures.pop(at, None)
    new = tuple(_packed(document, stretch) for stretch in stretches)
    return replace(
        document, frames=frames.finish(), pictures=pictures.finish(), packed=(*document.packed, *new)
    )  # fmt: skip


def _stretches(document: Document, numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield the frames that may be packed, those together between which there is none that may not."""

    def is_ready(at: int) -> bool:
        return at not in document.pictures or bool(document.pictures[at].digest)

    for ready, stretch in groupby(numbers, is_ready):
        if ready:
            yield list(stretch)


def _packed(document: Document, stretch: list[int]) -> Packed:
    shapes = [shape for at in stretch for shape in document.shapes(at)]
    lines = [document.pictures[at] for at in stretch if at in document.pictures]
    return Packed(stretch[0], stretch[-1], _compressed(lines), _compressed(shapes))


def _compressed(items: list[Any]) -> bytes:
    return zlib.compress(encode_items(items), LEVEL) if items else b""
