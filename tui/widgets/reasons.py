"""Why an entry of a review is in the queue, in words for panels that name its track beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.text import plain

if TYPE_CHECKING:
    from engine.review.queue import Entry


def reasons(entry: Entry) -> list[str]:
    """Return what each kind says, the likeliest first, without the name where a sentence begins with it."""
    name = f" {entry.ids[0]} ({plain(entry.label, 40)}) "
    found = {finding.kind: finding.text for finding in reversed(entry.findings)}
    return [_without(name, found[kind]) for kind in entry.kinds]


def _without(name: str, text: str) -> str:
    """Return a sentence without its first words, "track" or a shape's type and a name."""
    what, named, rest = text.partition(name)
    return rest if named and " " not in what else text
