"""A label's name, colour and attributes, to type."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from engine.declarations import parse, spelled
from engine.document import Label
from engine.errors import EditError
from engine.label_rules import labels_problem
from engine.text import plain
from tui.screens.modal import Dialog

HINT = """Attributes, with ; between:  color: select red|green|blue;  parked: checkbox = yes;
speed: number 0..200 mutable;  plate: text.  Kinds: select, radio, checkbox, number, text;
mutable ones may change along a track. Tab goes on, Enter keeps all, Esc nothing."""


class EditLabel(Dialog[dict[str, str]]):
    """Three lines to type into; returns those that were changed (name, color, attributes), and changes nothing."""

    DEFAULT_CSS = """
    EditLabel Input { width: 84; max-width: 100%; }
    EditLabel .problem { color: $error; width: 84; max-width: 100%; height: auto; }
    EditLabel .hint { height: auto; }
    """

    def __init__(self, label: Label, color: str, others: frozenset[str]) -> None:
        super().__init__()
        self._label, self._others = label, others
        self._before = {"name": label.name, "color": color, "attributes": spelled(label.attributes)}

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with Vertical():
            yield Static(plain(f"Label {self._label.name}"), classes="title", markup=False)
            for field, what in (("name", "Name"), ("color", "Colour, like #ff8800"), ("attributes", "Attributes")):
                yield Static(what, markup=False)
                yield Input(plain(self._before[field]), id=field)
            yield Static("", classes="problem", markup=False)
            yield Static(HINT, classes="hint", markup=False)

    def on_input_submitted(self) -> None:
        """Return what is different, unless it does not fit: then say why and stay."""
        typed = {field: self.query_one(f"#{field}", Input).value.strip() for field in self._before}
        changed = {field: text for field, text in typed.items() if text != plain(self._before[field])}
        problem = self._problem(changed)
        if problem:
            self.query_one(".problem", Static).update(plain(problem))
        else:
            self.dismiss(changed)

    def _problem(self, changed: dict[str, str]) -> str:
        if changed.get("name") in self._others:
            return f"There is a label {changed['name']} already"
        try:
            attributes = parse(changed["attributes"]) if "attributes" in changed else ()
        except EditError as error:
            return f"{error.title}: {error.detail}"
        name, color = changed.get("name", self._label.name), changed.get("color", "")
        return labels_problem([Label(name, color, attributes=attributes)])
