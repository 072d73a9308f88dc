"""Names of the classes that an R-CNN's numbers stand for; 0 is the background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.tools.detecting.labels import names_for

BACKGROUND = ("", "background", "__background__", "bg")


def named(path: Path, classes: int, published: Sequence[str]) -> tuple[str, ...]:
    """Return names by number: of the set's file of labels, which may begin with class 1, or else the published ones.

    `classes` is how many the network tells apart, background included, 0 if that is not known; raise WeightsError where
    the names are not as many.
    """
    found = names_for(path, {}, classes, published, shifted=True)
    return ("", *found[1:]) if found and found[0].lower() in BACKGROUND else ("", *found)
