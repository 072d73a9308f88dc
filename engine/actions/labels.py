"""Which label is in use: chosen by number or name, or added; the selection takes it, with those of its values that fit.

Apart from the attributes, which are what a label declares: here one label takes another's place on an object.
"""

from __future__ import annotations

from engine import items
from engine.actions import action
from engine.declarations import carried
from engine.document import Label, Shape
from engine.edits import Edit, PutLabels
from engine.errors import EditError, nearest
from engine.gestures import Editing, Idle
from engine.gestures.making import changed_shape
from engine.palette import label_color
from engine.session import Session


@action("label.choose", "Label {0} for the tool or the selection")
def choose_number(session: Session, number: str | int) -> None:
    """Use the label of that number (1 is the first)."""
    labels = session.document.labels
    if not 1 <= int(number) <= len(labels):
        session.tell(f"There is no label {number}: this document has {len(labels)}", "warning")
        return
    choose(session, labels[int(number) - 1].name)


@action("label.use", "Use a label by name")
def choose(session: Session, name: str) -> None:
    """Use a label for the tool in hand, or with none in hand give it to the selected shape."""
    label = session.document.label(name)
    if label is None:
        raise EditError(f'No label is called "{name}"', nearest(name, [item.name for item in session.document.labels]))
    _use(session, label, f"Label {name}")


@action("label.add", "Add a label")
def add_label(session: Session, name: str) -> None:
    """Add a label (or several, with commas between), and use the first as if it had been chosen, in one step."""
    labels = list(session.document.labels)
    before, taken = len(labels), {label.name for label in labels}
    for part in (piece.strip() for piece in name.split(",")):
        if part and part not in taken:
            labels.append(Label(part, color=label_color(len(labels))))
            taken.add(part)
    if len(labels) == before:
        raise EditError("No new label", "the name is empty or there already")
    _use(session, labels[before], f"Add label {labels[before].name}", PutLabels(tuple(labels)))


def _use(session: Session, label: Label, title: str, *before: Edit) -> None:
    """Commit `before` and the label of what bears one now, as one step; only then it is the label in use."""
    shape = _bearer(session)
    edits, lost = list(before), ""
    if shape is not None and shape.label != label.name:
        values = carried(shape.attributes, label.attributes)
        lost = ", ".join(name for name in shape.attributes if name not in values)
        edits += items.put(session.document, changed_shape(shape, label=label.name, attributes=values))
        title += f" {shape.id}"
    session.commit(title, *edits)
    session.label = label.name
    if lost:
        session.tell(f"Label {label.name} does not take what was said of: {lost}", "warning")
    session.changed()


def _bearer(session: Session) -> Shape | None:
    """Return the shape that a chosen label is for: the one that is redrawn, else the selected one; no locked one."""
    held = session.gesture
    shape = session.shape(session.selection.selected if isinstance(held, Idle | Editing) else held.reopened)
    return shape if shape is not None and shape.id not in session.selection.locked else None
