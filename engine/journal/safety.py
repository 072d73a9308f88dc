"""What is on a disk already: the screen shows the document as far as that goes, whatever the session has done since.

A commit changes the session's document at once, so that the next key acts on it; here it waits until its line is in a
journal. Where no disk takes it, it is shown all the same, with a lasting word that nothing new is safe.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import msgspec

from engine.document import Camera, Document
from engine.edits import Edit
from engine.journal.safekeeping import Outcome
from engine.text import plain

TOGETHER = 0.02
"""Seconds of a run's commits that are shown together, times how many wait: each document that waits has lists of all
keyframes of its own, and hundreds of these take the garbage collector tens of milliseconds at every look."""
Tell = Callable[[str, Literal["information", "warning", "error"]], None]


class Keeper(Protocol):
    """What keeps commits: `engine.project.project.Project` is one."""

    on_kept: Callable[[Outcome], None]

    def add(self, title: str, edits: tuple[Edit, ...]) -> int:
        """Take a commit and return its number."""

    def write(self, *, lazily: bool = False) -> None:
        """Have what was added written, now or in the background; `on_kept` is told how.

        Lazily a kill loses nothing of it, and the disk is waited for a few times a second.
        """


class Waiting(NamedTuple):
    """A commit that is not on a disk yet."""

    number: int
    document: Document
    """What it led to."""
    since: float
    lazily: bool
    """Nobody waits for it: it is one of many that a run makes."""


class Safety:
    """The document that may be shown, and the commits that wait to be safe."""

    def __init__(self, document: Document, keeper: Keeper | None, changed: Callable[[], None], tell: Tell) -> None:
        self.document = document
        """As of the last commit that is safe; without anything that keeps commits, as of the last one."""
        self.outcome = Outcome()
        self.number = 0
        """Of the last commit that is shown."""
        self._keeper, self._changed, self._tell = keeper, changed, tell
        self._waiting: deque[Waiting] = deque()
        self._held: deque[tuple[int, str]] = deque()
        if keeper is not None:
            keeper.on_kept = self.kept

    @property
    def is_waiting(self) -> bool:
        """Whether a person did something that is not shown yet; what runs find is always a moment late."""
        return any(not one.lazily for one in self._waiting)

    @property
    def age(self) -> float:
        """Seconds for which the oldest thing that a person did and that is not shown yet has waited, 0 for none."""
        since = next((one.since for one in self._waiting if not one.lazily), None)
        return 0.0 if since is None else time.monotonic() - since

    @property
    def trouble(self) -> str:
        """Why nothing new is safe, in a few words; "" if it is."""
        if self.outcome.is_safe or self.outcome.error is None:
            return ""
        return plain(self.outcome.error.detail.partition(";")[0].partition(" (")[0], 60)

    @property
    def is_elsewhere(self) -> bool:
        """Whether commits are kept in the user's state folder because the journal cannot be written."""
        return self.outcome.error is not None and self.outcome.is_safe

    def commit(self, document: Document, title: str, edits: tuple[Edit, ...], *, lazily: bool = False) -> None:
        """Have a commit written that led to this document, lazily if it is one of many that a run makes."""
        if self._keeper is None:
            self.document = document
            return
        now, number = time.monotonic(), self._keeper.add(title, edits)
        last = self._waiting[-1] if self._waiting else None
        if lazily and last is not None and last.lazily and now - last.since < TOGETHER * len(self._waiting):
            self._waiting[-1] = last._replace(number=number, document=document)
        else:
            self._waiting.append(Waiting(number, document, now, lazily))
        self._keeper.write(lazily=lazily)

    def with_camera(self, camera: Camera) -> None:
        """Let what is shown, and what waits to be, go by the camera's motion."""
        self.document = msgspec.structs.replace(self.document, camera=camera)
        self._waiting = deque(
            one._replace(document=msgspec.structs.replace(one.document, camera=camera)) for one in self._waiting
        )

    def retry(self) -> None:
        """Try once more to write what is not safe, or not where it belongs."""
        if self._keeper is not None and self.outcome.error is not None:
            self._keeper.write()

    def settle(self) -> None:
        """Have what was written lazily on a disk at once."""
        if self._keeper is not None and self._waiting:
            self._keeper.write()

    def hold(self, text: str) -> bool:
        """Keep a message until what it may speak of is shown; return False if nothing waits."""
        number = next((one.number for one in reversed(self._waiting) if not one.lazily), None)
        if number is not None:
            self._held.append((number, text))
        return number is not None

    def kept(self, outcome: Outcome) -> None:
        """Show what was kept, and what was not with a word that it is in danger."""
        while self._waiting and self._waiting[0].number <= outcome.number:
            self.number, self.document, *_ = self._waiting.popleft()
        before, self.outcome = self.outcome, outcome
        self._say(before, outcome)
        while self._held and self._held[0][0] <= outcome.number:
            self._tell(self._held.popleft()[1], "information")
        self._changed()

    def _say(self, before: Outcome, now: Outcome) -> None:
        if now.said:
            self._tell(now.said, "warning")
        if now.error is not None and not now.is_safe and before.is_safe:
            self._tell(f"{now.error.title}: kept in memory only. {now.error.detail}", "error")
        elif now.error is not None and now.second is not None and before.second is None:
            self._tell(f"{now.error.title}: kept in {now.second} until it can be. {now.error.detail}", "warning")
        elif now.error is None and before.error is not None:
            self._tell("The journal can be written again: everything is safe in it", "information")
