"""The labels that a command line names: one by one with commas between, or in a text file with one name a line.

Apart from opening, which has enough to do with media and documents, and because batch commands take labels alike.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.document import Label
from engine.errors import AppError
from engine.label_rules import labels_problem
from engine.palette import label_color
from engine.text import plain
from engine.textfile import text_in

LARGEST = 16 << 20
"""Bytes of a file of labels."""


def labels_from(text: str, known: tuple[Label, ...]) -> tuple[Label, ...]:
    """Return the known labels and further ones; raise AppError where the file cannot be read or a name is none.

    In a file, lines that begin with # are remarks.
    """
    file = os.path.expanduser(text)
    names = _lines(Path(file)) if text and os.path.isfile(file) else text.split(",")
    labels, taken = list(known), {label.name for label in known}
    for name in (name.strip() for name in names):
        if name and not name.startswith("#") and name not in taken:
            labels.append(Label(name, color=label_color(len(labels))))
            taken.add(name)
    problem = labels_problem(labels[len(known) :])
    if problem:
        raise AppError("The labels cannot be used", plain(problem, 300))
    return tuple(labels)


def _lines(file: Path) -> list[str]:
    try:
        return text_in(file, LARGEST).split("\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise AppError("The labels cannot be read", f"{reason} ({plain(str(file))})") from error
