"""Dialogs about what objects are: attributes, tags of the frame, labels. Each hands its answer to an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.counting import counted
from engine.declarations import present
from engine.document import Attribute
from engine.palette import label_color
from tui.dialogs.meant import for_what_is_shown
from tui.screens.attributes import Attributes, Changes, Row
from tui.screens.edit_label import EditLabel
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from tui.window import Window


def attributes(app: Window) -> None:
    """Show the attributes of the selected object and the tags of the frame, and set what was changed."""
    session = app.session
    shape = session.shape(session.selection.selected)
    label = session.document.label(shape.label) if shape is not None else None
    declared = label.attributes if label is not None else ()
    values = shape.attributes if shape is not None else {}
    on = {tag.label for tag in session.document.tags.get(session.frame, ())}
    rows = [Row(attribute, present(attribute, values)) for attribute in declared]
    rows += [Row(Attribute(item.name, "checkbox"), item.name in on, tag=True) for item in session.document.labels]
    if not rows:
        app.say("There is no label yet: add one first", "warning")
        return
    title = f"{shape.label} {shape.id}" if shape is not None else f"Tags of frame {counted(session.frame)}"
    if shape is not None and not declared:
        title += " has no attributes: edit its label to declare some"

    def take(changes: Changes) -> None:
        changed, tags = changes
        if changed:
            app.do("shape.attributes", changed)
        for tag in tags:
            app.do("frame.tag", tag)

    app.ask(Attributes(title, rows), for_what_is_shown(app, take))


def edit_label(app: Window) -> None:
    """Edit a label: the only one, or one to pick."""
    known = app.session.document.labels
    if not known:
        app.say("There is no label yet: add one first", "warning")
    elif len(known) == 1:
        _edit(app, known[0].name)
    else:
        choices = [Choice(item.name, item.name, color=item.color or label_color(i)) for i, item in enumerate(known)]
        shape = app.session.shape(app.session.selection.selected)
        marked = shape.label if shape is not None else app.session.label
        app.ask(Pick("Edit which label?", choices, marked=marked), lambda name: _edit(app, name))


def _edit(app: Window, name: str) -> None:
    labels = app.session.document.labels
    place = next(i for i, item in enumerate(labels) if item.name == name)
    others = frozenset(item.name for item in labels if item.name != name)

    color = labels[place].color or label_color(place)
    app.ask(EditLabel(labels[place], color, others), lambda changes: app.do("label.edit", name, changes))
