"""What is in hand under the jump's grid, for answers that come while it is open: they change what is under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from engine.session import Session
from engine.work import Jump


@contextmanager
def under_grid(session: Session) -> Iterator[None]:
    """Let `session.work` be what is under an open grid, and put the grid back over what is in hand in the end.

    The letters that are typed next are meant for the grid.
    """
    grid = session.work if isinstance(session.work, Jump) else None
    if grid is not None:
        session.work = grid.under
    try:
        yield
    finally:
        if grid is not None and not isinstance(session.work, Jump):
            session.work = replace(grid, under=session.work)
        session.changed()
