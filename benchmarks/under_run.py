"""How soon keys are answered while a tracker runs, beside the same keys in the same program with nothing under way.

Run: python benchmarks/under_run.py [--data FOLDER] [--clip otb_David] [--frames 900] [--trackers medianflow,csrt]
     [--graphics kitty] [--json]

The real program on a pty, a clip played to and fro until it is long enough, three objects followed to its end. Keys
move the cursor, select the next object, zoom in and out; each is typed when the one before has been answered. A key is
answered when a person sees it first: the crosshair is put elsewhere, the picture is drawn anew after a zoom, the status
line names another object. Milliseconds from the key to that, p50, p95 and the most; goal: 50 ms at p95. The frame that
is shown stays the same meanwhile: a run that is watched draws pictures of its own. Other graphics than Kitty's are
judged by the status line alone, which writes the cursor's place and the zoom only a few times a second.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import yaml  # noqa: E402

from benchmarks.clips import boxes  # noqa: E402
from benchmarks.pty_harness import Sink  # noqa: E402
from engine.document import Keyframe, Track  # noqa: E402
from engine.edits import PutTrack  # noqa: E402
from engine.opening import open_session  # noqa: E402
from engine.options import Options  # noqa: E402
from tests.terminal.conftest import Termwand  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
OBJECTS, IDLE, MOST = 3, 90, 400
PATIENCE = 120.0
PLACE, ZOOM, OBJECT = re.compile(r"(\d+\.\d,\d+\.\d)"), re.compile(r"(\d+)%"), re.compile(r"rectangle (\d+)")
KEYS: tuple[tuple[str, bytes, re.Pattern[str]], ...] = (
    ("cursor", b"\x1b[C", PLACE), ("cursor", b"\x1b[B", PLACE), ("select", b"\t", OBJECT), ("cursor", b"\x1b[D", PLACE),
    ("zoom", b"+", ZOOM), ("cursor", b"\x1b[A", PLACE), ("select", b"\t", OBJECT), ("zoom", b"-", ZOOM),
)  # fmt: skip


BASE, DRAFT, CROSSHAIR = 7, 9, (10, 11)
"""Kitty's images: `tui.surfaces.kitty`, counted from `tui.surfaces.kitty_images.first_image`."""
SEEN: dict[str, Callable[[str, int], bool]] = {
    "cursor": lambda action, image: action == "p" and image in CROSSHAIR,
    "zoom": lambda action, image: action in "pf" and image in (BASE, DRAFT),
}
"""What is seen first of a key: the commands of the graphics protocol that show it, by action and image."""


class Watcher(Sink):
    """Notes the moment at which what is waited for is seen: on the canvas, or in the status line."""

    kitty = True
    row = ahead = -1
    """Of the status line, and of the timeline on which a run's way is marked."""
    awaited: Callable[[str], bool] | None = None
    drawn: Callable[[str, int], bool] | None = None
    answered = 0.0

    def _graphics(self, text: str) -> None:
        super()._graphics(text)
        keys = dict(item.split("=", 1) for item in text.partition(";")[0].split(",") if "=" in item)
        if self.drawn is not None and keys.get("m") != "1" and self.drawn(keys.get("a", ""), int(keys.get("i", 0))):
            self.drawn, self.answered = None, time.monotonic()

    def status(self) -> str:
        """Return the status line."""
        return self.line(self.row)

    def goes_on(self) -> bool:
        """Say whether a run is under way: the timeline of a selected track shows it, else the status line."""
        return ">" in self.line(self.ahead) or " object" in self.status() or "Following" in self.status()

    def line(self, row: int) -> str:
        """Return a line of the screen."""
        return "".join(self.cells.get((row, column), " ")[0] for column in range(self.columns))

    def feed(self, data: bytes) -> bytes:
        """Take bytes, return answers."""
        answer = super().feed(data)
        if self.awaited is not None and self.awaited(self.status()):
            self.awaited, self.answered = None, time.monotonic()
        return answer


def clip(folder: Path, data: Path, name: str, count: int, tracker: str) -> Path:
    """Make a folder of a clip to and fro, with three pinned tracks that have a keyframe on its first frame."""
    listed = yaml.safe_load((data / "manifest.yaml").read_text(encoding="utf-8"))["tracking"]
    entry = next(item for item in listed if item["id"] == name)
    x1, y1, x2, y2 = boxes(data, entry)[0]
    files = sorted((data / entry["frames"]).iterdir())
    order = cycle([*files, *reversed(files[1:-1])])
    media = folder / f"{name}-{tracker}"
    media.mkdir()
    for number in range(count):
        shutil.copy(next(order), media / f"{number:05}.jpg")
    opened = open_session(Options((media,), labels="thing"))
    for number, part in zip(range(1, OBJECTS + 1), (0.0, 0.15, 0.3), strict=True):
        across, down = (x2 - x1) * part, (y2 - y1) * part
        key = Keyframe(0, ((x1 + across, y1 + down), (x2 - across / 2, y2 - down / 2)))
        opened.session.commit(
            "track", PutTrack(Track(number, "thing", "rectangle", tracker=tracker, pinned=True, keyframes=(key,)))
        )
    opened.close()
    return media


def key(app: Termwand, watcher: Watcher, name: str, typed: bytes, what: re.Pattern[str]) -> float:
    """Type a key; return the milliseconds until something else is seen than before, -1 if nothing is."""
    with app.pty.lock:
        before = what.search(watcher.status())
        watcher.drawn = SEEN.get(name) if watcher.kitty else None
        watcher.awaited = None if watcher.drawn is not None else lambda text: (
            (found := what.search(text)) is not None and (before is None or found[1] != before[1])
        )  # fmt: skip
    begun = time.monotonic()
    app.pty.write(typed)
    while (watcher.awaited or watcher.drawn) is not None and time.monotonic() < begun + 5:
        time.sleep(0.001)
    return 1000 * (watcher.answered - begun) if (watcher.awaited or watcher.drawn) is None else -1.0


def pressed(
    app: Termwand, watcher: Watcher, most: int, goes_on: Callable[[], bool] = lambda: True
) -> dict[str, list[float]]:
    """Type keys one after the other as long as something goes on; return what each kind took."""
    taken: dict[str, list[float]] = {"cursor": [], "select": [], "zoom": []}
    for number, (name, typed, what) in zip(range(most), cycle(KEYS), strict=False):
        if not goes_on():
            break
        taken[name].append(key(app, watcher, name, typed, what))
        time.sleep(0.02 + 0.007 * (number % 5))
    return taken


def measured(media: Path, home: Path, graphics: str) -> dict[str, object]:
    """Return what keys take before a run and during it, and how long it lasted."""
    watcher = Watcher()
    watcher.kitty = graphics == "kitty"
    app = Termwand([media], home, graphics=graphics, terminal=watcher)
    try:
        app.sees("1/", PATIENCE).sees("Objects 3", PATIENCE)
        app.pty.settle(1.0)
        watcher.row = next(row for row in range(watcher.rows) if " 1/" in watcher.line(row))
        watcher.ahead = next(row for row in range(watcher.rows) if watcher.line(row).startswith(" Frames")) + 1
        idle = pressed(app, watcher, IDLE)
        begun, before = time.monotonic(), app.pty.total
        app.press("esc", "}")  # with none selected all are followed
        app.pty.wait_for(watcher.goes_on, PATIENCE)
        app.press("f")  # whoever goes elsewhere is not taken along
        app.pty.settle(0.2)
        busy = pressed(app, watcher, MOST, watcher.goes_on)
        while watcher.goes_on():
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        sent = (app.pty.total - before) / seconds
        app.leave()
    finally:
        app.pty.close()
    return {"idle": _told(idle), "run": _told(busy), "seconds": round(seconds, 1), "kB/s": round(sent / 1000)}


def _told(taken: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    every = {"all": [value for values in taken.values() for value in values], **taken}
    told = {}
    for name, values in every.items():
        found = sorted(value for value in values if value >= 0)
        if found:
            p50, p95 = (found[round(share * (len(found) - 1))] for share in (0.5, 0.95))
            told[name] = {
                "keys": len(values), "unanswered": len(values) - len(found), "p50": round(p50, 1),
                "p95": round(p95, 1), "max": round(found[-1], 1),
            }  # fmt: skip
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=SHARED, help="the folder of the manifest")
    parser.add_argument("--clip", default="otb_David")
    parser.add_argument("--frames", type=int, default=900)
    parser.add_argument("--trackers", default="medianflow,csrt")
    parser.add_argument("--graphics", default="kitty", help="kitty, sixel, iterm2, symbols")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        for tracker in options.trackers.split(","):
            media = clip(Path(name), options.data, options.clip, options.frames, tracker)
            figures[tracker] = measured(media, Path(name), options.graphics)
    if options.json:
        print(json.dumps(figures))
        return
    for tracker, found in figures.items():
        print(f"{tracker}: {options.frames} frames, {OBJECTS} objects, {found['seconds']} s, {found['kB/s']} kB/s")
        for when in ("idle", "run"):
            for kind, row in found[when].items():  # type: ignore[attr-defined]
                print(f"  {when:5} {kind:7} " + "   ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
