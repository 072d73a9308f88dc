"""The application: passes keys in, shows the session out, opens dialogs. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import ModalScreen

from engine.keymap import Keymap
from engine.text import plain
from tui.dialogs.palette import Commands
from tui.guard import attempt
from tui.input import signals
from tui.input.keyboard import Keyboard
from tui.input.terminal_input import CtrlHeld
from tui.loader import Loader
from tui.panels.annotate import MainScreen
from tui.quiet import QuietApp
from tui.recordings import Recordings
from tui.refresh import Refresh
from tui.surfaces.base import Capabilities
from tui.widgets.messages import Messages

if TYPE_CHECKING:  # the first screen waits for none of these
    from engine.actions import Action
    from engine.session import Session, Severity
    from tui.life import Life

READ = 15
"""Characters of a message that are read in a second."""
WARM_AFTER = 1.0
"""Seconds after which the first picture is there and the annotator looks at it."""


class TermwandApp(QuietApp[int]):
    """One window on one session."""

    TITLE = "termwand"
    COMMANDS = {Commands}
    CSS = """
    CommandPalette { background: transparent; }
    CommandPalette > .command-palette--help-text { text-style: not bold; }
    Toast { max-width: 60; }
    Input > .input--placeholder { color: $text-muted; }
    """

    def __init__(
        self, loading: Loader, capabilities: Capabilities, keymap: Keymap, recordings: Recordings | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.loading, self.keymap, self.recordings = loading, keymap, recordings or Recordings()
        self.life: Life | None = None
        """None until its session is open."""
        self.actions: dict[str, Action] = {}
        self.main = MainScreen(keymap, capabilities, self.do, tour=loading.is_tour)
        self.signal = 0
        """The number of the signal that ends the program."""
        self.is_open = self.is_leaving = False
        """A session is open; the file is being saved for the last time, and what is typed now would come too late."""
        self.is_tour = loading.is_tour
        self.wants_tour = False
        """When this session has ended, the tour is to be shown, and then this session again."""
        self._refreshing = Refresh(self, self._catch_up, self.main.show, lambda: self.session.safety.age)
        self.keyboard = Keyboard(self)
        self._wanted: tuple[str, ...] = ()

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.life is not None
        return self.life.session

    def get_default_screen(self) -> MainScreen:
        """Return the screen that is always there."""
        return self.main

    def on_load(self) -> None:
        """Hear signals before the terminal is taken."""
        signals.hear(lambda number: self.call_later(self._ended_by, number))

    def _ended_by(self, number: int) -> None:
        self.signal = self.signal or number
        self.leave(ask=False)

    def on_mount(self) -> None:
        """Open what was asked for, once the screen is there."""
        self.call_after_refresh(self.loading.begin, self)

    def opened(self) -> None:
        """Show the session that has been opened."""
        self.life, self.actions, self.is_open = self.loading.life, self.loading.actions, True
        self.session.on_change, self.session.on_message = self.refresh_soon, self.say
        self._wanted = self.loading.life.options.action if self.loading.life is not None else ()
        self.main.connect(self.session)
        self.recordings.begin(self, self.session)
        self.set_timer(WARM_AFTER, self.loading.warm_up)
        self.refresh_soon()
        self.run_worker(self.recordings.play(), group="play")

    def refresh_soon(self) -> None:
        """Show the session soon, however often it changes until then."""
        self.recordings.changed()
        if self.life is not None:
            self._refreshing.soon()

    async def _catch_up(self) -> None:
        """Do what was typed while a frame was on its way; before it what the command line asked for."""
        if self._wanted and self.session.media.shown >= 0:
            (name, *arguments), self._wanted = self._wanted, ()
            if not self.recordings.is_playing:  # what is played does it where it was done
                self.do(name, *arguments)
        if not self.session.media.loading and (ahead := self.keyboard.typed_ahead()):
            self.turns.put_first(ahead)
            await self.take_turns()

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message: over the picture, or over the dialog that is open."""
        seconds = max(6.0 if severity == "error" else 3.0, len(text) / READ)
        if self.life is not None:
            tracks = self.session.mode == "track"  # for one key, which is done: they are gone when it is read
            text = self.keymap.told(text, self.session.gesture.mode if tracks else self.session.mode)
        if self.screen is self.main and self.main.is_mounted:
            self.main.query_one(Messages).say(plain(text), severity, seconds)
        else:
            self.notify(plain(text), severity=severity, markup=False, timeout=seconds)

    def redraw(self) -> None:
        """Draw everything again, in whatever terminal it is now."""
        self.forget_rows()
        for widget in self.screen.walk_children(with_self=True):
            widget.refresh()
        if (attachment := getattr(self._driver, "attachment", None)) is not None:
            attachment.renew()

    def ask(self, screen: ModalScreen[Any], take: Callable[[Any], None]) -> None:
        """Show a dialog and pass on what it returns, unless it was given up."""
        self.push_screen(screen, lambda value: take(value) if value is not None else None)

    def do(self, name: str, *args: Any) -> None:
        """Run an action by name: the one place where anything is done to the session, by whatever hand."""
        if self.life is None or not self.recordings.admits(name, args):
            return
        from engine.actions import perform
        from tui.dialogs import own as dialogs

        self.recordings.took(self, name, args)
        if name in dialogs.OWN:
            attempt(self, dialogs.OWN[name], self)
        else:
            attempt(self, perform, self.actions, self.session, name, *args)

    def take_input(self, event: events.Event) -> bool:
        """Do what a key, the mouse or pasted text means on the main screen; return whether that was all."""
        if isinstance(event, events.Key):
            return self.keyboard.take(event)
        if isinstance(event, events.MouseEvent):
            self.main.take_mouse(event)
        return isinstance(event, events.Paste) and self.keyboard.refuse_paste()

    def for_dialog(self, event: events.Event) -> events.Event | None:
        """Return what a dialog is to get of an event."""
        return self.keyboard.for_dialog(event)

    def on_ctrl_held(self, event: CtrlHeld) -> None:
        """Hold Block as long as Ctrl is held."""
        self.do("mouse.ctrl", event.held)

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """Take floating graphics away while anything is over the canvas."""
        if screen is not self.main and self.is_running:
            self.main.cover(True)
            self.keyboard.typed_ahead()  # they were not meant for the dialog, and not for what comes after it
        return super().push_screen(screen, *args, **options)

    def pop_screen(self) -> Any:
        """Show the graphics again when the last dialog has gone."""
        result = super().pop_screen()
        if self.screen is self.main:
            self.main.cover(False)
            self.refresh_soon()
        return result

    async def action_quit(self) -> None:
        """Leave as the keymap's key does (Textual binds Ctrl+Q itself)."""
        self.do("app.quit") if self.is_open else self.leave()

    def leave(self, *, ask: bool = True, overwrite: bool = False, tour: bool = False) -> None:
        """Save, release everything, exit, for a `tour` perhaps; `ask` what to do if the file cannot be written."""
        self.wants_tour = tour
        self.run_worker(self.loading.end(self, ask=ask, overwrite=overwrite), group="leave")
