"""The camera's motion, measured in the background where tracks exist, so that they are shown in steady coordinates.

It is asked for at each frame that is shown, which costs a look at the tracks' ends. What was measured is kept on disk.
The media are opened once more for it: nobody who looks at frames waits for this.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from immutables import Map

from engine.document import MediaInfo, Track
from engine.errors import AppError
from engine.jobs import Step
from engine.memo import kept
from engine.tracks.motion import Motion

if TYPE_CHECKING:
    from engine.session.media import Frames
    from engine.session.session import Session

KIND = "motion"
STEPS = 300
"""Steps that are measured before the tracks are shown by them: each time everything is interpolated anew."""


@dataclass(frozen=True)
class Measured(Step):
    """The motion as far as it is known."""

    motion: Motion


@kept
def extent(tracks: Map[int, Track]) -> tuple[int, int] | None:
    """Return the first and the last frame between which anything is interpolated."""
    ends = [(track.keyframes[0].frame, track.keyframes[-1].frame) for track in tracks.values() if track.keyframes]
    moving = [(first, last) for first, last in ends if first < last]
    return (min(first for first, _ in moving), max(last for _, last in moving)) if moving else None


def place_of(frames: Frames, info: MediaInfo) -> Path:
    """Return where the motion of media is kept: those of a folder are told by the size and time of every picture."""
    from engine.media.reference import files
    from engine.tracks import kept_motion

    reference, names = frames.reference, [frames.name(index) for index in range(len(frames))]
    own = files(reference, names) if info.kind == "folder" else ()
    return kept_motion.place(Path(reference.paths[0]), info, files=own)


def measure(session: Session) -> None:
    """Have the camera's motion measured where tracks need it and it is not known yet."""
    wanted = extent(session.document.tracks)
    if session.settings.interpolation != "steady" or wanted is None or session.runs.unsteady:
        return
    count = len(session.media.frames)
    first, last = wanted[0], min(wanted[1], count - 1)
    known = session.document.motion
    if KIND in session.jobs.running or last <= first or (known is not None and known.knows(first, last)):
        return
    frames, info = session.media.frames, session.document.media

    def run(ticket: int) -> Iterator[Step]:
        from engine.media.reference import reopen
        from engine.tracks import kept_motion
        from engine.tracks.camera import measured

        place = place_of(frames, info)
        motion = known or kept_motion.load(place, count)
        if not motion.knows(first, last):
            media = reopen(frames.reference)
            try:
                steps = {}
                for frame, step in measured(motion, media.frame, range(first, last)):
                    steps[frame] = step
                    if len(steps) >= STEPS:
                        motion, steps = motion.with_steps(steps), {}
                        yield Measured(ticket, motion)
                motion = motion.with_steps(steps)
            finally:
                media.close()
            kept_motion.save(place, motion)
        yield Measured(ticket, motion)

    session.jobs.start(KIND, run, receive=partial(_receive, session), failed=partial(_failed, session))


def _receive(session: Session, step: Measured) -> None:
    session.moving(step.motion)


def _failed(session: Session, error: AppError) -> None:
    """Note it in the log, and try it no more: without the motion, tracks are interpolated in the frame."""
    session.runs.unsteady = True
    logging.getLogger("termwand").warning("The camera's motion could not be measured: %s", error)
