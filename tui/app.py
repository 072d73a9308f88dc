"""The application: passes keys in, shows the session out, opens dialogs. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import ModalScreen

from engine.keymap import Keymap
from engine.text import plain
from tui.commands import Commands
from tui.guard import attempt
from tui.keys import key_name
from tui.loading import Loading
from tui.painting import PaintingApp
from tui.screens.main import MainScreen
from tui.showing import Showing
from tui.surfaces.base import Capabilities
from tui.terminal_input import CtrlHeld
from tui.widgets.messages import Messages

if TYPE_CHECKING:  # the first screen waits for none of these
    from engine.actions import Action
    from engine.session import Session, Severity
    from engine.work import Jump
    from tui.life import Life

LEAVING_KEYS = ("ctrl+q", "ctrl+c", "q", "Q", "Z", "escape")
"""What leaves while nothing is open yet."""
WARM_AFTER = 1.0
"""Seconds after which the first picture is there and the annotator looks at it."""


class TermwandApp(PaintingApp[int]):
    """One window on one session."""

    TITLE = "termwand"
    COMMANDS = {Commands}
    CSS = """
    CommandPalette { background: transparent; }
    Toast { max-width: 60; }
    """

    def __init__(self, loading: Loading, capabilities: Capabilities, keymap: Keymap, **options: Any) -> None:
        super().__init__(**options)
        self.loading, self.keymap = loading, keymap
        self.life: Life | None = None
        """None until its session is open."""
        self.actions: dict[str, Action] = {}
        self.main = MainScreen(keymap, capabilities, self.do)
        self._showing = Showing(self, self._catch_up, self.main.show, lambda: self.session.safety.age)
        self._ahead: list[str] = []
        """Keys typed while a frame was on its way: they count when it is there, so that nothing lands on another."""

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.life is not None
        return self.life.session

    def get_default_screen(self) -> MainScreen:
        """Return the screen that is always there."""
        return self.main

    def on_mount(self) -> None:
        """Open what was asked for, once the screen is there."""
        self.call_after_refresh(self.loading.begin, self)

    def opened(self) -> None:
        """Show the session that has been opened."""
        self.life, self.actions = self.loading.life, self.loading.actions
        self.session.on_change, self.session.on_message = self.refresh_soon, self.say
        self.main.connect(self.session)
        self.set_timer(WARM_AFTER, self.loading.warm_up)
        self.refresh_soon()

    def refresh_soon(self) -> None:
        """Show the session soon, however often it changes until then."""
        if self.life is not None:
            self._showing.soon()

    def _catch_up(self) -> None:
        """Do what was typed while a frame was on its way."""
        while self._ahead and not self.session.media.loading:
            self._key(self._ahead.pop(0))

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message: over the picture, or over the dialog that is open."""
        seconds = 6 if severity == "error" else 3
        text = self.keymap.told(text, self.session.work.mode) if self.life is not None else text
        if self.screen is self.main and self.main.is_mounted:
            self.main.query_one(Messages).say(plain(text), severity, seconds)
        else:
            self.notify(plain(text), severity=severity, markup=False, timeout=seconds)

    def ask(self, screen: ModalScreen[Any], take: Callable[[Any], None]) -> None:
        """Show a dialog and pass on what it returns, unless it was given up."""
        self.push_screen(screen, lambda value: take(value) if value is not None else None)

    def do(self, name: str, *args: Any) -> None:
        """Run an action by name."""
        if self.life is None:
            return
        from engine.actions import perform
        from tui import dialogs

        if name in dialogs.OWN:
            attempt(self, dialogs.OWN[name][0], self)
        else:
            attempt(self, perform, self.actions, self.session, name, *args)

    async def on_event(self, event: events.Event) -> None:
        """Take keys and the canvas's mouse at the one place where both come by in the order in which they were made."""
        if isinstance(event, events.InputEvent) and not event.is_forwarded and self.screen is self.main:
            if isinstance(event, events.Key) and self._take(key_name(event)):
                return
            if isinstance(event, events.MouseEvent):
                self.main.take_mouse(event)
        await super().on_event(event)

    def _take(self, key: str) -> bool:
        """Do what a key means by the keymap, now or when the frame is there; return whether it means anything."""
        if self.life is None and key in LEAVING_KEYS:
            self.exit()
        if self.life is None or self.life.leaving:
            return False
        if self._ahead or (self.session.media.loading and not self._steps(key)):
            self._ahead.append(key)
            return True
        return self._key(key)

    def _steps(self, key: str) -> bool:
        command = self.keymap.command(self.session.work.mode, key)
        return command is not None and command.action.startswith(("frames.", "app.quit"))

    def _key(self, key: str) -> bool:
        """Do what a key means now; return whether it means anything."""
        from engine.work import Jump

        work = self.session.work
        if isinstance(work, Jump) and self._jump(work, key):
            return True
        command = self.keymap.command(self.session.work.mode, key)
        if command is not None:
            self.do(command.action, *command.args)
        return command is not None

    def _jump(self, work: Jump, key: str) -> bool:
        """Let a letter choose a place of the grid; once one is chosen, any other key ends the jump and counts."""
        if self.keymap.command("jump", key) is not None:
            return False
        if len(work.typed) < 2:
            self.do("jump.type", key.lower())
            return True
        self.do("jump.end")
        return False

    def on_ctrl_held(self, event: CtrlHeld) -> None:
        """Hold Block as long as Ctrl is held."""
        self.main.hold_ctrl(event.held)

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """Take floating graphics away while anything is over the canvas."""
        if screen is not self.main and self.is_running:
            self.main.cover(True)
            self._ahead.clear()  # they were not meant for the dialog, and not for what comes after it
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
        self.leave()

    def leave(self, *, ask: bool = True, overwrite: bool = False) -> None:
        """Save, release everything, exit; `ask` what to do if the file cannot be written."""
        if self.life is None:
            self.exit(0)
        else:
            self.run_worker(self.life.end(self, ask=ask, overwrite=overwrite), group="leave")
