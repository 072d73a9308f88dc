"""Times and bytes of the canvas on a pty, beside textual-image's widget in the same run: `python benchmarks/canvas.py`.

Prints one line per row of the table in issue "A canvas that is fast over SSH": ours, the peer's, their ratio. Times of
one machine mean little, the ratios do. Pictures are mosaics of real video frames where the shared data is there, else
drawn. The terminal at the other end is the tests' model, which answers at once and draws nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.tui.terminal_model import Session, Terminal  # noqa: E402

PROGRAM = ROOT / "tests" / "tui" / "canvas_program.py"
BASES = (str(0x070707), str(0x070707 + 2))
"""Numbers of the images that show a whole frame: the base and its draft."""
MOVE = b"\x1b[<35;%d;%dM"
PEER = """
import sys
import numpy as np
from PIL import Image, ImageDraw
from textual.app import App
from textual_image.widget import TGPImage

class Peer(App):
    BINDINGS = [("n", "frame", ""), ("v", "vertex", ""), ("c", "cross", ""), ("q", "quit", "")]
    CSS = "TGPImage { width: 160; height: 45; }"
    def compose(self):
        self.pictures = [Image.open(path).convert("RGB").resize((1600, 900)) for path in sys.argv[1:]]
        self.number = self.step = 0
        yield TGPImage(self.pictures[0])
    def show(self, draw):
        picture = self.pictures[self.number].copy()
        draw(ImageDraw.Draw(picture))
        self.query_one(TGPImage).image = picture
    def action_frame(self):
        self.number = (self.number + 1) % len(self.pictures)
        self.show(lambda pen: None)
    def action_vertex(self):
        self.step += 3
        self.show(lambda pen: pen.polygon([(700, 300), (999 - self.step, 340), (999, 600), (700, 600)]))
    def action_cross(self):
        self.step += 3
        self.show(lambda pen: pen.line([(self.step, 0), (self.step, 899)], fill="white"))

Peer().run()
"""


class Silent(Terminal):
    """Answers questions, and skips the decoding of pictures, so that the terminal costs as little as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.finished: list[tuple[float, dict[str, str], int]] = []
        """When the last byte of each picture came, its keys, its size."""
        self._current: tuple[dict[str, str], int] = ({}, 0)

    def _graphics(self, text: str) -> None:
        head, _, payload = text.partition(";")
        if "a=q" in head or "i=32," in head:
            super()._graphics(text)
            return
        if "f=100" in head:
            self._current = (dict(item.split("=", 1) for item in head.split(",")), 0)
        self._current = (self._current[0], self._current[1] + len(payload))
        if ("f=100" in head and "m=1" not in head) or "m=0" in head:
            self.finished.append((time.monotonic(), *self._current))


def pictures(folder: Path) -> list[Path]:
    """Return three pictures of 1920 x 1080."""
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


def timed(session: Session, keys: Callable[[int], bytes], repeats: int, quiet: float) -> tuple[list[float], float]:
    """Return milliseconds from each input to the last byte of what follows, and the mean bytes."""
    times, begun = [], session.total
    for repeat in range(repeats):
        session.settle(quiet)
        mark, now = len(session.log), time.monotonic()
        session.write(keys(repeat))
        session.settle(quiet)
        arrivals = [at for at, _ in session.log[mark:]]
        times.append(1000 * ((arrivals[-1] if arrivals else time.monotonic()) - now))
    return times, (session.total - begun) / repeats


def run(command: list[str], **options: float) -> Session:
    """Start a program and wait until its first picture is complete."""
    session = Session(command, Silent(), environment={"TEXTUAL_COLOR_SYSTEM": "truecolor"}, **options)  # type: ignore[arg-type]
    session.settle(1.5, 60)
    return session


def row(name: str, ours: tuple[list[float], float], peer: tuple[list[float], float]) -> None:
    """Print one comparison."""
    (times, size), (peer_times, peer_size) = ours, peer
    middle, peer_middle = statistics.median(times), statistics.median(peer_times)
    worst = sorted(times)[int(0.95 * (len(times) - 1))]
    print(
        f"{name:28} {size / 1000:9.2f} kB {middle:7.1f} ms (p95 {worst:6.1f})   peer {peer_size / 1000:8.0f} kB"
        f" {peer_middle:6.0f} ms   bytes /{peer_size / max(size, 1):8.0f}  time /{peer_middle / max(middle, 0.01):6.1f}"
    )


def slow_link(paths: list[str], rate: float) -> None:
    """Print what scrubbing is like on a link of so many bytes per second with 25 ms each way."""
    session = run([sys.executable, str(PROGRAM), *paths], rate=rate, delay=0.025)
    session.settle(2.0, 60)
    begun = time.monotonic()
    session.write(b"n")
    session.settle(1.0, 60)
    finished = [item for item in session.terminal.finished if item[0] > begun]
    first = next(place for place, (_, keys, _) in enumerate(finished) if keys["i"] in BASES)
    size = sum(item[2] for item in finished[: first + 1]) / 1000
    seconds = finished[first][0] - begun
    print(f"first picture of a frame at {rate / 1e6:g} MB/s, 50 ms round trip: {1000 * seconds:.0f} ms, {size:.0f} kB")
    begun = time.monotonic()
    session.write(b"p")
    time.sleep(6)
    shown = [keys for at, keys, _ in session.terminal.finished if at > begun and keys["i"] in BASES]
    frames = [keys for keys in shown if "x" not in keys and "y" not in keys]
    seconds = time.monotonic() - begun
    used = sum(len(data) for at, data in session.log if at > begun) / seconds / rate
    print(f"play at {rate / 1e6:g} MB/s: {len(frames) / seconds:.1f} frames/s of 30 asked for, {used:.0%} of the link")
    session.close()


def main() -> None:
    """Run all rows."""
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        paths = [str(path) for path in pictures(Path(name))]
        script = Path(name) / "peer.py"
        script.write_text(PEER)
        ours = run([sys.executable, str(PROGRAM), *paths])
        peer = run([sys.executable, str(script), *paths])
        cross = timed(peer, lambda _: b"c", 3, 0.5)
        row("crosshair move", timed(ours, lambda n: MOVE % (300 + 7 * n, 200 + 3 * n), 60, 0.05), cross)
        row("drag a vertex, 300 px", timed(ours, lambda _: b"v", 20, 0.1), timed(peer, lambda _: b"v", 3, 0.5))
        row("preview mask, 300 px", timed(ours, lambda _: b"m", 10, 0.1), cross)
        row("64 px change", timed(ours, lambda _: b"s", 10, 0.1), cross)
        row("new lossless frame", timed(ours, lambda _: b"n", 5, 0.6), timed(peer, lambda _: b"n", 3, 0.6))
        ours.close()
        peer.close()
        for rate in (1e6, 1e7):
            slow_link(paths, rate)


if __name__ == "__main__":
    main()
