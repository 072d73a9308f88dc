"""Runs stopped: of trackers and of detectors alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.session import detecting, following

if TYPE_CHECKING:
    from engine.session.session import Session


def stop(session: Session) -> bool:
    """Stop every run; what came stays. Return whether there was one."""
    found, followed = detecting.stop(session), following.stop(session)
    return found or followed


def give_up(session: Session, kind: str) -> None:
    """Forget a run whose job is given up; what came of it stays."""
    following.give_up(session, kind)
    detecting.give_up(session, kind)
