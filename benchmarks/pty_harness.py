"""What the benchmarks of the screen share: a terminal that costs nearly nothing, pictures, the peer, and timing.

The terminal answers questions and otherwise only keeps what came and when; what it means is found out afterwards.
"""

from __future__ import annotations

import os
import re
import sys
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.terminal.terminal_model import Session, Terminal  # noqa: E402

PROGRAM = ROOT / "tests" / "terminal" / "canvas_program.py"
PEER = """
import sys
from PIL import Image, ImageDraw
from textual.app import App
from textual_image.widget import HalfcellImage, SixelImage, TGPImage

Widget = {"kitty": TGPImage, "sixel": SixelImage, "symbols": HalfcellImage}[sys.argv[1]]

class Peer(App):
    BINDINGS = [("n", "frame", ""), ("v", "vertex", ""), ("c", "cross", ""), ("s", "small", ""), ("q", "quit", "")]
    CSS = "TGPImage, SixelImage, HalfcellImage { width: 160; height: 45; }"
    def compose(self):
        self.pictures = [Image.open(path).convert("RGB").resize((1600, 900)) for path in sys.argv[2:]]
        self.number = self.step = 0
        yield Widget(self.pictures[0])
    def show(self, draw):
        picture = self.pictures[self.number].copy()
        draw(ImageDraw.Draw(picture))
        self.query_one(Widget).image = picture
    def action_frame(self):
        self.number = (self.number + 1) % len(self.pictures)
        self.show(lambda pen: None)
    def action_vertex(self):
        self.step += 3
        self.show(lambda pen: pen.polygon([(700, 300), (999 - self.step, 340), (999, 600), (700, 600)]))
    def action_small(self):
        self.step += 3
        self.show(lambda pen: pen.rectangle([(700, 700), (760 - self.step, 760)]))
    def action_cross(self):
        self.step += 3
        self.show(lambda pen: pen.line([(self.step, 0), (self.step, 899)], fill="white"))

Peer().run()
"""
_QUESTION = b"\x1b[6n"
_COMMAND = re.compile(rb"\x1b_G([^;\x1b]*)(?:;[^\x1b]*)?\x1b\\|\x1bP[^\x1b]*\x1b\\")


class Sink(Terminal):
    """Answers as the model terminal does until `quick` is set; from then on only `CSI 6n`, looking at nothing else."""

    quick = False
    _tail = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes, return answers."""
        if not self.quick:
            return super().feed(data)
        joined = self._tail + data
        self._tail = joined[-(len(_QUESTION) - 1) :]
        asked = joined.count(_QUESTION)
        return b"\x1b[1;1R" * asked

    def _graphics(self, text: str) -> None:
        head = text.partition(";")[0]
        if "a=q" in head or "i=32," in head:
            super()._graphics(text)


@dataclass(frozen=True)
class Shown:
    """A picture, or a part of one, that has come in whole."""

    at: float
    keys: dict[str, str]
    size: int


def shown_since(session: Session, begun: float) -> list[Shown]:
    """Return the graphics commands that came in after a moment, with the moment of each one's last byte."""
    parts = [(at, data) for at, data in session.log if at > begun]
    whole = b"".join(data for _, data in parts)
    ends, total = [], 0
    for _, data in parts:
        total += len(data)
        ends.append(total)
    found: list[Shown] = []
    first, start = {}, -1
    for match in _COMMAND.finditer(whole):
        keys = dict(item.split("=", 1) for item in (match[1] or b"").decode().split(",") if "=" in item)
        if start < 0:
            first, start = keys, match.start()
        if keys.get("m") != "1":
            found.append(Shown(parts[bisect_right(ends, match.end() - 1)][0], first, match.end() - start))
            start = -1
    return found


def pictures(folder: Path) -> list[Path]:
    """Return three pictures of 1920 x 1080: nine video frames each where the shared data is there, else drawn."""
    shared = Path(os.environ.get("TERMWAND_SHARED", ROOT.parent / "shared")) / "data" / "tracks"
    frames = [sorted((sequence / "frames").glob("*.jpg")) for sequence in sorted(shared.glob("davis_*"))]
    paths = []
    for number in range(3):
        whole = Image.new("RGB", (1920, 1080))
        for place in range(9):
            if frames:
                part = Image.open(frames[place % len(frames)][number + 9 * (place // len(frames))]).resize((640, 360))
            else:
                noise = np.random.default_rng(9 * number + place).integers(0, 255, (90, 160, 3), np.uint8)
                part = Image.fromarray(noise).resize((640, 360), Image.Resampling.BICUBIC)
            whole.paste(part, (place % 3 * 640, place // 3 * 360))
        paths.append(folder / f"{number}.png")
        whole.save(paths[-1])
    return paths


def run(command: list[str], environment: dict[str, str] | None = None, **options: float) -> Session:
    """Start a program and wait until its first picture is complete."""
    known = {"TEXTUAL_COLOR_SYSTEM": "truecolor"} | (environment or {})
    session = Session(command, Sink(), environment=known, **options)  # type: ignore[arg-type]
    session.settle(1.5, 60)
    session.terminal.quick = True  # type: ignore[attr-defined]
    return session


@dataclass(frozen=True)
class Taken:
    """Milliseconds from each input to the first and to the last byte of what follows, and the bytes of each."""

    first: list[float]
    last: list[float]
    sizes: list[int]


def timed(session: Session, keys: Callable[[int], bytes], repeats: int, quiet: float) -> Taken:
    """Give an input so many times, each after the program has been quiet for so many seconds."""
    taken = Taken([], [], [])
    for repeat in range(repeats):
        session.settle(quiet)
        mark, before, now = len(session.log), session.total, time.monotonic()
        session.write(keys(repeat))
        session.settle(quiet)
        arrivals = [at for at, _ in session.log[mark:]] or [time.monotonic()]
        taken.first.append(1000 * (arrivals[0] - now))
        taken.last.append(1000 * (arrivals[-1] - now))
        taken.sizes.append(session.total - before)
    return taken
