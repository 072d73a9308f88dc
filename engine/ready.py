"""Commits that are made where there is time: a job applies the edits, the session only takes the document over.

That holds if the document is still the one which the job began from; if not, the edits are applied to the present one.
Several commits of a run are one step of undo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.document import Document
from engine.edits import Arrange, Edit, PutPicture, apply_all
from engine.history import weight
from engine.pictures import introductions
from engine.pictures.lines import PictureOf, forgotten

Make = Callable[[Document], tuple[Edit, ...]]
"""Returns the edits for a document: asked again if that has changed, so that fresh ids are fresh."""


@dataclass(frozen=True)
class Ready:
    """A commit that was applied already."""

    title: str
    make: Make
    base: Document
    """What the edits were applied to."""
    edits: tuple[Edit, ...]
    document: Document
    """What came of it."""
    inverses: tuple[Edit, ...]
    weight: int
    """Bytes that the inverses hold."""
    run: str = ""
    """Commits of one run, one after the other, are one step of undo."""


def ready(title: str, base: Document, make: Make, picture_of: PictureOf, run: str = "") -> Ready:
    """Apply a commit to a document; raise EditError if it does not fit. May be called in any thread."""
    edits = make(base)
    edits = (*introductions(base, edits, picture_of), *edits)
    document, inverses = apply_all(base, edits)
    return Ready(title, make, base, edits, document, inverses, weight(inverses), run)


def replayed(document: Document, edits: tuple[Edit, ...]) -> tuple[Document, tuple[Edit, ...], tuple[Edit, ...]]:
    """Take a step back, or do it again: return the document, the edits that were applied, and their inverses.

    A picture that the step was the first to put something on is not forgotten where later ones have put something too.
    """
    forgets = tuple(edit for edit in edits if isinstance(edit, PutPicture) and edit.picture is None)
    if not forgets or any(isinstance(edit, Arrange) for edit in edits):
        document, inverses = apply_all(document, edits)
        return document, edits, inverses
    rest = tuple(edit for edit in edits if not (isinstance(edit, PutPicture) and edit.picture is None))
    document, inverses = apply_all(document, rest)
    forgets = forgotten(document, forgets)
    document, known = apply_all(document, forgets)
    return document, (*rest, *forgets), (*known, *inverses)
