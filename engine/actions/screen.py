"""What the screen's side does to a session: the canvas has a size, a row was clicked, it is time for the next frame.

No keys lead here. Actions all the same, so that nothing changes a session but an action, and a recording has them all.
"""

from __future__ import annotations

from engine.actions import action, frames
from engine.gestures.taking import unfinished
from engine.session import Session, stopping


@action("view.resize", "The canvas has another size")
def resize(session: Session, width: int, height: int, cell_width: int, cell_height: int) -> None:
    """Take a canvas of so many pixels, and the size of a terminal cell; what is looked at stays."""
    frames.with_view_size(session, (int(width), int(height)), (int(cell_width), int(cell_height)))


@action("shape.select", "Select an object by its id")
def select(session: Session, shape_id: int) -> None:
    """Select what stands on the shown frame under an id."""
    session.selection.pick(int(shape_id))
    session.changed()


@action("frames.turn", "Show the next frame of what plays")
def turn(session: Session) -> None:
    """Go on by a frame, or stop at the end, or where something was begun meanwhile."""
    media = session.media
    if not media.playing:
        return
    if unfinished(session) or media.shown + 1 >= len(media.frames):
        media.playing = False
        session.changed()
    else:
        frames.show(session, media.shown + 1)


@action("job.stop", "Stop what is under way")
def stop_job(session: Session, kind: str) -> None:
    """Forget the running job of a kind; what is in hand stays as it is."""
    stopping.give_up(session, kind)
    session.jobs.cancel(kind)
    session.changed()
