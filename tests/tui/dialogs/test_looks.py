"""What every dialog looks like in a small terminal and in a large one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.document import TableRow
from engine.errors import ChangedError
from tests.tui.in_process import on_top, running, text_of, until, write
from tests.tui.looks import SIZES, looks_as_it_did
from tui.app import TermwandApp
from tui.dialogs import own
from tui.screens.label_table import LabelTable, Shown
from tui.screens.models import Details, Models, Row
from tui.screens.pick import Choice, Pick

ROWS = [
    Row("hrnet", "HRNet", "coco_lvis_h18_itermask.pth", "40 MB", "in use", "MIT", here=True, used=True),
    Row("toy", "A model of a very long name", "toy_with_a_long_name_of_its_own.pth", "2.4 GB", "fetching 40 %",
        "CC-BY-NC-4.0, for non-commercial use only"),
]  # fmt: skip
CHOICES = [
    Choice("a", "Graph cut", "Points inside and outside.\nNeeds no weights"),
    Choice("b", "A tool of a name that is longer than any list is wide, and then some more of it to be cut off", "x"),
    Choice("c", "Not to be had", "Its packages are missing", enabled=False),
    Choice("d", "Red", "A label", color="#ff0000"),
]
TABLE = (
    TableRow("person", "person"), TableRow("car", "car", 0.35), TableRow("car", "a vehicle of a name that is too long"),
    TableRow("bus"), *(TableRow(f"label {number} of theirs which is long") for number in range(12)),
)  # fmt: skip
KNOWN = Shown(
    "Mask R-CNN", ("car", "person"), 0.5, {"person": 12, "bus": 3}, frames=6, polygons=True, attributes=("age",),
    tiles=640, tracks=True,
)  # fmt: skip
CHANGED = ChangedError("The file has changed", "annotations.termwand.yaml was written by another program at 12:00")


def by(keys: str) -> Callable[[TermwandApp], object]:
    return lambda app: write(app, keys)


SHOWN: dict[str, tuple[Any, ...]] = {
    "ask": (by(":"), "Ask"),
    "ask-new-label": (by("S"), "Ask"),
    "attributes": (by("\tA"), "Attributes"),
    "attributes-of-no-object": (by("A"), "Attributes"),
    "confirm": (lambda app: own.changed_on_disk(app, CHANGED), "Confirm"),
    "confirm-at-the-end": (lambda app: own.could_not_save(app, CHANGED), "Confirm"),
    "details": (lambda app: app.push_screen(Details("HRNet: file", "A model.\n" + "Line\n" * 60)), "Details"),
    "edit-label": (by("\tY\r"), "EditLabel"),
    "first-run": (lambda app: own.first_run(app, lambda: None), "FirstRun"),
    "help": (by("?"), "Help"),
    "help-in-hand": (by("b?"), "Help"),
    "help-filtered": (by("?brush"), "Help"),
    "label-table": (lambda app: app.push_screen(LabelTable(TABLE, KNOWN)), "LabelTable"),
    "models": (lambda app: app.push_screen(Models(lambda: ROWS, lambda what, row: None, marked="toy")), "Models"),
    "palette": (by("!"), "Palette", "Step by +1"),
    "palette-filtered": (by("!bounding"), "Palette", "bounding box"),
    "pick": (lambda app: app.push_screen(Pick("OpenCV", CHOICES)), "Pick"),
    "pick-label": (by("s"), "Pick"),
    "steps": (by("bU"), "Pick"),
}
"""How each is opened, its class, and words that come later than it."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SHOWN)
async def test_it_looks_as_it_did(scene, name, size):
    open_it, screen, *words = SHOWN[name]
    async with running(scene, labels="", size=size) as app:
        if name == "steps":
            app.do("shape.select", 1)
            app.do("shape.occluded")
            app.do("label.add", "bicycle")
            app.do("history.undo")
        open_it(app)
        await until(lambda: on_top(app) == screen)
        if name == "confirm":
            app.screen.hear()
        await until(lambda: on_top(app) == screen and all(word in text_of(app) for word in words))
        await looks_as_it_did(app, f"dialogs/{name}")
