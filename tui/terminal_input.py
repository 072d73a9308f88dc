"""What a terminal sends, put right before Textual's parser sees it.

Textual's parser raises on key releases and takes late answers to questions for key presses. This one drops such
answers, turns the Ctrl key itself into `CtrlHeld`, and keeps only the newest of mouse moves that arrive together. Apart
from `driver.py` because it is text in and messages out, without a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from time import monotonic

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[_P\]^][^\x1b\x07]*(?:\x1b\\|\x07)|O.)", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[_P\]^][^\x1b\x07]*\x1b?|O)?\Z", re.DOTALL)
_KEY_EVENT = re.compile(r"\x1b\[([\d:]*);(\d*):([123])((?:;[\d:]*)?[u~A-HP-S])")
_CTRL_KEY = re.compile(r"\x1b\[5744[28](?:;[\d:]*)?u")
_ANSWER = re.compile(r"\x1b(?:[_P\]^]|\[[?>=][\d;]*[cu]|\[[456];\d+;\d+t|\[\?[\d;]*n|\[0n)")
_ACKNOWLEDGED = re.compile(r"\x1b_Gi=(1[0-5]\d\d);")
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


class InputParser(XTermParser):
    """Textual's parser behind a filter for whole escape sequences."""

    pixels_from_zero = False
    """Whether the terminal counts pixels of the mouse from 0 (kitty, Ghostty), not from 1 as xterm's documents say."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._rest = ""
        self._deadline = 0.0
        self._pasting = False
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
        tail = _UNFINISHED.search(text)
        if tail and not self._pasting and len(tail[0]) < LONGEST:
            text, self._rest = text[: tail.start()], tail[0]
            self._deadline = monotonic() + constants.ESCAPE_DELAY
        return newest_moves(self._filtered(text))

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the event of a mouse report."""
        match = self._re_sgr_mouse.match(code)
        if match and self.mouse_pixels and self.pixels_from_zero:
            code = f"\x1b[<{match[1]};{int(match[2]) + 1};{int(match[3]) + 1}{match[4]}"
        return super().parse_mouse_code(code)

    def tick(self) -> Iterable[Message]:
        """Give up waiting for the end of a sequence that does not come: a lone escape is the key."""
        if self._rest and monotonic() >= self._deadline:
            rest, self._rest = self._rest, ""
            if rest[1:2] not in ("_", "P", "]", "^") or len(rest) == 2:
                yield from self._parse(rest)
                self._timeout_time = 0.0
        yield from super().tick()

    def _filtered(self, text: str) -> Iterator[Message]:
        """Yield the messages of text that ends with a whole sequence."""
        start = 0
        for match in _SEQUENCE.finditer(text):
            yield from self._parse(text[start : match.start()])
            yield from self._sequence(match[0])
            start = match.end()
        yield from self._parse(text[start:])

    def _sequence(self, sequence: str) -> Iterator[Message]:
        if sequence in (PASTE_START, PASTE_END):
            self._pasting = sequence == PASTE_START
        elif self._pasting:
            pass
        elif (event := _KEY_EVENT.fullmatch(sequence)) and event[3] == "3":
            if _CTRL_KEY.fullmatch(sequence):
                yield from self._hold(False)
            return
        elif _CTRL_KEY.fullmatch(sequence):
            yield from self._hold(True)
            return
        elif event:
            sequence = f"\x1b[{event[1]};{event[2]}{event[4]}"
        elif _ANSWER.match(sequence):
            if answer := _ACKNOWLEDGED.match(sequence):
                yield Acknowledged(int(answer[1]))
            return
        for message in self._parse(sequence):
            if isinstance(message, events.AppBlur):
                yield from self._hold(False)
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
