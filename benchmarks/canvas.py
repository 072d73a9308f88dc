"""Times and bytes of the canvas on a pty, beside textual-image's widgets in one run: `python benchmarks/canvas.py`.

Prints each goal of a canvas of 1600 x 900 pixels in 160 x 45 cells: what it is, the goal, and the peer. Bytes are the
same everywhere; times depend on the machine and on what else it does, so the ratios count. Pictures are mosaics of real
video frames where the shared data is there, else drawn. The terminal at the other end answers at once.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from pty_harness import PEER, PROGRAM, ROOT, Session, Shown, Taken, pictures, run, shown_since, timed

from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.opening import open_session
from engine.options import Options

FIRST = 7
"""The number of the program's first image outside tmux, see `tui.surfaces.kitty_images.first_image`."""
BASE, DRAFT = str(FIRST), str(FIRST + 2)
"""Numbers of the images that show a whole frame: the base and its draft."""
MOVE = b"\x1b[<35;%d;%dM"
ROUND_TRIP = 0.05
APART = 0.015
"""Seconds between two pictures; what comes sooner are parts of one."""
FILM, TRACKS = 240, 50
"""Frames of a video that is played at 30 a second, and how many tracks move on it."""


def number(values: list[float], share: float = 0.5) -> float:
    """Return a quantile."""
    return sorted(values)[round(share * (len(values) - 1))]


def line(name: str, goal: str, got: str, peer: str = "") -> None:
    """Print one row."""
    print(f"{name:34} goal {goal:28} {got:44} {peer}")


def compared(name: str, goal: str, ours: Taken, peer: Taken) -> None:
    """Print bytes and times of both."""
    size, other = statistics.mean(ours.sizes), statistics.mean(peer.sizes)
    got = f"{size / 1000:.2f} kB, {number(ours.last):.1f} ms, p95 {number(ours.last, 0.95):.1f} ms"
    beside = f"peer {other / 1000:.0f} kB, {number(peer.last):.0f} ms"
    line(name, goal, got, f"{beside}: 1/{other / max(size, 1):.0f}, 1/{number(peer.last) / number(ours.last):.1f}")


class Noted:
    """What the program wrote about itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def since(self, word: str, begun: float) -> list[tuple[float, float]]:
        """Return moments and numbers of a kind of line after a moment."""
        rows = [row.split() for row in self._path.read_text().splitlines()]
        return [(float(row[1]), float(row[2])) for row in rows if row[0] == word and float(row[1]) >= begun]


def kitty(paths: list[str], folder: Path) -> None:
    """Rows of the way with layers and frame edits."""
    noted = Noted(folder / "kitty.times")
    ours = run([sys.executable, str(PROGRAM), *paths], {"CANVAS_TIMES": str(folder / "kitty.times")})
    peer = run([sys.executable, str(folder / "peer.py"), "kitty", *paths])
    cross, small = timed(peer, lambda _: b"c", 3, 0.5), timed(peer, lambda _: b"s", 3, 0.5)
    vertex, frame = timed(peer, lambda _: b"v", 3, 0.5), timed(peer, lambda _: b"n", 3, 0.6)
    moves = timed(ours, lambda n: MOVE % (300 + 7 * n, 200 + 3 * n), 60, 0.05)
    compared("crosshair move", "0.2 kB, 3 ms, p95 12", moves, cross)
    compared("64 px change", "16 kB, 5 ms", timed(ours, lambda _: b"s", 12, 0.1), small)
    compared("drag a vertex, 300 px", "8 kB, 10 ms", timed(ours, lambda _: b"v", 20, 0.1), vertex)
    compared("preview mask, 300 px", "16 kB, 15 ms", timed(ours, lambda _: b"m", 12, 0.1), cross)
    begun = time.monotonic()
    new = timed(ours, lambda _: b"n", 7, 0.6)
    compared("new lossless frame", "150 ms", new, frame)
    busy = sum(taken for _, taken in noted.since("turn", begun)) / 7
    line("  encoded; loop busy", "60 ms; 15 ms", f"{number(new.first):.1f} ms; {1000 * busy:.1f} ms")
    queued_moves(ours)
    ours.close()
    peer.close()


def queued_moves(session: Session) -> None:
    """Send 300 moves at once."""
    session.settle(0.3)
    begun = time.monotonic()
    session.write(b"".join(MOVE % (100 + n, 200 + n) for n in range(300)))
    session.settle(0.3)
    shown = shown_since(session, begun)
    seconds = shown[-1].at - begun
    line("300 queued moves", "0.5 s, 60 writes/s", f"{seconds:.3f} s, {len(shown) // 2} writes")


def flat(paths: list[str], folder: Path, kind: str, goals: tuple[str, str, str]) -> None:
    """Rows of a way without layers."""
    ours = run([sys.executable, str(PROGRAM), *paths], {"TERMWAND_GRAPHICS": kind})
    peer = run([sys.executable, str(folder / "peer.py"), kind, *paths])
    rows: tuple[tuple[str, str, Callable[[int], bytes], bytes, int], ...] = (
        ("full frame", goals[0], lambda _: b"n", b"n", 5),
        ("64 px change", goals[1], lambda _: b"s", b"s", 8),
        ("crosshair move", goals[2], lambda n: MOVE % (300 + 37 * n, 200 + 13 * n), b"c", 20),
    )
    for name, goal, keys, key, repeats in rows:
        beside = timed(peer, lambda _, key=key: key, 3, 1.5)  # type: ignore[misc]
        begun = time.monotonic()
        compared(f"{kind}: {name}", goal, timed(ours, keys, repeats, 0.4), beside)
        if kind == "sixel" and key == b"n":
            line("  images for each frame", "1", f"{len(shown_since(ours, begun)) / repeats:.1f}")
    ours.close()
    peer.close()


def whole_frames(session: Session, begun: float) -> list[Shown]:
    """Return the pictures of whole frames, drafts or not, that came in after a moment."""
    shown = [item for item in shown_since(session, begun) if item.keys.get("i") in (BASE, DRAFT)]
    return [item for item in shown if item.keys.get("f") == "100" and not {"x", "y"} & item.keys.keys()]


def slow_link(paths: list[str], folder: Path, rate: float, goal: str) -> None:
    """Print what stepping and playing are like on a link of so many bytes per second."""
    noted = Noted(folder / f"{rate:g}.times")
    command, watched = [sys.executable, str(PROGRAM), *paths], {"CANVAS_TIMES": str(folder / f"{rate:g}.times")}
    session = run(command, watched, rate=rate, delay=ROUND_TRIP / 2)
    session.settle(2.0, 60)
    begun = time.monotonic()
    session.write(b"n")
    session.settle(1.0, 60)
    first = whole_frames(session, begun)[0].at
    size = sum(item.size for item in shown_since(session, begun) if item.at <= first) / 1000
    line(f"first picture, {rate / 1e6:g} MB/s", "250 kB, 350 ms", f"{size:.0f} kB, {1000 * (first - begun):.0f} ms")
    begun = time.monotonic()
    session.write(b"p")
    time.sleep(8)
    frames = whole_frames(session, begun)
    seconds = frames[-1].at - begun
    used = sum(len(data) for at, data in session.log if begun < at <= frames[-1].at) / seconds / rate
    line(f"play, {rate / 1e6:g} MB/s", goal, f"{len(frames) / seconds:.1f} frames/s, {used:.0%} of the link")
    asked = {int(picture): at for at, picture in noted.since("asked", begun)}
    painted = [int(picture) for _, picture in noted.since("paint", begun)]
    ages = [item.at - asked[picture] for item, picture in zip(frames, painted, strict=False) if picture in asked]
    turns = [taken for _, taken in noted.since("turn", begun)]
    limit = seconds / len(frames) + ROUND_TRIP
    age = f"{1000 * number(ages):.0f} ms, p95 {1000 * number(ages, 0.95):.0f} ms"
    worst = f"{1000 * max(turns, default=0):.0f} ms"
    line("  age of what is shown; worst stall", f"{1000 * limit:.0f} ms; 50 ms", f"{age}; {worst}")
    session.close()


def film(folder: Path, paths: list[str], name: str, tracks: int) -> Path:
    """Make a video of 1920 x 1080 that pans over pictures, with a document of so many tracks that move all the way."""
    path = folder / f"{name}.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1920, 1080))
    images = [cv2.imread(one) for one in paths]
    for number in range(FILM):
        writer.write(np.roll(images[number * len(images) // FILM], 8 * number, axis=1))
    writer.release()
    with closing(open_session(Options((path,), labels="car"))) as opened:
        for number in range(1, tracks + 1):
            x, y = 30.0 * number, 18.0 * number
            ends = ((0, x, y), (FILM - 1, 1500 - x / 2, y / 2 + 300))
            keys = tuple(Keyframe(at, ((left, top), (left + 160, top + 120))) for at, left, top in ends)
            opened.session.commit("track", PutTrack(Track(number, "car", "rectangle", keyframes=keys)))
    return path


def played(path: Path, home: Path) -> tuple[float, float]:
    """Return pictures a second while the program itself plays a video, and its processor milliseconds for each."""
    environment = {"HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    session = run([sys.executable, "-m", "tui", "--graphics", "kitty", str(path)], environment)
    session.settle(1.5, 60)
    before, begun = worked(session), time.monotonic()
    session.write(b" ")
    time.sleep(FILM / 30 - 1)
    moments = [item.at for item in shown_since(session, begun) if item.keys.get("i") in (BASE, DRAFT)]
    spent = worked(session) - before
    session.write(b" ")
    session.close()
    count = 1 + sum(later - earlier > APART for earlier, later in pairwise(moments))
    return count / (moments[-1] - begun), 1000 * spent / count


def worked(session: Session) -> float:
    """Return the processor seconds that a program has used."""
    parts = Path(f"/proc/{session.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def moving(paths: list[str], folder: Path) -> None:
    """Rows of playing a video without and with tracks, in turns."""
    (folder / ".local" / "state" / "termwand").mkdir(parents=True, exist_ok=True)
    (folder / ".local" / "state" / "termwand" / "welcomed").touch()
    films = {tracks: film(folder, paths, f"{tracks}-tracks", tracks) for tracks in (0, TRACKS)}
    taken = {tracks: [played(path, folder) for _ in range(2)] for tracks, path in films.items()}
    rates = {tracks: max(rate for rate, _ in found) for tracks, found in taken.items()}
    costs = {tracks: min(cost for _, cost in found) for tracks, found in taken.items()}
    got = f"{rates[TRACKS]:.1f} frames/s, {costs[TRACKS]:.1f} ms of processor"
    beside = f"without {rates[0]:.1f} frames/s, {costs[0]:.1f} ms: ratio {rates[TRACKS] / rates[0]:.2f}"
    line(f"play 1080p, {TRACKS} tracks", "ratio 0.9", got, beside)


def main() -> None:
    """Run all rows, or those that are named: kitty, sixel, symbols, slow, tracks."""
    wanted = sys.argv[1:] or ["kitty", "sixel", "symbols", "slow", "tracks"]
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [str(path) for path in pictures(folder)]
        (folder / "peer.py").write_text(PEER)
        if "kitty" in wanted:
            kitty(paths, folder)
        if "sixel" in wanted:
            flat(paths, folder, "sixel", ("150 ms", "12 kB, 10 ms", "30 kB"))
        if "symbols" in wanted:
            flat(paths, folder, "symbols", ("300 kB, 40 ms", "", "10 kB"))
        if "tracks" in wanted:
            moving(paths, folder)
        if "slow" in wanted:
            for rate, goal in ((1e6, "4 frames/s"), (1e7, "20 frames/s")):
                slow_link(paths, folder, rate, goal)


if __name__ == "__main__":
    main()
