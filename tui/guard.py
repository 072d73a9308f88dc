"""The one place where expected failures are shown: whatever an annotator or a job sets off passes through here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.errors import AppError

if TYPE_CHECKING:
    from tui.window import Speaker


def attempt(speaker: Speaker, function: Callable[..., object], *args: Any) -> None:
    """Call a function; say what went wrong if it is something that a person can do something about."""
    try:
        function(*args)
    except AppError as error:
        speaker.say(f"{error.title}. {error.detail}" if error.detail else error.title, "error")
