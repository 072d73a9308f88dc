"""The crops of a sample's contact sheets, read in the background: those of the sheet that is looked at, and the next.

Frames are read past the cache, in their order within a sheet: nobody looks at them by themselves. What was read is kept
for a few sheets, and made again when the view or the document is another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from engine import items
from engine.counting import counted
from engine.document import Certificate, Document
from engine.errors import AppError
from engine.jobs import Progress, Step
from engine.render.sheet import Layout, Rgb, Tile, blank, tile_of

if TYPE_CHECKING:
    from engine.session.session import Session

KIND = "sheets"
KEPT = 200
"""Crops that are kept: some eight sheets, 10 MB."""
TOGETHER = 8
"""Crops that are read before they are shown: each time the sheet's picture is sent anew."""
Key = tuple[int, int, tuple[int, int]]
"""Id of the certificate, place among its crops, size in pixels."""


@dataclass(frozen=True)
class Read(Step):
    """Crops that were read."""

    tiles: dict[Key, Tile]


@dataclass
class Sheets:
    """What was read so far."""

    tiles: OrderedDict[Key, Tile] = field(default_factory=OrderedDict)
    wrong: int = -1
    """The place, among the wrong ones of a certificate, of the one that was gone to last."""

    def of(self, certificate: Certificate, places: Sequence[int], size: tuple[int, int]) -> tuple[Tile | None, ...]:
        """Return the crops of some places, None for those that were not read yet."""
        return tuple(self.tiles.get((certificate.id, place, size)) for place in places)


def wanted(read: Sheets, certificate: Certificate, sheet: Layout, place: int) -> list[Key]:
    """Return what is to be read: of the sheet that begins at a place, then the next one, then the one before."""
    found = list[Key]()
    for start in (place, place + sheet.count, place - sheet.count):
        places = range(max(start, 0), min(start + sheet.count, len(certificate.crops)))
        keys = [(certificate.id, at, sheet.tile) for at in places]
        missing = [key for key in keys if key not in read.tiles]
        found += sorted(missing, key=lambda key: certificate.crops[key[1]][1])
    return found


def read_ahead(session: Session, certificate: Certificate, sheet: Layout, place: int) -> None:
    """Have the crops read that are about to be looked at; what is read for this already goes on."""
    keys = wanted(session.review.sheets, certificate, sheet, place)
    if not keys or session.jobs.runs(KIND, tuple(keys)):
        return
    document, pixels = session.document, session.media.frames.decode

    def run(ticket: int) -> Iterator[Step]:
        made = dict[Key, Tile]()
        for done, key in enumerate(keys):
            if key[1] < place + sheet.count:
                yield Progress(ticket, "reading crops", done, len(keys))
            made[key] = _made(document, pixels, certificate.crops[key[1]], sheet.tile)
            if len(made) == TOGETHER:
                yield Read(ticket, made)
                made = {}
        yield Read(ticket, made)

    session.jobs.start(KIND, run, receive=partial(_receive, session), about=tuple(keys))


def _made(document: Document, pixels: Callable[[int], Rgb], crop: tuple[int, int], size: tuple[int, int]) -> Tile:
    number, frame = crop
    shape = items.find(document, frame, number)
    if shape is None:
        return blank(size, "is no longer there")
    try:
        return tile_of(pixels(frame), shape, size)
    except AppError:
        return blank(size, f"frame {counted(frame)} cannot be read")


def _receive(session: Session, step: Read) -> None:
    tiles = session.review.sheets.tiles
    tiles.update(step.tiles)
    while len(tiles) > KEPT:
        tiles.popitem(last=False)
    session.changed()
