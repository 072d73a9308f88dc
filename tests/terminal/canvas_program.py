"""The program that tests and the benchmark run on a pty: a canvas over the whole screen, driven by keys and the mouse.

`python canvas_program.py PICTURE...`; the keys are in BINDINGS. `scene` says what each state looks like, so that a test
can draw the expected pixels itself. With the variable CANVAS_TIMES it writes there when what happened: how long each
turn of the event loop took, when each picture was asked for and when it was painted.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.document import Shape
from engine.scene import Picture, PreviewView, Scene, ShapeView
from engine.viewport import Viewport

RED, BLUE = (230, 60, 40), (40, 120, 255)


@dataclass(frozen=True)
class State:
    """What the program shows."""

    picture: int = 0
    dragged: int = 0
    mask: int = 0
    small: int = 0
    zoom: int = 0
    cursor: tuple[float, float] | None = None


def load(path: Path) -> np.ndarray:
    """Read a picture as RGB."""
    from PIL import Image

    return np.asarray(Image.open(path).convert("RGB"))


def scene(state: State, pictures: list[np.ndarray], view_size: tuple[int, int]) -> Scene:
    """Return what the canvas shows in a state."""
    pixels = pictures[state.picture % len(pictures)]
    view = Viewport.fit((pixels.shape[1], pixels.shape[0]), view_size)
    if state.zoom:
        view = view.zoomed(1.5**state.zoom, (200.0, 150.0))
    corner = view.to_frame((700.0, 300.0))
    step = 1 / view.scale
    shapes = [_polygon(1, [(0, 0), (300 - 3 * state.dragged, 40), (300, 300), (150, 260), (0, 300)], corner, step, RED)]
    if state.small:
        box = [(0, 400), (60, 400), (60 - state.small, 460), (0, 460)]
        shapes.append(_polygon(2, box, corner, step, BLUE))
    preview = PreviewView((_blob(state.mask, corner, step),), BLUE, vertices=False) if state.mask else None
    return Scene(Picture(pixels, state.picture), view, tuple(shapes), preview=preview, cursor=state.cursor)


def _polygon(
    number: int,
    offsets: list[tuple[float, float]],
    corner: tuple[float, float],
    step: float,
    color: tuple[int, int, int],
) -> ShapeView:
    points = tuple((corner[0] + x * step, corner[1] + y * step) for x, y in offsets)
    return ShapeView(Shape(number, 0, "thing", "polygon", points), color)


def _blob(seed: int, corner: tuple[float, float], step: float) -> tuple[tuple[float, float], ...]:
    """Return a ragged outline such as a network's answer has, about 300 view pixels wide."""
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = 130 + 12 * np.random.default_rng(seed).standard_normal(240).cumsum() / 8
    radius = np.clip(radius, 90, 148)
    xs = corner[0] - (350 - radius * np.cos(angles)) * step
    ys = corner[1] + (200 + radius * np.sin(angles)) * step
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))


class Times:
    """Writes lines of a word, a moment (monotonic seconds) and a number to a file."""

    def __init__(self, path: str) -> None:
        self.file = open(path, "a", buffering=1)  # noqa: SIM115

    def note(self, word: str, at: float, number: float) -> None:
        self.file.write(f"{word} {at:.6f} {number:.6f}\n")

    def watch_loop(self) -> None:
        """Note every turn of the event loop that takes more than a fifth of a millisecond."""
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            began = time.monotonic()
            run(handle)
            if (taken := time.monotonic() - began) > 0.0002:
                self.note("turn", began, taken)

        asyncio.Handle._run = timed  # type: ignore[method-assign]

    def painter(self) -> object:
        """Return a painter that notes when it paints which picture."""
        from engine.render import Renderer

        note = self.note

        class Noting(Renderer):
            def paint_base(self, scene: Scene, divisor: int = 1) -> np.ndarray:
                note("paint", time.monotonic(), scene.picture.key if scene.picture else -1)
                return super().paint_base(scene, divisor)

        return Noting()


def main(paths: list[str]) -> None:
    """Run the app."""
    from engine.allocator import keep_freed_memory
    from tui.start import MEMORY
    from tui.surfaces.probe import probe

    capabilities = probe()
    keep_freed_memory(MEMORY, shared=True)
    from textual import events
    from textual.app import ComposeResult
    from textual.screen import ModalScreen
    from textual.widgets import Static

    from tui.input.driver import CtrlHeld, make_driver_class
    from tui.output.painting import PaintingApp
    from tui.surfaces import make_surface
    from tui.widgets.canvas import Canvas
    from tui.widgets.messages import Messages

    class Dialog(ModalScreen[None]):
        CSS = "Dialog { background: transparent; align: center middle; } Static { width: 40; height: 9; }"
        BINDINGS = (("d", "dismiss", ""),)

        def compose(self) -> ComposeResult:
            yield Static("a dialog")

    class Program(PaintingApp[None]):
        BINDINGS = (
            ("n", "change('picture', 1)", ""), ("v", "change('dragged', 1)", ""), ("m", "change('mask', 1)", ""),
            ("s", "change('small', 1)", ""), ("z", "change('zoom', 1)", ""), ("d", "dialog", ""), ("q", "quit", ""),
            ("x", "crash", ""), ("p", "play", ""), ("k", "kill", ""), ("u", "suspend_process", ""), ("t", "toast", ""),
            ("o", "toast(40, 20)", ""),
        )  # fmt: skip
        ENABLE_COMMAND_PALETTE = False
        CSS = "Screen { layers: default messages; }"

        def __init__(self) -> None:
            super().__init__(driver_class=make_driver_class(capabilities))
            self.pictures = [load(Path(path)) for path in paths]
            self.state = State()
            self.times = Times(os.environ["CANVAS_TIMES"]) if os.environ.get("CANVAS_TIMES") else None
            if self.times is not None:
                self.times.watch_loop()

        def compose(self) -> ComposeResult:
            painter = {} if self.times is None else {"painter": self.times.painter}
            canvas = Canvas(make_surface(capabilities), capabilities, **painter)
            canvas.direct = self.reported
            yield canvas
            yield Messages()

        @property
        def canvas(self) -> Canvas:
            return self.screen_stack[0].query_one(Canvas)

        def update(self, state: State) -> None:
            if self.times is not None and state.picture != self.state.picture:
                self.times.note("asked", time.monotonic(), state.picture)
            self.state = state
            self.canvas.show(scene(state, self.pictures, self.canvas.view_size))

        def on_canvas_resized(self) -> None:
            self.update(self.state)

        async def on_event(self, event: events.Event) -> None:
            """Take the mouse where it enters, as termwand does."""
            if isinstance(event, events.MouseEvent) and not event.is_forwarded and len(self.screen_stack) == 1:
                self.canvas.take(event)
            await super().on_event(event)

        def reported(self, report: object) -> None:
            if isinstance(report, Canvas.Moved):
                view = scene(self.state, self.pictures, self.canvas.view_size).viewport
                self.update(replace(self.state, cursor=view.to_frame(report.point)))

        def on_ctrl_held(self, event: CtrlHeld) -> None:
            self.sub_title = str(event.held)
            self.update(replace(self.state, small=self.state.small + (1 if event.held else 2)))

        def on_key(self, event: object) -> None:
            if log := os.environ.get("KEY_LOG"):
                with open(log, "a") as file:
                    file.write(f"{event.key}\n")  # type: ignore[attr-defined]

        def action_change(self, name: str, step: int) -> None:
            self.update(replace(self.state, **{name: getattr(self.state, name) + step}))

        def action_play(self) -> None:
            self.set_interval(1 / 30, lambda: self.action_change("picture", 1))

        def action_dialog(self) -> None:
            self.canvas.suspend_graphics()
            self.push_screen(Dialog(), lambda _: self.canvas.resume_graphics())

        def action_toast(self, right: int = 0, above: int = 0) -> None:
            messages = self.query_one(Messages)
            messages.place(right or self.size.width, above)
            messages.say("a message", "warning", 1.5)

        def action_crash(self) -> None:
            raise RuntimeError("a bug")

        def action_kill(self) -> None:
            sys.exit(3)

    Program().run()


if __name__ == "__main__":
    main(sys.argv[1:])
