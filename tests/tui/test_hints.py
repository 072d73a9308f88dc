"""The line of keys offers what the tool in hand takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rich.text import Text

from engine.actions.preparing import AHEAD
from engine.jobs import Progress
from engine.jump import Jump
from engine.keymap import load_keymap
from engine.view import View
from engine.work import Idle, Interact
from tui.state import under_way
from tui.widgets.status_bar import HINTS, HintBar, Part, fitted, useless


@pytest.mark.parametrize(
    ("tool", "left_out"), [("dextr", {"point.negative", "prompt.box"}), ("sam", set()), ("graphcut", set())]
)
def test_what_a_tool_does_not_take_is_not_offered(tool: str, left_out: set[str]) -> None:
    assert useless(SimpleNamespace(work=Interact(tool))) == left_out
    assert left_out <= {command for command, _ in HINTS["prompt"]}


def test_everything_is_offered_without_a_tool() -> None:
    assert not useless(SimpleNamespace(work=Idle()))


def test_progress_says_what_belongs_to_the_next_frame_and_nothing_twice() -> None:
    half = Progress(1, "Encoding the picture", 1, 2)
    progress = {AHEAD[0]: half, AHEAD[1]: half, "interact": Progress(2, "")}
    session = SimpleNamespace(frame=7, progress=progress)
    assert under_way(session) == ["Encoding the picture 50 %", "next: Encoding the picture 50 %"]
    progress["interact"] = half  # the same work: whoever asked for it
    assert under_way(session) == ["Encoding the picture 50 %", "next: Encoding the picture 50 %"]


def test_what_is_under_way_is_seen_in_a_narrow_line() -> None:
    words = {" 0/5 ": 0, "a.jpg ": 4, "│ 640.0,360.0 44% ": 3, "│ ■ car": 0, " │ 12 points": 2, " Encoding 40 % ": 0}
    parts = [Part(Text(text), rank) for text, rank in words.items()]
    parts.insert(4, Part(Text(" │ SAM (Segment Anything) 1+ 0-"), brief=Text(" │ SAM 1+ 0-")))
    assert fitted(parts, 160).plain == "".join(part.text.plain for part in parts)
    assert fitted(parts, 84).plain == " 0/5 a.jpg │ 640.0,360.0 44% │ ■ car │ SAM 1+ 0- │ 12 points Encoding 40 % "
    assert fitted(parts, 60).plain == " 0/5 │ ■ car │ SAM 1+ 0- │ 12 points Encoding 40 % "
    assert fitted(parts, 10).plain == " 0/5 │ ■ car │ SAM 1+ 0- Encoding 40 % "


@pytest.mark.parametrize("keymap", ["cvat", "keyboard", "left-hand"])
def test_all_that_helps_in_the_jumps_grid_fits_eighty_columns(keymap: str) -> None:
    bar = HintBar(load_keymap(keymap))
    view = View(jump=Jump((0.0, 0.0), View().viewport, View().cell))
    bar.show(SimpleNamespace(work=Interact("sam"), view=view))
    line = bar.render()
    assert line.cell_len <= 80 and all(word in line.plain for word in ("letters", "click", "finish", "Esc cancel"))
