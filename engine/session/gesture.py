"""The gesture: what the annotator has in hand, as a frozen value. What its kinds are and do is in `engine.gestures`.

One step of it is another value, so that undo is going back to the one before. Here is what a session has to know of
any kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.document import Shape


@dataclass(frozen=True)
class Gesture:
    """Something in hand."""

    mode: ClassVar[str] = "main"
    """The keymap's mode while it is in hand."""
    takes_points: ClassVar[bool] = False
    """The next click sets a point: the jump's grid may open by itself for it."""

    @property
    def interactor(self) -> str:
        """The id of the interactor that it works with, "" if with none."""
        return ""

    @property
    def subject(self) -> int | None:
        """The item that it shows in its own way while it is changed."""
        return None

    @property
    def reopened(self) -> int | None:
        """The item whose place it takes when it is finished."""
        return None

    @property
    def is_waiting(self) -> bool:
        """Whether it finishes by itself as soon as an answer is there."""
        return False

    @property
    def is_asking(self) -> bool:
        """Whether it asks for an answer, and so tells of what stands in the way of one itself."""
        return False

    @property
    def answer_bytes(self) -> int:
        """Memory that its answer takes."""
        return 0

    def unanswered(self) -> Gesture:
        """Return the same without its answer, which can be asked for again."""
        return self

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say whether it holds what would be missed, with or without steps before and after it."""
        return past or (future and self.reopened is not None)

    def emptied(self) -> Gesture:
        """Return the same tool as it is when it is taken in hand, for no object yet."""
        return self

    def one_less(self) -> Gesture | None:
        """Return it without the last point that it was reopened with, None if it has none."""
        return None

    def carried(self) -> Gesture:
        """Return what stays of it on another frame."""
        return Idle()

    def taken_by(self) -> tuple[str, ...]:
        """Return the action, with arguments, that takes such a tool in hand; () if there is none."""
        return ()

    def following(self, stored: Shape | None) -> Gesture:
        """Return the same in step with its subject as it stands in a document that has changed."""
        return self


@dataclass(frozen=True)
class Idle(Gesture):
    """Nothing in hand."""

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say no."""
        return False


STEPS = 1_000
"""Steps of what is in hand that can be taken back."""
ANSWERS = 64 << 20
"""Bytes of earlier answers kept with them: where one is missing, going back to its prompt asks for it again."""


def bounded(past: list[Gesture]) -> list[Gesture]:
    """Return the first step and the newest ones, the answers of older ones left out beyond `ANSWERS`."""
    kept, total = past if len(past) <= STEPS else [past[0], *past[1 - STEPS :]], 0
    for index in range(len(kept) - 1, -1, -1):
        if size := kept[index].answer_bytes:
            total += size
            if total > ANSWERS:
                kept[index] = kept[index].unanswered()
    return kept
