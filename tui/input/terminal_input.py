"""What a terminal sends, put right before Textual's parser sees it.

Textual's parser raises on key releases and takes late answers to questions for key presses. This one drops such
answers, turns the Ctrl key itself into `CtrlHeld`, keeps pasted text whole and out of the keys, notes where on a Latin
layout a key lies (`place` of a Key), and keeps only the newest of mouse moves that arrive together. Apart from
`driver.py` because it is text in and messages out, without a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from time import monotonic

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.input.key_reports import key_press

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[_P\]^][^\x1b\x07]*(?:\x1b\\|\x07)|O.)", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[_P\]^][^\x1b\x07]*\x1b?|O)?\Z", re.DOTALL)
_CTRL_KEY = re.compile(r"\x1b\[5744[28](?:;[\d:]*)?u")
_ALONE = re.compile(r"\x1b\[574(?:4[13-79]|5[0-4])(?:;[\d:]*)?u")
"""Shift, Alt and others like them, pressed by themselves: no keys of ours, and they must not end what waits for one."""
_ANSWER = re.compile(r"\x1b(?:[_P\]^]|\[[?>=][\d;]*[cu]|\[[456];\d+;\d+t|\[\?[\d;]*n|\[0n)")
_ACKNOWLEDGED = re.compile(r"\x1b_Gi=(1[0-5]\d\d);")
_FORGOTTEN = re.compile(r"\x1b_Gi=(\d+)[^;]*;ENO(?:ENT|PARENT)")
PASTE_PATIENCE = 5.0
"""Seconds of silence after which the end of pasted text is taken for lost."""
LONGEST_PASTE = 65536
"""Characters that are kept of pasted text: all fields are lines."""
LONGEST = 4096
"""Characters after which an unfinished sequence is taken for what it is: no sequence."""


class CtrlHeld(Message):
    """The Ctrl key alone was pressed or released (only where the terminal speaks the Kitty keyboard protocol)."""

    def __init__(self, held: bool) -> None:
        super().__init__()
        self.held = held


class Acknowledged(Message):
    """The terminal behind tmux has taken what came before the question of this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Forgotten(Message):
    """The terminal does not know the image of this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class InputParser(XTermParser):
    """Textual's parser behind a filter for whole escape sequences."""

    pixels_from_zero = False
    """Whether the terminal counts pixels of the mouse from 0 (kitty, Ghostty), not from 1 as xterm's documents say."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._rest = ""
        self._deadline = 0.0
        self._parts: list[str] = []
        self._paste: list[str] | None = None
        """What has come of a text that is being pasted."""
        self._ctrl = False

    @property
    def patience(self) -> float:
        """Seconds to wait for more input before `tick` has to be called."""
        return min(max(self._deadline - monotonic(), 0.0), 0.1) if self._rest else 0.1

    def feed(self, data: str) -> Iterable[Message]:
        """Return the messages of some input; an unfinished sequence at its end waits for the next call or `tick`."""
        if not data:
            return [*self._parse(self._rest), *super().feed("")]
        text, self._rest = self._rest + data, ""
        return newest_moves(self._messages(text))

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the event of a mouse report."""
        match = self._re_sgr_mouse.match(code)
        if match and self.mouse_pixels and self.pixels_from_zero:
            code = f"\x1b[<{match[1]};{int(match[2]) + 1};{int(match[3]) + 1}{match[4]}"
        return super().parse_mouse_code(code)

    def tick(self) -> Iterable[Message]:
        """Give up waiting for the end of a sequence that does not come: a lone escape is the key."""
        if self._paste is not None:
            if monotonic() >= self._deadline:
                self._paste, self._rest = None, ""
        elif self._rest and monotonic() >= self._deadline:
            rest, self._rest = self._rest, ""
            if rest[1:2] not in ("_", "P", "]", "^") or len(rest) == 2:
                yield from self._parse(rest)
                self._timeout_time = 0.0
        yield from super().tick()

    def _messages(self, text: str) -> Iterator[Message]:
        """Yield the messages of some input: of keys, of pasted text, of keys again."""
        while text:
            if self._paste is not None:
                text = self._pasted(text)
                if self._paste is None:
                    yield events.Paste("".join(self._parts)[:LONGEST_PASTE])
                continue
            keys, begins, text = text.partition(PASTE_START)
            if begins:
                self._paste = []
                self._deadline = monotonic() + PASTE_PATIENCE
            elif (tail := _UNFINISHED.search(keys)) and len(tail[0]) < LONGEST:
                keys, self._rest = keys[: tail.start()], tail[0]
                self._deadline = monotonic() + constants.ESCAPE_DELAY
            yield from self._filtered(keys)

    def _pasted(self, text: str) -> str:
        """Take what is pasted; return what comes after it."""
        assert self._paste is not None
        self._deadline = monotonic() + PASTE_PATIENCE
        pasted, ends, after = text.partition(PASTE_END)
        if not ends:
            held = next((n for n in range(len(PASTE_END) - 1, 0, -1) if pasted.endswith(PASTE_END[:n])), 0)
            pasted, self._rest = pasted[: len(pasted) - held], pasted[len(pasted) - held :]
        if sum(map(len, self._paste)) < LONGEST_PASTE:
            self._paste.append(pasted)
        if ends:
            self._parts, self._paste = self._paste, None
        return after

    def _filtered(self, text: str) -> Iterator[Message]:
        """Yield the messages of text that ends with a whole sequence."""
        start = 0
        for match in _SEQUENCE.finditer(text):
            yield from self._parse(text[start : match.start()])
            yield from self._sequence(match[0])
            start = match.end()
        yield from self._parse(text[start:])

    def _sequence(self, sequence: str) -> Iterator[Message]:
        press = key_press(sequence)
        if _CTRL_KEY.fullmatch(press.sequence):
            yield from self._hold(not press.released)
            return
        if press.released or _ALONE.fullmatch(press.sequence):
            return
        if _ANSWER.match(sequence):
            if answer := _ACKNOWLEDGED.match(sequence):
                yield Acknowledged(int(answer[1]))
            elif answer := _FORGOTTEN.match(sequence):
                yield Forgotten(int(answer[1]))
            return
        for message in self._parse(press.sequence):
            if isinstance(message, events.AppBlur):
                yield from self._hold(False)
            if press.place and isinstance(message, events.Key):
                message.place = press.place  # type: ignore[attr-defined]
            yield message

    def _hold(self, held: bool) -> Iterator[Message]:
        if held is not self._ctrl:
            self._ctrl = held
            yield CtrlHeld(held)

    def _parse(self, text: str) -> Iterable[Message]:
        return super().feed(text) if text else ()


def newest_moves(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages without mouse moves that another move of the same kind follows at once."""
    waiting: events.MouseMove | None = None
    for message in messages:
        if isinstance(message, events.MouseMove):
            if waiting is not None and _kind(waiting) != _kind(message):
                yield waiting
            waiting = message
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        yield message
    if waiting is not None:
        yield waiting


def _kind(move: events.MouseMove) -> tuple[int, bool, bool, bool]:
    return move.button, move.shift, move.meta, move.ctrl
