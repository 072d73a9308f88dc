"""What every kind of gesture can do, and doing nothing where a kind has nothing to do.

A kind is a frozen state and the functions of `Kind`, in one file. Each function gets the state it is for: `dispatch`
chooses by type. What it makes of the state it hands to the session.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from engine.document import Point
from engine.session import Session
from engine.session.gesture import Gesture

Held = TypeVar("Held", bound=Gesture, contravariant=True)


class Kind(Protocol[Held]):
    """The functions of a file in this package, `held` being what is in hand now."""

    def click(self, session: Session, held: Held, point: Point, positive: bool) -> None:
        """Click at a frame point, or with `positive` False right-click."""

    def moved(self, session: Session, held: Held) -> None:
        """Follow the cursor, which has moved."""

    def finish(self, session: Session, held: Held) -> None:
        """Make what was begun an object, or let go of it."""

    def cancel(self, session: Session, held: Held) -> None:
        """Go back one step: what is waited for, then what was begun, then the tool."""

    def drags(self, session: Session, held: Held, far: bool) -> bool:
        """Say whether letting go of the mouse button is a click; `far` from where it went down or not."""

    def resume(self, session: Session, held: Held) -> None:
        """Go on after undo or redo has brought this state back."""

    def unblocked(self, session: Session, held: Held) -> None:
        """Take it that Block was switched: requests wait from now on, or no longer."""


def moved(session: Session, held: Gesture) -> None:
    """Leave all as it is: nothing follows the cursor but what the scene shows anyway."""


def unblocked(session: Session, held: Gesture) -> None:
    """Leave all as it is: nothing was waiting."""


def drags(session: Session, held: Gesture, far: bool) -> bool:
    """Say no: each press is a click of its own."""
    return False


def resume(session: Session, held: Gesture) -> None:
    """Leave all as it is: the state alone says how it goes on."""
