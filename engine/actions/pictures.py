"""What a picture turns out to be once it is looked at: other content than it was annotated with, masks of another size.

Apart from the showing of frames because it is only told. Contents that were not compared at opening are compared by a
job, behind the first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from engine.frame_bounds import is_foreign
from engine.jobs import Done, Step
from engine.pictures import differs
from engine.session import Session
from engine.text import plain

AT_ONCE = 64
"""Files that are compared between two looks at whether the job is still wanted."""


def told_of(session: Session, frame: int) -> list[str]:
    """Return what is to be said about a frame that has just been decoded."""
    told = []
    line, found = session.document.pictures.get(frame), session.media.frames.picture(frame)
    if line is not None and found is not None and found.digest and differs(line, (found.bytes, found.digest)):
        told.append(f"{plain(found.name, 80)} has other content than when it was annotated")
    size = session.view.viewport.frame_size
    strange = sum(is_foreign(shape, size) for shape in session.shapes)
    if strange:
        what = "1 mask has" if strange == 1 else f"{strange} masks have"
        told.append(f"{what} another size than this picture: kept in the file, not shown")
    return told


def compare(session: Session) -> None:
    """Start the comparison of all contents with those annotated; what has been looked at is not read again."""
    document, frames = session.document, session.media.frames
    if not document.pictures:
        return

    def run(ticket: int) -> Iterator[Step]:
        names = []
        for number, frame in zip(count(1), sorted(document.pictures)):
            found = frames.picture(frame, look=True) if frame < document.media.frames else None
            if found is not None and found.digest and differs(document.pictures[frame], (found.bytes, found.digest)):
                names.append(found.name)
            if number % AT_ONCE == 0:
                yield Step(ticket)
        if names:
            what = "1 picture has" if len(names) == 1 else f"{len(names)} pictures have"
            some = ", ".join(names[:3])
            yield Done(ticket, plain(f"{what} other content than when annotated ({some}): check the shapes there", 600))

    session.jobs.start("pictures", run)
