"""What makes a list of labels, their attributes and a detector's label table valid; see `engine.rules`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.document import Attribute, Label, TableRow
from engine.rules import LONGEST_NAME, LONGEST_TEXT, attributes_problem, name_problem, text_problem

_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def labels_problem(labels: Iterable[Label]) -> str:
    """Say what is wrong with a document's labels."""
    seen: set[str] = set()
    for label in labels:
        problem = name_problem(label.name, "a label's name") or text_problem(label.hotkey, "a hot key", LONGEST_NAME)
        if not problem and label.name in seen:
            problem = f'there are two labels "{label.name}"'
        if not problem and label.color and not _COLOR.match(label.color):
            problem = f'the colour of label "{label.name}" must be written like #ff8800'
        problem = problem or attribute_list_problem(label.name, label.attributes)
        if problem:
            return problem
        seen.add(label.name)
    return ""


def attribute_list_problem(label: str, attributes: Iterable[Attribute]) -> str:
    """Say what is wrong with a label's attributes."""
    seen: set[str] = set()
    for attribute in attributes:
        problem = name_problem(attribute.name, "an attribute's name")
        if not problem and attribute.name in seen:
            problem = f'label "{label}" has two attributes "{attribute.name}"'
        ends = {"default": attribute.default}
        ends |= {
            key: end for key, end in (("minimum", attribute.minimum), ("maximum", attribute.maximum)) if end is not None
        }
        problem = (
            problem
            or attributes_problem(ends)
            or next(filter(None, (text_problem(value, "a value", LONGEST_TEXT) for value in attribute.values)), "")
        )
        if problem:
            return problem
        seen.add(attribute.name)
    return ""


def table_problem(rows: Iterable[TableRow]) -> str:
    """Say what keeps a label table from being saved."""
    return next(filter(None, map(_row_problem, rows)), "")


def _row_problem(row: TableRow) -> str:
    texts = (row.ours, row.phrase, *row.attributes.values())
    threshold = row.threshold
    return (
        name_problem(row.theirs, "a detector's label")
        or next(filter(None, (text_problem(text, "a label, phrase or attribute") for text in texts)), "")
        or next(filter(None, (name_problem(name, "an attribute's name") for name in row.attributes)), "")
        or ("" if threshold is None or 0 <= threshold <= 1 else "a threshold must be from 0 to 1")
    )
