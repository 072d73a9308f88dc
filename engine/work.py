"""What the annotator has in hand: nothing, an interactor, the scissors, a drawing, a brush, a shape being edited.

Each is frozen, so that undo is going back to the one before, and a preview can say what it belongs to. `mode` is the
keymap's mode while it is in hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import msgspec

from engine.document import Point, Rle, Shape, ShapeType
from engine.prompt import Prompt
from engine.tools.base import Prediction


@dataclass(frozen=True)
class Idle:
    """Nothing in hand."""

    mode: ClassVar[str] = "main"


@dataclass(frozen=True)
class Interact:
    """An interactor with its prompt, and the newest answer (which may belong to an older prompt)."""

    mode: ClassVar[str] = "prompt"
    tool: str
    prompt: Prompt = field(default_factory=Prompt)
    corner: Point | None = None
    """First corner of a box that is being drawn."""
    boxing: bool = False
    """The next clicks are the corners of a box."""
    answered: Prompt | None = None
    """The prompt that `answer` answers."""
    answer: Prediction | None = None
    start: Prediction | None = None
    """The mask that a reopened shape had: what a tool that refines begins with."""
    choice: int = 0
    """Which of the answer's alternatives is shown."""
    finishing: bool = False
    """Finish as soon as the present prompt is answered."""
    replaces: int | None = None
    """The shape that was reopened."""

    @property
    def chosen(self) -> Prediction | None:
        """The answer that is shown."""
        if self.answer is None or self.choice == 0 or not self.answer.alternatives:
            return self.answer
        return self.answer.alternatives[(self.choice - 1) % len(self.answer.alternatives)]


@dataclass(frozen=True)
class Scissors:
    """A path along an outline: points, the line between each and the next, and the live line to the cursor."""

    mode: ClassVar[str] = "prompt"
    tool: str
    points: tuple[Point, ...] = ()
    lines: tuple[tuple[Point, ...], ...] = ()
    """lines[i] runs from points[i] to points[i + 1], both ends included; () until it was traced."""
    live: tuple[Point, ...] = ()
    closing: tuple[Point, ...] = ()
    """The line from the last point to the first, once traced."""
    finishing: bool = False
    replaces: int | None = None

    @property
    def traced(self) -> bool:
        """Whether every line between its points is there."""
        return all(self.lines)


@dataclass(frozen=True)
class Draw:
    """A shape being drawn point by point."""

    mode: ClassVar[str] = "draw"
    type: ShapeType
    points: tuple[Point, ...] = ()
    replaces: int | None = None


@dataclass(frozen=True)
class Brush:
    """A mask being painted."""

    mode: ClassVar[str] = "brush"
    mask: Rle | None = None
    erase: bool = False
    down: bool = False
    """The brush is on the picture: moving the cursor paints."""
    last: Point | None = None
    """Where the stroke has come to."""
    replaces: int | None = None


@dataclass(frozen=True)
class Edit:
    """A finished shape being changed: a vertex, or the whole of it, may be on the cursor."""

    mode: ClassVar[str] = "edit"
    shape: Shape
    """As it is shown now; committed when what is grabbed is dropped."""
    vertex: int | None = None
    grabbed: bool = False
    anchor: Point | None = None
    """Where the whole shape was grabbed; None while a vertex is."""
    slack: Point = (0.0, 0.0)
    """From the cursor to the vertex when it was grabbed, so that a click beside it does not move it."""
    before: Shape | None = None
    """As it was when something was grabbed."""

    def of(self, stored: Shape | None) -> Edit | Idle:
        """Return the same in step with a document that has changed; what is grabbed stays on the cursor."""
        if stored is None:
            return Idle()
        if not self.grabbed:
            return replace(self, shape=stored)
        held = {"points": self.shape.points, "rotation": self.shape.rotation, "mask": self.shape.mask}
        return replace(self, shape=msgspec.structs.replace(stored, **held), before=stored)


Work = Idle | Interact | Scissors | Draw | Brush | Edit
STEPS = 1_000
"""Steps of what is in hand that can be taken back."""
ANSWERS = 64 << 20
"""Bytes of earlier answers kept with them: where one is missing, going back to its prompt asks for it again."""


def bounded(past: list[Work]) -> list[Work]:
    """Return the first step and the newest ones, the answers of older ones left out beyond `ANSWERS`."""
    kept, total = past if len(past) <= STEPS else [past[0], *past[1 - STEPS :]], 0
    for index in range(len(kept) - 1, -1, -1):
        work = kept[index]
        if isinstance(work, Interact) and work.answer is not None:
            total += work.answer.mask.nbytes * (1 + len(work.answer.alternatives))
            if total > ANSWERS:
                kept[index] = replace(work, answer=None, answered=None, choice=0)
    return kept


def emptied(work: Interact | Scissors | Draw | Brush) -> Work:
    """Return the same tool as it is when it is taken in hand, for no object yet."""
    match work:
        case Interact():
            return Interact(work.tool, boxing=work.boxing)
        case Scissors():
            return Scissors(work.tool)
        case Draw():
            return Draw(work.type)
        case Brush():
            return Brush(erase=work.erase)


def one_less(work: Work) -> Work | None:
    """Return it without the last point that it was reopened with, None if it has none."""
    if isinstance(work, Interact) and work.prompt.clicks:
        return replace(work, prompt=work.prompt.without(len(work.prompt.clicks) - 1))
    if isinstance(work, Scissors) and work.points:
        return replace(work, points=work.points[:-1], lines=work.lines[:-1], live=(), closing=())
    return None
