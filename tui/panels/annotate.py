"""The screen that is always there: canvas and panels laid out; what they report is passed on.

The panels stand at once, with their keys; the canvas, which brings numpy and half the engine, comes with the session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen

from engine.keymap import Keymap
from tui.panels.folding import Folding
from tui.surfaces.base import Capabilities
from tui.widgets.asked import Asked
from tui.widgets.canvas_mouse import MouseReports
from tui.widgets.entry_list import EntryList
from tui.widgets.hint_bar import HintBar
from tui.widgets.label_list import LabelList
from tui.widgets.messages import Messages
from tui.widgets.object_list import ObjectList
from tui.widgets.review_line import ReviewLine
from tui.widgets.review_words import EntryDetail, ReviewHead
from tui.widgets.status_bar import StatusBar
from tui.widgets.timeline import Timeline
from tui.widgets.tool_panel import ToolPanel
from tui.widgets.tour_bar import TourBar

if TYPE_CHECKING:
    from engine.session import Session
    from tui.widgets.canvas import Canvas

NARROW, TINY = 100, 70
"""Columns below which panels take less room, and below which tools have no words."""
ROOMY = 36
"""Rows from which all that is known of an entry has room."""
BELOW = 4
"""Rows at the lower edge that messages leave free: frames, state, keys; one more where the timeline has two."""
FLAGS = {-1: "track.pin", 0: "shape.lock", 1: "shape.hide", 2: "shape.occluded"}
"""Columns of the object list's flags."""


class MainScreen(Screen[None]):
    """Canvas in the middle, tools at the left, objects at the right, frames and state below."""

    DEFAULT_CSS = """
    MainScreen { layers: default messages; overflow: hidden; }
    MainScreen #body { height: 1fr; }
    MainScreen #picture { width: 1fr; height: 1fr; background: black; }
    MainScreen #side { width: 30; }
    MainScreen.narrow ToolPanel { width: 10; }
    MainScreen.narrow #side { width: 20; }
    MainScreen.tiny ToolPanel { width: 4; }
    MainScreen.reviewing #side { width: 40; }
    MainScreen.reviewing.narrow #side { width: 28; }
    MainScreen.reviewing.tiny #side { width: 22; }
    """

    def __init__(
        self, keymap: Keymap, capabilities: Capabilities, do: Callable[..., None], *, tour: bool = False
    ) -> None:  # fmt: skip
        super().__init__()
        self._keymap, self._capabilities, self._do, self._tour = keymap, capabilities, do, tour
        self._session: Session | None = None
        self._canvas: Canvas | None = None
        self._covered = False
        self._held = False
        """A mouse button went down on the canvas and is still down."""
        self._folding = Folding(self)

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        if self._tour:
            yield TourBar(self._keymap)
        with Horizontal(id="body"):
            yield ToolPanel(self._keymap)
            yield Container(id="picture")
            with Vertical(id="side"):
                yield ObjectList()
                yield LabelList(self._keymap)
                yield ReviewHead()
                yield EntryList()
                yield EntryDetail()
        yield Timeline()
        yield ReviewLine()
        yield StatusBar()
        yield HintBar(self._keymap)
        yield Messages()

    def prepare(self) -> None:
        """Make the canvas, importing what it needs; called in a thread while the first screen is looked at."""
        import tui.widgets.status_words  # noqa: F401 - and with it the engine's view of a session
        from tui.surfaces import make_surface
        from tui.widgets.canvas import Canvas

        self._canvas = Canvas(make_surface(self._capabilities), self._capabilities)

    def connect(self, session: Session) -> None:
        """Take the session that has been opened, and put the canvas in its place."""
        assert self._canvas is not None
        self._session = session
        place, (width, height) = self.query_one("#picture"), self._capabilities.cell
        self._resized((place.size.width * width, place.size.height * height))
        self._canvas.direct = self._mouse
        place.mount(self._canvas)

    def take_mouse(self, event: events.MouseEvent) -> None:
        """Pass a mouse event of the whole screen on if it is the canvas's: over it, or begun on it and still held."""
        canvas = self._canvas
        if canvas is None or not canvas.is_mounted:
            return
        if self._held or self.get_widget_at(event.x, event.y)[0] is canvas:
            canvas.take(event._apply_offset(-canvas.region.x, -canvas.region.y))
            self._held = isinstance(event, events.MouseDown) or (self._held and not isinstance(event, events.MouseUp))

    def _mouse(self, report: Message) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            MouseReports.Moved: self._moved, MouseReports.Pressed: self._pressed,
            MouseReports.Released: self._released, MouseReports.Scrolled: self._scrolled,
        }  # fmt: skip
        if self._session is not None and self._session.media.shown >= 0:  # once there is a picture to point at
            handlers[type(report)](report)

    def cover(self, covered: bool) -> None:
        """Take floating graphics away while something is over the canvas, show them again afterwards."""
        self._covered = covered
        if covered and self._held and self._session is not None:
            self._held = False  # its end will be the dialog's: what was begun would go on for ever
            view = self._session.view
            self._do("mouse.release", *view.viewport.to_view(view.cursor))
        if self._canvas is None or not all(self._canvas.view_size):
            return
        if covered:
            self._canvas.suspend_graphics()
        else:
            self._canvas.resume_graphics()

    def show(self) -> None:
        """Show the session as it is now."""
        if self._session is None or self._canvas is None:
            return
        if all(self._canvas.view_size):  # before it has a place, nothing can be shown in it
            from engine.scene_of import scene_of

            scene, size = scene_of(self._session), self._canvas.view_size
            if scene.viewport.view_size != size:  # a recording made on a canvas of another size is being played
                scene = replace(scene, viewport=scene.viewport.resized(size))
            self._canvas.show(scene)
        self._folding.review(self._session.review.on)
        shown = (
            StatusBar, HintBar, Timeline, ObjectList, LabelList, ToolPanel,
            ReviewHead, EntryList, EntryDetail, ReviewLine, *((TourBar,) if self._tour else ()),
        )  # fmt: skip
        for kind in shown:
            cast("Any", self.query_one(kind)).show(self._session)
        self._place_messages(self.size.width)

    def fold(self) -> None:
        """Step through what is folded away."""
        self._folding.step()

    def on_resize(self, event: events.Resize) -> None:
        """Give panels less room on a small terminal."""
        self.set_class(event.size.width < NARROW, "narrow")
        self.set_class(event.size.width < TINY, "tiny")
        self.set_class(event.size.height >= ROOMY, "roomy")
        self._folding.arrange()
        self._place_messages(event.size.width)

    def _place_messages(self, width: int) -> None:
        rows = self.query_one(Timeline).rows + self.has_class("reviewing")
        self.query_one(Messages).place(width, BELOW - 1 + rows)

    def on_canvas_resized(self, event: Canvas.Resized) -> None:
        """Keep what is looked at in a canvas of another size."""
        if self._canvas is not None and self._covered:  # a dialog may have come before the canvas had its place
            self._canvas.suspend_graphics()
        self._resized(event.view_size)

    def _resized(self, size: tuple[int, int]) -> None:
        if self._session is not None and self._canvas is not None and all(size):
            self._do("view.resize", *size, *self._canvas.capabilities.cell)

    def _moved(self, event: Canvas.Moved) -> None:
        """Let the cursor follow the mouse."""
        self._do("mouse.move", *event.point, event.button, event.ctrl)

    def _pressed(self, event: Canvas.Pressed) -> None:
        """Click, unless what was clicked is the frame that is about to go."""
        if self._session is not None and not self._session.media.loading:
            self._clicked("mouse.press", *event.point, event.button, event.ctrl)

    def _released(self, event: Canvas.Released) -> None:
        """End a drag."""
        self._do("mouse.release", *event.point, event.button, event.ctrl)

    def _scrolled(self, event: Canvas.Scrolled) -> None:
        """Zoom, or what the wheel means to what is in hand."""
        self._do("mouse.wheel", *event.point, event.steps, event.ctrl)

    def _clicked(self, name: str, *arguments: Any) -> None:
        """Do what a click is for; the tracks' own keys, which are for one key, are put away by it as well."""
        view = self._session.view if self._session is not None else None
        for_track = view is not None and view.track_keys
        self._do(name, *arguments)
        if view is not None and for_track and view.track_keys:
            self._do("track.keys")

    def on_asked(self, event: Asked) -> None:
        """Do what was clicked on a panel."""
        self._clicked(event.name, *event.arguments)

    def on_object_list_chosen(self, event: ObjectList.Chosen) -> None:
        """Select an object that was clicked, and toggle the flag that was hit."""
        self._clicked("shape.select", event.shape_id)
        if event.column in FLAGS:
            self._do(FLAGS[event.column])
