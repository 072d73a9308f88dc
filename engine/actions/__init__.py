"""Named things that a key can do: one file per noun, found by scanning this package.

An action is a function `(session, *args)` with a name such as "frames.next" and a description that help, palette and
documents show. Arguments come from a keymap as text, or from the mouse as values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.discover import modules_of
from engine.errors import KeymapError, nearest

if TYPE_CHECKING:
    from engine.session import Session

Function = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Action:
    """A name, what it does in a few words, and the function."""

    name: str
    help: str
    run: Function


def action(name: str, help: str) -> Callable[[Function], Function]:
    """Mark a function as the action of that name."""

    def mark(function: Function) -> Function:
        function.action = Action(name, help, function)  # type: ignore[attr-defined]
        return function

    return mark


def load_actions() -> dict[str, Action]:
    """Return every action by name, in the order of files and of lines."""
    found: dict[str, Action] = {}
    for module in modules_of(__name__):
        for value in vars(module).values():
            entry = getattr(value, "action", None)
            if isinstance(entry, Action) and value.__module__ == module.__name__:
                found[entry.name] = entry
    return found


ORDERED = ("frames.with_object", "shape.next", "edit.vertex", "prompt.choice", "track.step")
"""Actions whose argument is a direction: 1 reads "next", -1 "previous"."""


def described(help: str, name: str, args: tuple[str, ...]) -> str:
    """Return what an action does with these arguments, in words."""
    if "{0}" not in help:
        return help
    first = args[0] if args else "1"
    if name in ORDERED:
        first = "next" if not first.startswith("-") else "previous"
    elif first.replace(".", "").isdigit() and name != "label.choose":
        first = f"+{first}"
    if len(args) > 1:
        first += f" x {args[1]}"
    return help.replace("{0}", first)


def perform(actions: dict[str, Action], session: Session, name: str, *args: Any) -> None:
    """Run an action by name; raise KeymapError for a name or, from a keymap, arguments that there are not."""
    if name not in actions:
        raise KeymapError(f'No action is called "{name}"', nearest(name, actions))
    session.effort.took(name, session.hand.tool, session.view.clock())
    try:
        actions[name].run(session, *args)
    except (KeyError, TypeError, ValueError) as error:
        if not args or not _came_from_text(args):
            raise
        raise KeymapError(f'"{name}" cannot be done with "{" ".join(args)}"', "correct the keymap") from error


def _came_from_text(args: tuple[Any, ...]) -> bool:
    return all(isinstance(value, str) for value in args)
