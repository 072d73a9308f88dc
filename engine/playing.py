"""A recording done again on a session, with a screen or without one (see `engine.recording`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.actions import Action, frames, perform
from engine.counting import counted
from engine.errors import AppError, KeymapError
from engine.inline_jobs import Inline as Inline  # who plays without a screen needs both
from engine.recording import ON_SCREEN, Head, Line, Recording
from engine.session import Session

MEANINGLESS = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What actions raise that are given arguments which mean nothing to them: a file may hold any."""


@dataclass
class Elapsed:
    """The clock of a recording that is played: seconds up to the line that is being done."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


def opening(session: Session, head: Head | None) -> list[Line]:
    """Return what is to be done before a recording's first line, so that what is open is looked at as it was."""
    lines: list[Line] = []
    if head is not None and all(head.view):
        lines.append(Line(1, "view.resize", (*head.view, *head.cell)))
    if head is not None and head.frame != session.media.target:
        lines.append(Line(1, "frames.go", (counted(head.frame),)))
    return lines


def play(
    session: Session, actions: Mapping[str, Action], recording: Recording, settle: Callable[[], object]
) -> list[str]:
    """Do what a recording says on a session without a screen, up to app.quit; return what could not be done, in words.

    `settle` returns when the jobs of the session have ended, or have come as far as they are bound. What the annotator
    was refused is refused again, and told; a line that means nothing raises FormatError.
    """
    clock, told = Elapsed(), list[str]()
    session.view.clock = clock
    if session.media.shown < 0:
        frames.show(session, session.media.target)
    for line in (*opening(session, recording.head), *recording.lines):
        session.jobs.bind(line.frames)
        settle()
        clock.seconds += line.after
        if line.name == "app.quit":
            break
        if line.reaches_beyond:
            told.append(passed_over(line))
        if not line.is_played or line.name in ON_SCREEN:
            continue
        try:
            perform(dict(actions), session, line.name, *line.args)
        except KeymapError as error:
            raise line.refused(error.title) from error
        except AppError as error:
            told.append(f"Line {line.number}: {error.title}. {error.detail}")
        except MEANINGLESS as error:
            raise line.refused(error) from error
    session.jobs.bind(None)
    settle()
    return told


def passed_over(line: Line) -> str:
    """Say why a line is not done."""
    return f"Line {line.number} was passed over: {line.name} changes more than what is open"
