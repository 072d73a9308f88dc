"""How long starting takes: first byte, first usable screen, first picture, beside bare Textual apps in the same run.

Every program runs in turn on a pty of 120x40 cells that answers like kitty, several rounds of all of them, so that load
falls on each alike. "Usable" is the first screen whose words can be read: for termwand its tools with their keys. The
picture is the first one that the terminal has got whole and been told to show. Run: python benchmarks/start.py [ROUNDS]
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STREET = ROOT / "samples" / "street"
PICTURE = STREET / "street_1.jpg"
ROWS, COLUMNS, CELL = 40, 120, (10, 20)
PRINT = "print('ready')"
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
Bare().run()
"""
PEER = f"""
from textual_image.widget import {{widget}} as Image
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
        yield Image({str(PICTURE)!r})
Bare().run()
"""
QUESTIONS: tuple[tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], bytes]], ...] = (
    (re.compile(rb"\x1b\[c"), lambda m: b"\x1b[?62;c"),
    (re.compile(rb"\x1b\[6n"), lambda m: b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[>q"), lambda m: b"\x1bP>|kitty(0.41.1)\x1b\\"),
    (re.compile(rb"\x1b\[\?u"), lambda m: b"\x1b[?0u"),
    (re.compile(rb"\x1b\[16t"), lambda m: b"\x1b[6;%d;%dt" % CELL[::-1]),
    (re.compile(rb"\x1b\[\?(\d+)\$p"), lambda m: b"\x1b[?%b;2$y" % m[1]),
    (re.compile(rb"\x1b_G([^;\x1b]*\bi=(3[12]|\d+)[^;\x1b]*);AAAA\x1b\\"), lambda m: b"\x1b_Gi=%b;OK\x1b\\" % m[2]),
)  # fmt: skip
SENT = re.compile(rb"\x1b_G(?:[^;\x1b]*,)?(?:a=[tTf]|m=[01])[^;\x1b]*;([A-Za-z0-9+/=]{200,})\x1b\\")
SMALL = 10_000
"""Characters that images other than the picture have in all."""
COLOR = re.compile(rb"[34]8;2;\d+;\d+;\d+")


def has_kitty_picture(data: bytes) -> bool:
    """Say whether a picture has been sent whole, and where it is to be: not a crosshair or a blank, which are small."""
    last = data.rfind(b"\x1b_G")
    placed = "\U0010eeee".encode() in data or b"_Ga=p," in data
    return placed and sum(map(len, SENT.findall(data))) > SMALL and data.find(b"m=1", last, last + 80) < 0


def has_symbols(data: bytes) -> bool:
    """Say whether there are more colours than a theme has: a picture out of cells."""
    return len(set(COLOR.findall(data))) > 300


@dataclass
class Program:
    """What is run, and what is waited for: a name to print -> when it has been seen."""

    command: list[str]
    marks: dict[str, Callable[[bytes], bool]]
    times: dict[str, list[float]] = field(default_factory=dict)


def said(*words: str) -> Callable[[bytes], bool]:
    """Return what says whether all the words have been written."""
    return lambda data: all(word.encode() in data for word in words)


def programs() -> dict[str, Program]:
    """Return what is compared."""
    python, words = sys.executable, said("ready")
    screen = said("Wand", "Polygon", "Opening")
    first = {"first byte": bool, "usable": screen, "open": said("street_1.jpg")}
    return {
        "python -c print": Program([python, "-c", PRINT], {"first byte": bool}),
        "bare Textual app": Program([python, "-c", BARE], {"first byte": bool, "usable": words}),
        "bare + textual_image, kitty": Program(
            [python, "-c", PEER.format(widget="TGPImage")],
            {"first byte": bool, "usable": words, "picture": has_kitty_picture},
        ),
        "bare + textual_image, half cells": Program(
            [python, "-c", PEER.format(widget="HalfcellImage")],
            {"first byte": bool, "usable": words, "picture": has_symbols},
        ),
        "termwand, kitty": Program(
            [python, "-m", "tui", "--graphics", "kitty", "--read-only", str(STREET)],
            first | {"picture": has_kitty_picture},
        ),
        "termwand, symbols": Program(
            [python, "-m", "tui", "--graphics", "symbols", "--read-only", str(STREET)],
            first | {"picture": has_symbols},
        ),
    }


def run(program: Program, home: Path, limit: float = 30) -> None:
    """Run once, noting when each mark was first seen, in seconds since before the process began."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, COLUMNS * CELL[0], ROWS * CELL[1]))
    known = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-kitty", "COLORTERM": "truecolor"}
    begun, seen, data, left = time.perf_counter(), dict.fromkeys(program.marks, 0.0), b"", dict(program.marks)
    process = subprocess.Popen(
        program.command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=known, start_new_session=True
    )
    try:
        while left and time.perf_counter() - begun < limit:
            if not select.select([master], [], [], 0.5)[0]:
                if process.poll() is not None:
                    break
                continue
            new = os.read(master, 1 << 16)
            now, data = time.perf_counter() - begun, data + new
            for name in [name for name, mark in left.items() if mark(data)]:
                seen[name] = now
                del left[name]
            answer(master, data, len(data) - len(new))
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)
    if left:
        raise SystemExit(f"{program.command[:4]}: {', '.join(left)} not within {limit} s; it wrote {data[-500:]!r}")
    for name, value in seen.items():
        program.times.setdefault(name, []).append(value)


def answer(master: int, data: bytes, since: int) -> None:
    """Answer the questions that end in what has just come."""
    found = []
    for pattern, reply in QUESTIONS:
        found += [(m.end(), reply(m)) for m in pattern.finditer(data, max(since - 64, 0)) if m.end() > since]
    for _, reply_bytes in sorted(found):
        os.write(master, reply_bytes)


def main() -> None:
    """Print the table and the ratios that PERFORMANCE.md sets goals for."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    compared = programs()
    with tempfile.TemporaryDirectory() as home:
        state = Path(home) / ".local" / "state" / "termwand"
        state.mkdir(parents=True)
        (state / "welcomed").touch()
        for program in compared.values():  # once for nothing: caches of bytecode and pages
            run(program, Path(home))
            program.times.clear()
        for _ in range(rounds):
            for program in compared.values():
                run(program, Path(home))
    columns = ("first byte", "usable", "open", "picture")
    print(f"median (least) ms of {rounds} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"{'':34}" + "".join(f"{name:>18}" for name in columns))
    for name, program in compared.items():
        cells = [cell(program.times.get(column)) for column in columns]
        print(f"{name:34}" + "".join(f"{text:>18}" for text in cells))
    ratios(compared)


def cell(times: list[float] | None) -> str:
    """Return median and least in milliseconds."""
    return f"{statistics.median(times) * 1000:.0f} ({min(times) * 1000:.0f})" if times else ""


def ratios(compared: dict[str, Program]) -> None:
    """Print each goal's ratio: the median over rounds of the ratio within one round."""
    goals = (
        ("first byte / python -c print (goal 2)", "termwand, kitty", "python -c print", "first byte"),
        ("usable / bare Textual app (goal 1.25)", "termwand, kitty", "bare Textual app", "usable"),
        ("usable, symbols / bare Textual app (goal 1.25)", "termwand, symbols", "bare Textual app", "usable"),
        ("picture / bare app with textual_image, kitty", "termwand, kitty", "bare + textual_image, kitty", "picture"),
        ("picture / bare app with textual_image, half cells", "termwand, symbols",
         "bare + textual_image, half cells", "picture"),
    )  # fmt: skip
    for what, ours, theirs, mark in goals:
        pairs = zip(compared[ours].times[mark], compared[theirs].times[mark], strict=True)
        least = min(compared[ours].times[mark]) / min(compared[theirs].times[mark])
        print(f"{what}: {statistics.median(a / b for a, b in pairs):.2f} (least/least {least:.2f})")


if __name__ == "__main__":
    main()
