"""The dialogs of a review: what its list is limited to, and the comment of a flag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engine.counting import counted
from engine.review.base import kinds
from engine.session.listing import listed
from tui.dialogs.meant import unchanged
from tui.screens.ask import Ask
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from engine.review.queue import Entry
    from engine.session import Session
    from tui.window import Window

PARTS: dict[str, tuple[str, Callable[[Entry], Iterable[str]]]] = {
    "kind": ("Reason", lambda entry: entry.kinds),
    "label": ("Label", lambda entry: (entry.label,)),
    "track": ("Track", lambda entry: map(str, entry.ids)),
    "state": ("State", lambda entry: (entry.state,)),
}
"""What a list can be limited by: what `review.filter` calls it, its title, what an entry has of it."""
ALL = "all"
NONE_IS_ON = "There is no review"


def filters(app: Window) -> None:
    """Pick what the list of entries is to be limited by, then to what; or that it is not limited at all."""
    review = app.session.review
    if not review.on:
        app.say(NONE_IS_ON, "warning")
        return
    now = {name: _now(app.session, name) for name in PARTS}
    choices = [Choice(name, f"{title}: {now[name] or ALL}") for name, (title, _) in PARTS.items()]
    choices.append(Choice(ALL, "no limits", enabled=any(now.values())))

    def take(name: str) -> None:
        if name != ALL:
            _value(app, name, now[name])
            return
        for one, value in now.items():
            if value:
                app.do("review.filter", one, "")

    title = f"{len(listed(review))} of {len(review.entries)} entries are listed"
    app.ask(Pick(title, choices, hint="Enter or a digit chooses what to limit by, Esc gives up"), take)


def _now(session: Session, name: str) -> str:
    value = getattr(session.review.filters, name)
    return "" if value is None else str(value)


def _value(app: Window, name: str, now: str) -> None:
    """Pick to what the list is limited, of what there is, each with how many entries it leaves."""
    title, values = PARTS[name]
    entries = app.session.review.entries
    found = Counter(value for entry in entries for value in values(entry))
    said = {id: kind.SPEC.name for id, kind in kinds().items()} if name == "kind" else {}
    ordered = sorted(found, key=int) if name == "track" else [value for value, _ in found.most_common()]
    choices = [Choice("", f"{ALL} ({len(entries)})")]
    choices += [Choice(value, f"{value or 'none'} ({found[value]})", said.get(value, "")) for value in ordered]
    app.ask(Pick(title, choices, marked=now), lambda value: app.do("review.filter", name, value))


def flag(app: Window) -> None:
    """Ask for the comment with which the entry that is looked at is flagged; it may be empty."""
    entry = app.session.review.at
    if not app.session.review.on or entry is None:
        app.say("No entry is looked at" if app.session.review.on else NONE_IS_ON, "warning")
        return
    first, last = counted(entry.first), counted(entry.last)
    frames = f"frame {first}" if first == last else f"frames {first} to {last}"
    title = f"What is wrong with {entry.label} {entry.ids[0]}, {frames}?"
    otherwise = "Another entry is looked at now: ask again"
    take = unchanged(app, lambda text: app.do("review.flag", text), _looked_at, otherwise)
    app.ask(Ask(title, "Enter flags it, with no comment too; Esc gives up", can_be_empty=True), take)


def _looked_at(session: Session) -> object:
    at = session.review.at
    return None if at is None else (at.ids[0], at.first, at.last)
