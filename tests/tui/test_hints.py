"""The line of keys offers what the tool in hand takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rich.text import Text

from engine.gestures import Idle, Prompting
from engine.gestures.preparing import AHEAD
from engine.jobs import Progress
from engine.keymap import Command, load_keymap, shipped
from engine.modes import LOOKS
from tui.widgets.hint_bar import HintBar, fitting, hints, useless
from tui.widgets.parts import Part, fitted
from tui.widgets.status_words import under_way


@pytest.mark.parametrize(
    ("tool", "left_out"), [("dextr", {"point.negative", "prompt.box"}), ("sam", set()), ("graphcut", set())]
)
def test_what_a_tool_does_not_take_is_not_offered(tool: str, left_out: set[str]) -> None:
    assert useless(SimpleNamespace(gesture=Prompting(tool))) == left_out
    assert left_out <= {command for command, _ in LOOKS["prompt"].hints}


def test_everything_is_offered_without_a_tool() -> None:
    assert not useless(SimpleNamespace(gesture=Idle(), mode="main"))


def test_in_a_review_of_stills_nothing_is_offered_that_mends_tracks() -> None:
    state = {"gesture": Idle(), "mode": "review"}
    stills, tracks = (SimpleNamespace(**state, document=SimpleNamespace(tracks=some)) for some in ({}, {1: None}))
    assert not useless(tracks) and useless(stills) <= {command for command, _ in LOOKS["review"].hints}
    offered = {hint.command for hint in fitting(hints(load_keymap("cvat"), "review", useless(stills)), 80)}
    assert {"app.delete", "app.flag", "edit.start"} <= offered and "track.again" not in offered


@pytest.mark.parametrize("keymap", shipped())
@pytest.mark.parametrize("shown", sorted(LOOKS))
@pytest.mark.parametrize("width", [200, 80, 40])
def test_help_and_the_way_out_always_fit(keymap: str, shown: str, width: int) -> None:
    keys, mode, buttons = load_keymap(keymap), LOOKS[shown].keymap, LOOKS[shown].buttons
    found = hints(keys, shown)
    kept = fitting(found, width)
    texts = {hint.command: hint.text for hint in kept}
    assert sum(hint.width for hint in kept) + len(buttons) <= width
    assert texts["app.help"] == " ? help " and "Esc" in texts["tool.cancel"] and kept[-1].command == "app.help"
    assert width < 80 or {command for command, _ in buttons} <= set(texts)
    for command in filter(None, texts):
        wanted = Command.parse(command)
        assert keys.command(mode, keys.keys(wanted.action, *wanted.args, mode=mode)[0]) == wanted
    assert width < 200 or kept == found


def test_the_switch_that_is_on_is_lit() -> None:
    keymap = load_keymap("cvat")
    looks = [{hint.word: hint.look for hint in hints(keymap, "prompt", blocked=on)} for on in (False, True)]
    assert [look["Block"] for look in looks] == ["button", "lit"] and looks[1]["Done"] == "button"


def test_progress_says_what_belongs_to_the_next_frame_and_nothing_twice() -> None:
    half = Progress(1, "Encoding the picture", 1, 2)
    progress = {AHEAD[0]: half, AHEAD[1]: half, "interact": Progress(2, "")}
    session = SimpleNamespace(frame=7, jobs=SimpleNamespace(progress=progress))
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
    line = "".join(hint.text for hint in fitting(hints(load_keymap(keymap), "jump"), 80))
    assert all(word in line for word in ("letters choose", "click", "finish", "Esc", "help"))


def test_a_line_too_narrow_for_any_hint_is_empty() -> None:
    found = hints(load_keymap("cvat"), "main")
    assert not fitting(found, 5) and HintBar.pieces(found, 5) == [] and len(HintBar.pieces(found, 80)) > 3
