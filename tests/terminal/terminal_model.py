"""A small terminal for tests: takes the bytes, answers questions, and rebuilds the pixels that a person would see.

Knows of Kitty's graphics protocol what the canvas uses, and is strict: whatever the protocol forbids raises. `Session`
runs a program on a pty with such a terminal at the other end, at full speed or as slow as a real link.
"""

from __future__ import annotations

import base64
import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tui.surfaces.placeholders import DIACRITICS, PLACEHOLDER

NUMBERS = {mark: number for number, mark in enumerate(DIACRITICS)}
TOKEN = re.compile(
    r"\x1b\[([<-?]*)([\d;:]*)([ -/]*)([@-~])|\x1b_G([^\x1b]*)\x1b\\|\x1bP((?:[^\x1b]|\x1b\x1b)*)\x1b\\"
    r"|\x1b\]([^\x1b\x07]*)(?:\x1b\\|\x07)|\x1b([78=>c]|\(.)|([\r\n\b])|([^\x1b\r\n\b]+)",
    re.DOTALL,
)
UNFINISHED = re.compile(
    r"\x1b(?:\(|\[[0-?]*[ -/]*|[_\]][^\x1b\x07]*\x1b?|P(?:[^\x1b]|\x1b\x1b)*\x1b?)?\Z"
    f"|{PLACEHOLDER}.?\\Z",
    re.DOTALL,
)
Rgba = np.ndarray
BELOW_TEXT = -(1 << 30)
"""Images with a lower z lie below the background of cells."""
PATIENCE = 60.0
"""Seconds after which a program is taken to be stuck: each takes a fraction of one where nothing else runs."""


def pixels_of(payload: bytes, keys: dict[str, str]) -> Rgba:
    """Decode what a transmission carries to RGBA."""
    kind = int(keys.get("f", 32))
    if kind == 100:
        return np.asarray(Image.open(io.BytesIO(payload)).convert("RGBA")).copy()
    width, height, depth = int(keys["s"]), int(keys["v"]), kind // 8
    pixels = np.frombuffer(payload, np.uint8).reshape(height, width, depth)
    return np.dstack([pixels, np.full((height, width), 255, np.uint8)]) if depth == 3 else pixels.copy()


class Terminal:
    """Text cells, images and placements; `feed` it bytes, look at `screen()`."""

    def __init__(
        self, columns: int = 160, rows: int = 45, cell: tuple[int, int] = (10, 20), *, brand: str = ""
    ) -> None:
        self.columns, self.rows, self.cell = columns, rows, cell
        self.brand = brand or "kitty(0.41.1)"
        self.frame_edits = self.brand.startswith("kitty")
        self.images: dict[int, Rgba] = {}
        self.virtual: dict[int, tuple[int, int]] = {}
        self.placements: dict[tuple[int, int], dict[str, int]] = {}
        self.cells: dict[tuple[int, int], tuple[str, int, int, int, int]] = {}
        """(row, column) to character, and for a placeholder image, row, column, and the placement that was there then.

        Kitty looks for the picture of a cell when the cell is written: what is placed later is not found by it.
        """
        self.painted: set[tuple[int, int]] = set()
        """Cells with a background of their own: they hide images that lie below it."""
        self.modes: set[int] = set()
        self.keyboard: list[int] = []
        self.commands: list[tuple[dict[str, str], int]] = []
        self.position, self.saved, self.ink, self.paper = (0, 0), (0, 0), 0, False
        self._placed = dict[int, int]()
        self.replies: list[bytes] = []
        self._rest, self._more = "", list[str]()
        self._decode = getincrementaldecoder("utf-8")("replace").decode  # tmux throws away what a terminal takes late
        self._pending: tuple[dict[str, str], list[str]] | None = None
        self.shows_images, self.behind_tmux = True, False
        self._forgot = False

    def become(self, brand: str, *, shows_images: bool) -> None:
        """Be another terminal from now on, one that knows nothing of what was sent to the one before."""
        self.brand, self.shows_images, self._forgot, self._pending = brand, shows_images, True, None
        for known in (self.images, self.virtual, self.placements, self.cells, self.modes, self.keyboard):
            known.clear()

    # Bytes in

    def feed(self, data: bytes) -> bytes:
        """Take bytes, return what the terminal answers."""
        text = self._decode(data)
        if self._rest[:2] in ("\x1bP", "\x1b]") and "\x1b" not in text and "\x07" not in text:
            self._more.append(text)  # an image of megabytes: looked at when its end is there
            return b""
        text, self._more = "".join([self._rest, *self._more, text]), []
        tail = UNFINISHED.search(text)
        text, self._rest = (text[: tail.start()], tail[0]) if tail else (text, "")
        for match in TOKEN.finditer(text):
            self._take(match)
        answer, self.replies = b"".join(self.replies), []
        return answer

    def _take(self, match: re.Match[str]) -> None:
        prefix, numbers, middle, final, graphics, device, _, escape, control, text = match.groups()
        if final:
            self._csi(prefix, numbers, middle, final)
        elif graphics is not None:
            self._graphics(graphics)
        elif device is not None:
            if device.startswith("tmux;"):
                self.feed(device[5:].replace("\x1b\x1b", "\x1b").encode())
        elif escape == "7":
            self.saved = self.position
        elif escape == "8":
            self.position = self.saved
        elif control == "\r":
            self.position = (self.position[0], 0)
        elif control == "\n":
            self.position = (self.position[0] + 1, self.position[1])
        elif text:
            self._text(text)

    def _text(self, text: str) -> None:
        row, column = self.position
        index = 0
        while index < len(text):
            mark = text[index]
            marks = [other for other in text[index + 1 : index + 3] if other in NUMBERS]
            if self.behind_tmux and mark == PLACEHOLDER and len(marks) < 2:
                index += len(marks)  # tmux writes a cell anew with each mark that it gets
            elif mark == PLACEHOLDER:
                image_row, image_column = NUMBERS[text[index + 1]], NUMBERS[text[index + 2]]
                placed = self._placed.get(self.ink, 0)
                self.cells[row, column] = (mark, self.ink, image_row, image_column, placed)
                index += 2
            else:
                self.cells[row, column] = (mark, 0, 0, 0, 0)
            (self.painted.add if self.paper else self.painted.discard)((row, column))
            column, index = column + 1, index + 1
        self.position = (row, column)

    def _csi(self, prefix: str, numbers: str, middle: str, final: str) -> None:
        values = [int(part or 0) for part in numbers.replace(":", ";").split(";")] if numbers else []
        answer = self._answer(prefix, values, middle, final)
        if answer:
            self.replies.append(answer)
        elif final in "Hf" and not prefix:
            row, column = [*values, 1, 1][:2] if values else (1, 1)
            self.position = (max(row, 1) - 1, max(column, 1) - 1)
        elif final in "hl" and prefix == "?":
            for value in values:
                self.modes.add(value) if final == "h" else self.modes.discard(value)
            if final == "h" and 2048 in values:
                self.replies.append(self.size_report())
            if 1049 in values:
                self._clear()
        elif final == "J":
            self._clear()
        elif final in "ABCDGdbKX" and not prefix and not middle:
            self._tmux(final, max([*values, 0][0], 1))
        elif final == "u" and prefix in ("<", ">", "="):
            self._keyboard(prefix, values)
        elif final == "m" and not prefix:
            self._ink(values)

    def _tmux(self, final: str, count: int) -> None:
        """Do what tmux uses and termwand does not: move by a few cells, repeat the last character, erase."""
        row, column = self.position
        if final == "b":
            self._text(self.cells.get((row, column - 1), " ")[0] * count)
        elif final in "KX":
            for place in range(column, self.columns if final == "K" else column + count):
                self.cells.pop((row, place), None)
        else:
            down, right = {"A": (-count, 0), "B": (count, 0), "C": (0, count), "D": (0, -count)}.get(final, (0, 0))
            row, column = row + down, column + right
            self.position = (count - 1 if final == "d" else row, count - 1 if final == "G" else column)

    def _keyboard(self, prefix: str, values: list[int]) -> None:
        if prefix == ">":
            self.keyboard.append(values[0])
        elif prefix == "=" and self.keyboard:
            self.keyboard[-1] |= values[0]
        elif self.keyboard:
            self.keyboard.pop()

    def _clear(self) -> None:
        self.cells.clear()
        self.painted.clear()

    def _ink(self, values: list[int]) -> None:
        values = values or [0]
        while values:
            code, *values = values
            if code in (38, 48):
                kind, *values = values
                color, values = (values[:3], values[3:]) if kind == 2 else (values[:1], values[1:])
                if code == 38 and kind == 2:
                    self.ink = color[0] << 16 | color[1] << 8 | color[2]
                self.paper = self.paper or code == 48
            elif code in (0, 49) or 40 <= code <= 47 or 100 <= code <= 107:
                self.paper = code not in (0, 49)
                self.ink = self.ink if code else 0

    def _answer(self, prefix: str, values: list[int], middle: str, final: str) -> bytes:
        if final == "c" and not prefix:
            return b"\x1b[?62;22c"
        if final == "n" and values == [6]:
            return b"\x1b[%d;%dR" % (self.position[0] + 1, self.position[1] + 1)
        if final == "q" and prefix == ">":
            return b"\x1bP>|%b\x1b\\" % self.brand.encode()
        if final == "u" and prefix == "?":
            return b"\x1b[?%du" % (self.keyboard[-1] if self.keyboard else 0)
        if final == "p" and middle == "$" and prefix == "?":
            return b"\x1b[?%d;2$y" % values[0]
        if final == "t" and values == [16]:
            return b"\x1b[6;%d;%dt" % (self.cell[1], self.cell[0])
        return b""

    def size_report(self) -> bytes:
        """Return the report of mode 2048."""
        width, height = self.columns * self.cell[0], self.rows * self.cell[1]
        return b"\x1b[48;%d;%d;%d;%dt" % (self.rows, self.columns, height, width)

    # Kitty's graphics

    def _graphics(self, text: str) -> None:
        head, _, payload = text.partition(";")
        assert len(payload) <= 4096, "a chunk of more than 4096 characters"
        keys = dict(item.split("=", 1) for item in head.split(",") if item)
        if self._pending is not None:
            first, chunks = self._pending
            if first.get("a") == "f":  # Kitty up to 0.48 takes a chunk without these for another command
                assert (keys.get("a"), keys.get("i"), keys.get("r")) == ("f", first["i"], "1"), keys
            else:
                assert set(keys) <= {"m", "q"}, keys
            chunks.append(payload)
            if keys.get("m") == "1":
                return
            self._pending, keys, payload = None, first, "".join(chunks)
        elif keys.get("m") == "1":
            self._pending = (keys, [payload])
            return
        self.commands.append((keys, len(payload)))
        self._run(keys, base64.b64decode(payload, validate=True))

    def _run(self, keys: dict[str, str], payload: bytes) -> None:
        image = int(keys.get("i", 0))
        action = keys.get("a", "t")
        if not self.shows_images:
            return
        is_new = self._forgot or self.behind_tmux  # it has not seen all that was sent
        if is_new and not {image, int(keys.get("P", image))} <= self.images.keys() and action in "fp":
            if keys.get("q") != "2":
                self.replies.append(b"\x1b_Gi=%d;ENOENT:no such image\x1b\\" % image)
            return
        worked = True
        if action in "tT":
            self._drop(image, keep_data=False)
            self.images[image] = pixels_of(payload, keys)
            if action == "T":
                self._put(image, keys)
        elif action == "f":
            worked = self._edit(image, keys, payload)
        elif action == "p":
            self._put(image, keys)
        elif action == "d":
            self._drop(image, keep_data=keys.get("d", "a").islower())
        if action != "d" and worked and keys.get("q") != "2":
            frame = ",r=1" if action == "f" else ""
            self.replies.append(b"\x1b_Gi=%d%b;OK\x1b\\" % (image, frame.encode()))

    def _edit(self, image: int, keys: dict[str, str], payload: bytes) -> bool:
        if not self.frame_edits:
            return False
        assert keys["r"] == "1" and keys["X"] == "1" and keys["C"] == "1", keys
        patch, whole = pixels_of(payload, keys), self.images[image]
        x, y = int(keys.get("x", 0)), int(keys.get("y", 0))
        height, width = patch.shape[:2]
        assert x + width <= whole.shape[1] and y + height <= whole.shape[0], "an edit beyond the image"
        whole[y : y + height, x : x + width] = patch
        return True

    def _put(self, image: int, keys: dict[str, str]) -> None:
        assert image in self.images, f"placement of image {image}, which does not exist"
        if keys.get("U") == "1":
            self.virtual[image] = (int(keys["c"]), int(keys["r"]))
            self._placed[image] = self._placed.get(image, 0) + 1
            return
        placement = {key: int(value) for key, value in keys.items() if key not in "aqfodt"}
        placement |= {"row": self.position[0], "column": self.position[1]}
        if "P" in keys:
            assert placement["P"] in self.virtual, "relative to an image that is not placed"
        self.placements[image, placement.get("p", 0)] = placement

    def _drop(self, image: int, *, keep_data: bool) -> None:
        for key in [key for key in self.placements if key[0] == image or self.placements[key].get("P") == image]:
            if key[0] == image or not keep_data:
                del self.placements[key]
        if not keep_data:
            self.images.pop(image, None)
            self.virtual.pop(image, None)

    # Pixels out

    @property
    def placed(self) -> int:
        """Cells of the screen that show a piece of a picture."""
        shown = (cell for (row, column), cell in self.cells.items() if row < self.rows and column < self.columns)
        return sum(mark == PLACEHOLDER for mark, *_ in shown)

    @property
    def memory(self) -> int:
        """Bytes of image data that the terminal holds."""
        return sum(image.nbytes for image in self.images.values())

    def screen(self) -> np.ndarray:
        """Return the screen's pixels, (h, w, 3); text is black."""
        width, height = self.cell
        out = np.zeros((self.rows * height, self.columns * width, 3), np.uint8)
        placements = sorted(self.placements.values(), key=lambda item: item.get("z", 0))
        for placement in (item for item in placements if item.get("z", 0) < BELOW_TEXT):
            self._draw(out, placement, {})
        for row, column in self.painted:
            out[row * height : (row + 1) * height, column * width : (column + 1) * width] = 0
        scaled = {image: _scaled(self.images[image], c * width, r * height) for image, (c, r) in self.virtual.items()}
        seen: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        for (row, column), (mark, image, image_row, image_column, placed) in self.cells.items():
            if mark == PLACEHOLDER and image in scaled and placed == self._placed[image]:
                seen.setdefault((image, row - image_row, column - image_column), []).append((image_row, image_column))
        for (image, row, column), cells in seen.items():
            picture, (columns, rows) = scaled[image], self.virtual[image]
            if len(cells) == columns * rows:
                _blend(out, picture, column * width, row * height)
                continue
            for r, c in cells:
                part = picture[r * height : (r + 1) * height, c * width : (c + 1) * width]
                _blend(out, part, (column + c) * width, (row + r) * height)
        origins = {image: (column, row) for image, row, column in seen}
        for placement in (item for item in placements if item.get("z", 0) >= BELOW_TEXT):
            self._draw(out, placement, origins)
        return out

    def _draw(self, out: np.ndarray, placement: dict[str, int], origins: dict[int, tuple[int, int]]) -> None:
        width, height = self.cell
        if "P" in placement:
            if placement["P"] not in origins:
                return
            column, row = origins[placement["P"]]
            column, row = column + placement.get("H", 0), row + placement.get("V", 0)
        else:
            column, row = placement["column"], placement["row"]
        image = self.images[placement["i"]]
        x, y = placement.get("x", 0), placement.get("y", 0)
        image = image[y : y + placement.get("h", image.shape[0]), x : x + placement.get("w", image.shape[1])]
        if "c" in placement:
            image = _scaled(image, placement["c"] * width, placement["r"] * height)
        _blend(out, image, column * width + placement.get("X", 0), row * height + placement.get("Y", 0))

    def text(self) -> str:
        """Return the screen's text, placeholders as blanks."""
        rows = [[" "] * self.columns for _ in range(self.rows)]
        for (row, column), (mark, *_) in self.cells.items():
            if row < self.rows and column < self.columns and mark != PLACEHOLDER:
                rows[row][column] = mark
        return "\n".join("".join(row).rstrip() for row in rows)


def _scaled(image: Rgba, width: int, height: int) -> Rgba:
    if (image.shape[1], image.shape[0]) == (width, height):
        return image
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.NEAREST))


def _blend(out: np.ndarray, image: Rgba, x: int, y: int) -> None:
    part = out[max(y, 0) : y + image.shape[0], max(x, 0) : x + image.shape[1]]
    image = image[max(-y, 0) :, max(-x, 0) :][: part.shape[0], : part.shape[1]]
    drawn = image[..., 3].any(axis=1)
    if not drawn.any():
        return
    first, last = int(drawn.argmax()), len(drawn) - int(drawn[::-1].argmax())
    part, image = part[first:last], image[first:last]
    alpha = image[..., 3:].astype(np.uint16)
    part[:] = image[..., :3] if alpha.min() == 255 else (image[..., :3] * alpha + part * (255 - alpha) + 127) // 255


class Session:
    """A program on a pty whose other end is a `Terminal`; `rate` is bytes per second, `delay` seconds each way."""

    def __init__(
        self,
        command: Sequence[str],
        terminal: Terminal | None = None,
        *,
        rate: float = 0,
        delay: float = 0,
        environment: dict[str, str] | None = None,
        answers: bool = True,
        folder: Path | None = None,
    ) -> None:
        self.terminal = terminal or Terminal()
        self.rate, self.delay, self.answers = rate, delay, answers
        self.log: list[tuple[float, bytes]] = []
        self.total = 0
        self.master, slave = pty.openpty()
        self.set_size(slave)
        known = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=known | (environment or {}), start_new_session=True,
            cwd=folder, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self.slave = slave
        self.lock = threading.Lock()
        self._late: deque[tuple[float, Callable[[], None]]] = deque()
        self._ended = False
        self.empty = 0
        """How often there was nothing to read."""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def set_size(self, fd: int | None = None) -> None:
        """Tell the device the terminal's size in cells and pixels."""
        terminal = self.terminal
        size = (terminal.rows, terminal.columns, terminal.columns * terminal.cell[0], terminal.rows * terminal.cell[1])
        fcntl.ioctl(self.master if fd is None else fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size))

    def _read(self) -> None:
        allowance, last = 0.0, time.monotonic()
        while not self._ended:
            now = time.monotonic()
            while self._late and self._late[0][0] <= now:
                self._late.popleft()[1]()
            wait = 0.005 if self._late else 0.05
            size = 65536
            if self.rate:
                allowance = min(allowance + (now - last) * self.rate, self.rate * 0.02)
                last, size = now, int(allowance)
                if size < 1024:
                    time.sleep(0.002)
                    continue
            if not select.select([self.master], [], [], wait)[0]:
                self.empty += 1
                continue
            try:
                data = os.read(self.master, size)
            except OSError:
                return
            allowance -= len(data)
            self._after(lambda data=data: self._arrive(data))

    def _after(self, work: Callable[[], None]) -> None:
        if self.delay:
            self._late.append((time.monotonic() + self.delay, work))
        else:
            work()

    def _arrive(self, data: bytes) -> None:
        with self.lock:
            self.log.append((time.monotonic(), data))
            self.total += len(data)
            answer = self.terminal.feed(data)
        if answer and self.answers:
            self._after(lambda: self.write(answer))

    def write(self, data: bytes) -> None:
        """Type, or answer."""
        try:
            os.write(self.master, data)
        except OSError:
            return

    def wait_for(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds of the terminal; fail after so many seconds."""
        end, looked, at = time.monotonic() + seconds, -1, 0.0
        while time.monotonic() < end:
            before = self.total
            time.sleep(0.03)
            now = time.monotonic()
            if self.total == looked or (self.total != before and now - at < 0.5):
                continue
            with self.lock:
                looked, at = self.total, now
                if condition():
                    return
        raise AssertionError(f"not within {seconds} s; the screen shows:\n{self.terminal.text()}")

    def settle(self, quiet: float = 0.3, seconds: float = 20) -> None:
        """Wait until nothing was written for a while, or all is read that a program wrote which has ended."""
        end = time.monotonic() + seconds
        seen, since = -1, time.monotonic()
        ended: int | None = None
        while time.monotonic() < end and (self.total != seen or time.monotonic() - since < quiet):
            if ended is None and self.process.poll() is not None:
                ended = self.empty
            elif ended is not None and self.empty > ended + 1:
                return
            if self.total != seen:
                seen, since = self.total, time.monotonic()
            time.sleep(0.01)

    def vanish(self) -> None:
        """Close the terminal under the program, as a dropped link does."""
        self._ended = True
        self.thread.join(2)
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def close(self) -> None:
        """End the program and the terminal."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.master >= 0:
            self.vanish()
