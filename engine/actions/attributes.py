"""What objects and frames are besides their place: attributes, tags, and the labels that declare them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine import items
from engine.actions import action
from engine.counting import counted
from engine.declarations import checked, parse
from engine.document import AttributeValue, Document, Label, TableRow, Tag
from engine.edits import Edit, PutLabels, PutShapes, PutTable, PutTags, PutTrack
from engine.errors import EditError, nearest
from engine.gestures.making import changed_shape
from engine.gestures.selected import chosen
from engine.session import Session, matched

Tables = Mapping[str, tuple[TableRow, ...]]
"""Of detectors, by their ids."""


@action("shape.attribute", "Set an attribute of the selected object")
def set_one(session: Session, name: str, value: AttributeValue) -> None:
    """Set an attribute of the selected shape."""
    set_several(session, {name: value})


@action("shape.attributes", "Set attributes of the selected object")
def set_several(session: Session, values: Mapping[str, AttributeValue]) -> None:
    """Set attributes of the selected shape in one step; raise EditError, with nothing set, if one does not fit."""
    shape = chosen(session)
    if shape is None:
        return
    label = _label(session.document, shape.label)
    declared = {attribute.name: attribute for attribute in label.attributes}
    after = dict(shape.attributes)
    for name, value in values.items():
        if name not in declared:
            hint = nearest(name, declared) if declared else "edit the label to declare some"
            raise EditError(f'Label "{label.name}" has no attribute "{name}"', hint)
        after[name] = checked(declared[name], value)
    if after != shape.attributes:
        changed = changed_shape(shape, attributes=after)
        session.commit(f"Attributes {shape.label} {shape.id}", *items.put(session.document, changed))


@action("frame.tag", "Put a tag on the frame, or take it off")
def toggle_tag(session: Session, label: str) -> None:
    """Toggle a label as a tag of the shown frame."""
    name, frame = _label(session.document, label).name, session.frame
    tags = session.document.tags.get(frame, ())
    rest = tuple(tag for tag in tags if tag.label != name)
    title = "Untag" if len(rest) < len(tags) else "Tag"
    after = rest if len(rest) < len(tags) else (*tags, Tag(frame, name))
    session.commit(f"{title} frame {counted(frame)} {name}", PutTags(frame, after))


@action("label.edit", "Change a label")
def edit(session: Session, old: str, changes: Mapping[str, str]) -> None:
    """Change a label's name, color or attributes: those that `changes` names."""
    edit_label(session, old, **changes)


def edit_label(
    session: Session, old: str, *, name: str | None = None, color: str | None = None, attributes: str | None = None
) -> None:
    """Rename a label with everything that bears it, change its colour (#rrggbb) or its attributes, in one step.

    `attributes` is text as `engine.declarations` reads it. What is None stays. Values that shapes have of attributes
    which are declared no more are kept.
    """
    label = _label(session.document, old)
    new = msgspec.structs.replace(
        label,
        name=label.name if name is None else name.strip(),
        color=label.color if color is None else color.strip(),
        attributes=label.attributes if attributes is None else parse(attributes),
    )
    if new == label:
        return
    in_use, copied = session.label == old, session.selection.clipboard
    tables = matched.tables_with(session, old) if new.name != old else {}
    session.commit(f"Edit label {old}", *_relabelling(session.document, tables, label, new), touches=False)
    if copied is not None and copied.label == old:
        session.selection.clipboard = changed_shape(copied, label=new.name)
    if in_use:
        session.label = new.name
        session.changed()


def _relabelling(document: Document, tables: Tables, old: Label, new: Label) -> list[Edit]:
    """Return the edits that put a label in another's place, each of which fits the document left by those before it."""
    replaced = tuple(new if label.name == old.name else label for label in document.labels)
    if new.name == old.name:
        return [PutLabels(replaced)]
    if document.label(new.name) is not None:
        raise EditError(f'There is a label "{new.name}" already', "choose another name")
    return [PutLabels((*document.labels, new)), *_bearing(document, tables, old.name, new.name), PutLabels(replaced)]


def _bearing(document: Document, tables: Tables, old: str, new: str) -> list[Edit]:
    """Return the edits that rename a label wherever it is used; `tables` are those with rows that go to it."""
    rename = msgspec.structs.replace
    borne = tuple(rename(s, label=new) for s in document.all_shapes() if s.label == old)
    edits: list[Edit] = [PutShapes(borne)] if borne else []
    edits += [PutTrack(rename(t, label=new)) for _, t in sorted(document.tracks.items()) if t.label == old]
    for frame, tags in sorted(document.tags.items()):
        if any(tag.label == old for tag in tags):
            edits.append(PutTags(frame, tuple(rename(t, label=new) if t.label == old else t for t in tags)))
    for detector, rows in sorted(tables.items()):
        edits.append(PutTable(detector, tuple(rename(r, ours=new) if r.ours == old else r for r in rows)))
    return edits


def _label(document: Document, name: str) -> Label:
    label = document.label(name)
    if label is None:
        raise EditError(f'No label is called "{name}"', nearest(name, [item.name for item in document.labels]))
    return label
