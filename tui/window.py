"""What dialogs, keyboard and life know of the app: a window to say, ask and do something in.

Apart from `app.py` so that they need not import it: who is imported by the app imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.screen import ModalScreen, Screen
    from textual.timer import Timer
    from textual.widget import Widget

    from engine.actions import Action
    from engine.keymap import Keymap
    from engine.session import Session, Severity


class Speaker(Protocol):
    """Who tells the annotator something."""

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message."""


class Stage(Protocol):
    """The screen that is always there."""

    def prepare(self) -> None:
        """Make what an open session is shown in; called in a thread."""

    def fold(self) -> None:
        """Step through what is folded away."""


class Lived(Protocol):
    """The life of a session, as far as the keyboard asks."""

    leaving: bool
    """The file is being saved for the last time."""


class Window(Speaker, Protocol):
    """One window on one session."""

    keymap: Keymap
    actions: dict[str, Action]
    """The engine's actions by name; none until a session is open."""

    @property
    def session(self) -> Session:
        """The open session; there is one while there is a `life`."""

    @property
    def life(self) -> Lived | None:
        """The session's life; None until it is open."""

    @property
    def main(self) -> Stage:
        """The screen that is always there."""

    @property
    def screen(self) -> Screen[Any]:
        """The screen on top."""

    @property
    def focused(self) -> Widget | None:
        """What has the keyboard's focus on the screen on top."""

    def do(self, name: str, *args: Any) -> None:
        """Run an action by name; what goes wrong is said."""

    def ask(self, screen: ModalScreen[Any], take: Callable[[Any], None]) -> None:
        """Show a dialog and pass on what it returns, unless it was given up."""

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """Show a dialog."""

    def redraw(self) -> None:
        """Draw everything again, in whatever terminal it is now."""

    def leave(self, *, ask: bool = True, overwrite: bool = False, tour: bool = False) -> None:
        """Save, release everything, exit, for a `tour` perhaps; `ask` what to do if the file cannot be written."""

    def exit(self, result: int | None = None) -> None:
        """End at once."""


class Played(Protocol):
    """What is recorded and played, as far as whoever opens a session asks."""

    @property
    def is_playing(self) -> bool:
        """Whether a recording is to be played to its end: nobody is asked anything meanwhile."""

    def check(self, actions: Collection[str]) -> None:
        """Raise FormatError that names the line if what is to be played names an action that there is not."""


class Host(Window, Protocol):
    """The app for those that open and close its session: a window with a loop and clocks."""

    @property
    def recordings(self) -> Played:
        """What is recorded and played."""

    def opened(self) -> None:
        """Show the session that has been opened."""

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call a function at the next turn of the loop; safe in threads."""

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Timer:
        """Call a function once, after so many seconds."""

    def set_interval(self, interval: float, callback: Callable[[], Any]) -> Timer:
        """Call a function every so many seconds."""
