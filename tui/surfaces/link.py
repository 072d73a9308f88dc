"""How fast the way to the terminal is, learned from acknowledgements: what is under way, and what may be sent now.

Every write ends with a question that any terminal answers (`CSI 6n`); the answers come in the order of the writes. So
the program always knows how much the terminal has not yet taken, and never queues more than about one frame. Pure
arithmetic on times that the caller gives, apart from `scheduler.py` so that it can be tested without a clock.
"""

from __future__ import annotations

import os
from collections import deque

QUESTION = b"\x1b[6n"
REMOTE_SPEED, LOCAL_SPEED = 3e6, 20e6
"""Bytes per second assumed until the first measurement."""
LOST = 3.0
"""Seconds after which an answer is taken for lost."""
BULK = 16_384
"""Bytes below which a write says more about the round trip than about the speed."""
DENSITY = {"kitty": 2.1, "sixel": 0.9, "iterm2": 0.5, "symbols": 0.18}
"""Bytes on the wire per pixel of a full picture, typical, by protocol."""
DRAFT_SHARE = 0.3
"""What a draft costs per pixel that it really has, as a part of that."""


class Link:
    """What is under way to the terminal, and how fast it drains."""

    def __init__(
        self, *, acknowledged: bool, round_trip: float = 0.0, remote: bool | None = None, density: float = 2.1
    ) -> None:
        far = bool(os.environ.get("SSH_CONNECTION")) if remote is None else remote
        self.acknowledged = acknowledged
        self.speed = REMOTE_SPEED if far else LOCAL_SPEED
        self.round_trip, self.density = round_trip, density
        self._under_way: deque[tuple[int, float]] = deque()
        self._last_answer = 0.0
        self._measured = False

    @property
    def pending(self) -> int:
        """Bytes sent and not yet acknowledged."""
        return sum(size for size, _ in self._under_way)

    @property
    def writes(self) -> int:
        """Writes not yet acknowledged."""
        return len(self._under_way)

    def sent(self, size: int, now: float) -> None:
        """Note a write that asks for an answer."""
        if self.acknowledged:
            self._under_way.append((size, now))

    def answered(self, now: float) -> bool:
        """Note an answer; return whether one was due."""
        if not self._under_way:
            return False
        size, sent = self._under_way.popleft()
        waited = now - sent
        if size < BULK:
            self.round_trip = waited if not self.round_trip else min(waited, 0.9 * self.round_trip + 0.1 * waited)
        else:
            alone = self._last_answer <= sent
            taken = waited - self.round_trip if alone else now - self._last_answer
            speed = size / max(taken, size / 500e6)
            self.speed = self.speed + 0.5 * (speed - self.speed) if self._measured else speed
            self._measured = True
        self._last_answer = now
        return True

    def forget_lost(self, now: float) -> None:
        """Stop waiting for answers that did not come."""
        while self._under_way and now - self._under_way[0][1] > LOST + 2 * self.pending / self.speed:
            self._under_way.popleft()

    def is_free(self, *, writes: int = 2) -> bool:
        """Whether one more write may go: few are under way, and they drain within the time of a round trip."""
        return self.writes < writes and self.pending <= self.piece

    @property
    def piece(self) -> int:
        """Bytes that keep the link busy for a round trip, at least a twentieth of a second."""
        return int(self.speed * max(0.05, self.round_trip))

    def divisor(self, pixels: int, *, moving: bool) -> int:
        """Return how coarse to show a new picture first: 1 lossless, 2, 4 or 8 a draft with sides so much smaller."""
        if self.density * pixels / self.speed <= (0.045 if moving else 0.12):
            return 1
        for divisor in (2, 4):
            if DRAFT_SHARE * self.density * pixels / divisor**2 / self.speed <= 0.35:
                return divisor
        return 8

    def is_stuck(self, now: float) -> bool:
        """Whether the oldest write has waited so long that even small ones should wait too."""
        return bool(self._under_way) and now - self._under_way[0][1] > 0.5 + 2 * self.round_trip
