"""The application: composes the screen, passes input in, shows the session out. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen, Screen

from engine.actions import Action, perform
from engine.errors import AppError
from engine.keymap import Keymap
from engine.session import Session, Severity
from engine.stage import scene_of
from engine.text import plain
from engine.work import Jump
from tui import dialogs
from tui.commands import Commands
from tui.keys import key_name
from tui.life import Life
from tui.pointer import Pointer
from tui.surfaces import make_surface
from tui.surfaces.base import Capabilities
from tui.terminal_input import CtrlHeld
from tui.widgets.canvas import Canvas
from tui.widgets.frame_bar import FrameBar
from tui.widgets.object_list import ObjectList
from tui.widgets.status_bar import HintBar, StatusBar
from tui.widgets.tool_panel import ToolPanel

FOLDS = (("ToolPanel", "ObjectList", "FrameBar", "HintBar"), ("ToolPanel",), ("ToolPanel", "ObjectList"), ())
"""What is hidden one after the other: F2 and its like step through; the first entry is the whole terminal."""


class TermwandApp(App[int]):
    """One window on one session."""

    TITLE = "termwand"
    COMMANDS = {Commands}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = []
    CSS = """
    Screen { layers: base; }
    #body { height: 1fr; }
    ToolPanel { display: block; }
    .narrow ToolPanel { width: 4; }
    .narrow ObjectList { width: 22; }
    CommandPalette { background: transparent; }
    Toast { max-width: 60; }
    """

    def __init__(self, life: Life, capabilities: Capabilities, keymap: Keymap, actions: dict[str, Action],
                 **options: Any) -> None:
        super().__init__(**options)
        self.life, self.capabilities, self.keymap, self.actions = life, capabilities, keymap, actions
        self._folded = 3
        self._stale = False
        self.pointer: Pointer | None = None

    @property
    def session(self) -> Session:
        """The open session."""
        return self.life.session

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="body"):
            yield ToolPanel(self.keymap)
            yield Canvas(make_surface(self.capabilities), self.capabilities)
            yield ObjectList()
        yield FrameBar()
        yield StatusBar()
        yield HintBar(self.keymap)

    def on_mount(self) -> None:
        """Open what was asked for, once the screen is there."""
        self.screen.set_class(self.size.width < 100, "narrow")
        self.life.begin(self)

    def opened(self) -> None:
        """Show the session that has been opened."""
        session = self.session
        session.on_change, session.on_message = self.refresh_soon, self.say
        self.pointer = Pointer(session)
        self._size_view()
        self.refresh_soon()

    # out

    def refresh_soon(self) -> None:
        """Show the session at the next turn of the loop, however often it changes until then."""
        if not self._stale:
            self._stale = True
            self.call_later(self._show)

    def _show(self) -> None:
        self._stale = False
        if not self.life.is_open or not self.is_running:
            return
        screen = self.screen_stack[0]
        screen.query_one(Canvas).show(scene_of(self.session))
        for kind in (StatusBar, HintBar, FrameBar, ObjectList, ToolPanel):
            screen.query_one(kind).show(self.session)

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message."""
        self.notify(plain(text), severity=severity, markup=False, timeout=6 if severity == "error" else 3)

    def push_dialog(self, screen: ModalScreen[Any], take: Callable[[Any], None] | None = None) -> None:
        """Show a dialog over the canvas."""
        self.push_screen(screen, take)

    def ask(self, screen: ModalScreen[Any], take: Callable[[Any], None]) -> None:
        """Show a dialog and pass on what it returns, unless it was given up."""
        self.push_screen(screen, lambda value: take(value) if value is not None else None)

    def fold(self) -> None:
        """Step through what is folded away."""
        self._folded = (self._folded + 1) % len(FOLDS)
        for name in FOLDS[0]:
            self.query_one(name).display = name not in FOLDS[self._folded]

    def descriptions(self) -> dict[str, str]:
        """Return what every action does, by name."""
        texts = {name: action.help for name, action in self.actions.items()}
        return texts | {name: text for name, (_, text) in dialogs.OWN.items()}

    # in

    def do(self, name: str, *args: Any) -> None:
        """Run an action by name; the one place where expected failures are shown."""
        if not self.life.is_open:
            return
        try:
            if name in dialogs.OWN:
                dialogs.OWN[name][0](self)
            else:
                perform(self.actions, self.session, name, *args)
        except AppError as error:
            self.say(f"{error.title}. {error.detail}" if error.detail else error.title, "error")

    def on_key(self, event: events.Key) -> None:
        """Look the key up in the keymap, unless a dialog has it."""
        if isinstance(self.screen, ModalScreen) or not self.life.is_open:
            if not self.life.is_open and key_name(event) in ("ctrl+q", "ctrl+c", "q", "Q"):
                self.exit()
            return
        key = key_name(event)
        mode = self.session.work.mode
        command = self.keymap.command(mode, key)
        if command is None and isinstance(self.session.work, Jump):
            if len(self.session.work.typed) < 2 and len(key) == 1 and key.isalpha():
                self.do("jump.type", key.lower())
                event.prevent_default().stop()
                return
            command = self.keymap.command(self.session.work.under.mode, key)
            self.do("jump.end")
        if command is not None:
            event.prevent_default().stop()
            self.do(command.action, *command.args)

    def on_canvas_moved(self, event: Canvas.Moved) -> None:
        if self.pointer:
            self.pointer.moved(event.point, event.button, ctrl=event.ctrl)

    def on_canvas_pressed(self, event: Canvas.Pressed) -> None:
        if self.pointer and (name := self.pointer.pressed(event.point, event.button, ctrl=event.ctrl)):
            self.do(name)

    def on_canvas_released(self, event: Canvas.Released) -> None:
        if self.pointer:
            self.pointer.released(event.point, event.button, ctrl=event.ctrl)

    def on_canvas_scrolled(self, event: Canvas.Scrolled) -> None:
        if self.pointer and (command := self.pointer.scrolled(event.point, event.steps, ctrl=event.ctrl)):
            self.do(*command)

    def on_canvas_resized(self, event: Canvas.Resized) -> None:
        self._size_view()

    def _size_view(self) -> None:
        from engine.actions.frames import with_view_size

        size = self.screen_stack[0].query_one(Canvas).view_size
        if self.life.is_open and all(size):
            with_view_size(self.session, size, self.capabilities.cell)

    def on_ctrl_held(self, event: CtrlHeld) -> None:
        from engine.actions.hand import hold_block

        if self.pointer and self.life.is_open:
            self.pointer.ctrl_is_reported = True
            hold_block(self.session, event.held)

    def on_tool_panel_chosen(self, event: ToolPanel.Chosen) -> None:
        self.do(*event.command.split())

    def on_frame_bar_chosen(self, event: FrameBar.Chosen) -> None:
        self.do("frames.go", event.frame)

    def on_object_list_chosen(self, event: ObjectList.Chosen) -> None:
        self.session.selected = event.shape_id
        flags = {0: "shape.lock", 1: "shape.hide", 2: "shape.occluded"}
        if event.column in flags:
            self.do(flags[event.column])
        self.session.changed()

    def on_resize(self, event: events.Resize) -> None:
        self.screen_stack[0].set_class(event.size.width < 100, "narrow")

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """Take floating graphics away while anything is over the canvas."""
        if isinstance(screen, Screen) and len(self.screen_stack) >= 1 and self.is_running:
            self._cover(True)
        return super().push_screen(screen, *args, **options)

    def pop_screen(self) -> Any:
        """Show the graphics again when the last dialog has gone."""
        result = super().pop_screen()
        if len(self.screen_stack) == 1:
            self._cover(False)
            self.refresh_soon()
        return result

    def _cover(self, covered: bool) -> None:
        for canvas in self.screen_stack[0].query(Canvas):
            canvas.suspend_graphics() if covered else canvas.resume_graphics()

    def leave(self) -> None:
        """Save, release everything, exit."""
        self.run_worker(self.life.end(self), exclusive=True, group="leave")
