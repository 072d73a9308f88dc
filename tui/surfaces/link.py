"""How fast the way to the terminal is, learned from acknowledgements: what is under way, and what may be sent now.

Every write ends with a question that any terminal answers (`CSI 6n`); the answers come in the order of the writes. So
the program always knows how much the terminal has not yet taken, and never queues more than about one frame. tmux would
answer that itself, and throws away what the terminal behind it does not take in time: there the question is one of
Kitty's, numbered, and an answer that is missing means that the picture has to be shown again. Pure arithmetic on times
that the caller gives, apart from `scheduler.py` so that it can be tested without a clock.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Literal

from tui.surfaces.base import Quality

QUESTION = b"\x1b[6n"
FIRST_NUMBER, NUMBERS = 1024, 512
REMOTE_SPEED, LOCAL_SPEED = 3e6, 10e6
"""Bytes per second assumed until the first measurement."""
LOST, TMUX_LOST = 3.0, 0.6
"""Seconds after which an answer is taken for lost."""
BULK = 16_384
"""Bytes below which a write says more about the round trip than about the speed."""
DENSITY = {"kitty": 2.1, "sixel": 0.9, "iterm2": 0.5, "symbols": 0.18}
"""Bytes on the wire per pixel of a full picture, typical, by protocol."""
SMOOTH = 1 / 6
"""Seconds that a draft may travel while one follows the other; longer ones are made rough."""
DRAFT_SHARE = 0.3
"""What a draft costs per pixel that it really has, as a part of that."""


class Link:
    """What is under way to the terminal, and how fast it drains."""

    def __init__(
        self,
        *,
        acknowledged: bool,
        round_trip: float = 0.0,
        remote: bool | None = None,
        density: float = 2.1,
        tmux_limit: int = 0,
    ) -> None:
        far = bool(os.environ.get("SSH_CONNECTION")) if remote is None else remote
        self.acknowledged = acknowledged
        self.speed = REMOTE_SPEED if far else LOCAL_SPEED
        self.round_trip, self.density = round_trip, density
        self.tmux_limit = tmux_limit
        """Bytes that may be under way before tmux throws them away; 0 outside tmux."""
        self.lost: Literal["", "silent", "gap"] = ""
        """Inside tmux: an answer did not come at all (silent), or one to a later question came first (gap)."""
        self._number = 0
        self._under_way: deque[tuple[int, float, int]] = deque()
        self._last_answer = 0.0
        self._measured = False
        self._window_start, self._window_bytes, self._from_idle = 0.0, 0, True

    @property
    def pending(self) -> int:
        """Bytes sent and not yet acknowledged."""
        return sum(size for size, _, _ in self._under_way)

    @property
    def writes(self) -> int:
        """Writes not yet acknowledged."""
        return len(self._under_way)

    def sent(self, size: int, now: float) -> None:
        """Note a write that asks for an answer."""
        if self.acknowledged:
            if not self._under_way:
                self._window_start, self._window_bytes, self._from_idle = now, 0, True
            self._number = (self._number + 1) % NUMBERS
            self._under_way.append((size, now, self._number))

    def question(self) -> bytes:
        """Return what asks the terminal to acknowledge the write that was noted last."""
        if not self.tmux_limit:
            return QUESTION
        number = FIRST_NUMBER + self._number
        return b"\x1bPtmux;\x1b\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\x1b\\\x1b\\" % number

    def answered(self, now: float, number: int | None = None) -> bool:
        """Note an answer, with the number of its question where it has one; return whether it was due."""
        wanted = None if number is None else (number - FIRST_NUMBER) % NUMBERS
        if not self.lost and self._under_way and wanted not in (None, *(number for _, _, number in self._under_way)):
            return False  # another terminal that looks through tmux: one of them has said it already
        while wanted is not None and self._under_way and self._under_way[0][2] != wanted:
            self._under_way.popleft()
            self.lost = "gap"
        self.lost = "gap" if self.lost else ""
        if not self._under_way:
            return False
        size, sent, _ = self._under_way.popleft()
        if size < BULK and self._window_bytes == 0 and not self._under_way:
            waited = now - sent
            self.round_trip = waited if not self.round_trip else min(waited, 0.9 * self.round_trip + 0.1 * waited)
        self._measure(size, now)
        self._last_answer = now
        return True

    def _measure(self, size: int, now: float) -> None:
        """Learn the speed from all that was acknowledged while the link was busy: answers often come in bunches."""
        self._window_bytes += size
        whole = now - self._window_start
        taken = max(whole - self.round_trip, 0.1 * whole) if self._from_idle else whole
        if self._window_bytes >= BULK and (self._from_idle or taken > 0.03):
            speed = self._window_bytes / max(taken, self._window_bytes / 500e6)
            self.speed = self.speed + 0.5 * (speed - self.speed) if self._measured else speed
            self._measured = True
        if whole > 1.0:
            self._window_start, self._window_bytes, self._from_idle = now, 0, False

    def forget_lost(self, now: float) -> None:
        """Stop waiting for answers that did not come."""
        while (
            self._under_way
            and now - self._under_way[0][1]
            > (TMUX_LOST + 4 * self.round_trip if self.tmux_limit else LOST) + 2 * self.pending / self.speed
        ):
            self._under_way.popleft()
            self.lost = "silent" if self.tmux_limit else ""

    def is_free(self, now: float, *, writes: int = 2) -> bool:
        """Whether one more write may go: few are under way, and by now little of them can be left before the terminal.

        So the next picture is encoded while the last bytes of the one before it travel.
        """
        if self.writes >= writes or (self.tmux_limit and self.pending > self.piece):
            return False
        busy_since = max(self._last_answer, self._under_way[0][1]) if self._under_way else now
        return self.pending - self.speed * (now - busy_since) <= self.piece

    @property
    def piece(self) -> int:
        """Bytes that keep the link busy for a round trip, at least a twentieth of a second."""
        piece = int(self.speed * max(0.05, self.round_trip))
        return min(piece, self.tmux_limit // 2) if self.tmux_limit else piece

    def divisor(self, pixels: int, *, moving: bool) -> int:
        """Return how coarse to show a new picture first: 1 lossless, 2, 4 or 8 a draft with sides so much smaller."""
        size, limit = self.density * pixels, self.tmux_limit or 1e12
        if size <= min(self.speed * (0.045 if moving else 0.2), limit):
            return 1
        for divisor in (2, 4):
            if DRAFT_SHARE * size / divisor**2 <= min(0.35 * self.speed, limit):
                return divisor
        return 8

    def quality(self, pixels: int, divisor: int, *, moving: bool) -> Quality:
        """Return how good a new picture that is so coarse should be: playing, being in time comes first."""
        if divisor == 1:
            return "full"
        size = DRAFT_SHARE * self.density * pixels / divisor**2
        return "rough" if moving and size > SMOOTH * self.speed else "draft"

    def is_stuck(self, now: float) -> bool:
        """Whether the oldest write has waited so long that even small ones should wait too."""
        return bool(self._under_way) and now - self._under_way[0][1] > 0.5 + 2 * self.round_trip
