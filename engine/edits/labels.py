"""Edits of labels, tags and label tables."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine import label_rules, rules
from engine.document import Document, Label
from engine.edit_types import Edit, PutLabels, PutTable, PutTags
from engine.edits.common import frame_problem, must


def put_labels(document: Document, edit: PutLabels) -> tuple[Document, Edit]:
    """Replace the labels."""
    must(label_rules.labels_problem(edit.labels), "The list of labels")
    before = {label.name: label for label in document.labels}
    now = {label.name: label for label in edit.labels}
    # only a label that went or allows less can leave shapes without one, so only then is every shape looked at
    if any(name not in now or (now[name].types and now[name].types != old.types) for name, old in before.items()):
        must(_uses_problem(document, edit.labels), "The list of labels")
    return replace(document, labels=tuple(edit.labels)), PutLabels(document.labels)


def _uses_problem(document: Document, labels: tuple[Label, ...]) -> str:
    uses: set[tuple[str, Any]] = {(shape.label, shape.type) for shape in document.all_shapes()}
    uses |= {(track.label, track.type) for track in document.tracks.values()}
    uses |= {(tag.label, None) for tags in document.tags.values() for tag in tags}
    problems = (rules.label_use_problem(labels, name, kind) for name, kind in sorted(uses, key=str))
    return next((f"{problem} (it is in use)" for problem in problems if problem), "")


def put_tags(document: Document, edit: PutTags) -> tuple[Document, Edit]:
    """Replace the tags of a frame."""
    must(frame_problem(document, edit.frame), "The tag")
    for tag in edit.tags:
        must(rules.tag_problem(tag, document.labels), "The tag")
        must("" if tag.frame == edit.frame else f"it is on frame {tag.frame}, not {edit.frame}", "The tag")
    old = document.tags.get(edit.frame, ())
    if edit.tags:
        tags = document.tags.set(edit.frame, tuple(edit.tags))
    else:
        tags = document.tags.delete(edit.frame) if old else document.tags
    return replace(document, tags=tags), PutTags(edit.frame, old)


def put_table(document: Document, edit: PutTable) -> tuple[Document, Edit]:
    """Replace a detector's label table."""
    must(rules.name_problem(edit.detector, "a detector's name"), "The label table")
    must(label_rules.table_problem(edit.rows or ()), "The label table")
    old = document.tables.get(edit.detector)
    if edit.rows is not None:
        tables = document.tables.set(edit.detector, tuple(edit.rows))
    else:
        tables = document.tables if old is None else document.tables.delete(edit.detector)
    return replace(document, tables=tables), PutTable(edit.detector, old)
