"""What an annotator tells an interactor: points that are inside, points that are outside, perhaps a box.

Immutable, so that a preview can say which prompt it answers by holding it, and undo is keeping the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document import Box, Point


@dataclass(frozen=True, slots=True)
class Click:
    """One point of a prompt, in frame pixels; `positive` False means outside the object."""

    point: Point
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """Clicks in the order they were given, and a box if there is one."""

    clicks: tuple[Click, ...] = ()
    box: Box | None = None

    @property
    def positive(self) -> tuple[Point, ...]:
        """Points inside the object."""
        return tuple(click.point for click in self.clicks if click.positive)

    @property
    def negative(self) -> tuple[Point, ...]:
        """Points outside the object."""
        return tuple(click.point for click in self.clicks if not click.positive)

    def __bool__(self) -> bool:
        return bool(self.clicks) or self.box is not None

    def add(self, point: Point, *, positive: bool = True) -> Prompt:
        """Return the prompt with one more click."""
        return replace(self, clicks=(*self.clicks, Click(point, positive)))

    def without(self, index: int) -> Prompt:
        """Return the prompt without its click number `index`."""
        return replace(self, clicks=self.clicks[:index] + self.clicks[index + 1 :])

    def with_box(self, box: Box | None) -> Prompt:
        """Return the prompt with this box."""
        return replace(self, box=box)
