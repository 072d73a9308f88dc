"""Which detector is asked: the one that was used last, or, for hints, one that proposes whatever there may be."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import AppError
from engine.session import Session
from engine.specs import DetectorSpec
from engine.tools.registry import detectors


def detector_of(session: Session) -> str:
    """Return the detector that was used last, else one that the document knows, else one that needs no weights."""
    names = [*_used(session), *(spec.id for spec in _bare(session))]
    if not names:
        raise AppError("No detector has been used yet", "{app.detectors} lists them")
    return names[0]


def next_source(session: Session) -> DetectorSpec | None:
    """Return the detector to ask for proposals of the shown frame, None if each has been asked.

    First the one in use, then those without weights that know no classes.
    """
    found, asked = detectors(), {name for name, _ in session.runs.results.on(session.frame)}
    names = (*_used(session)[:1], *(spec.id for spec in _bare(session) if spec.nameless))
    return next((found[name] for name in names if name not in asked), None)


def _used(session: Session) -> list[str]:
    found, hand = detectors(), session.hand.last_tool
    last = hand[1:2] if hand[:1] == ("detect.run",) else ()
    names = (session.runs.results.last, *last, *sorted(session.document.tables))
    return [name for name in names if name in found]


def _bare(session: Session) -> Iterator[DetectorSpec]:
    """Yield the detectors that run without weights and packages, on media like these."""
    is_video = session.document.media.kind == "video"
    for spec in detectors().values():
        if not spec.weights and not spec.packages and spec.watches <= is_video:
            yield spec
