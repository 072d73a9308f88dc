"""The line of keys offers what the tool in hand takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.work import Idle, Interact
from tui.widgets.status_bar import HINTS, useless


@pytest.mark.parametrize(
    ("tool", "left_out"), [("dextr", {"point.negative", "prompt.box"}), ("sam", set()), ("graphcut", set())]
)
def test_what_a_tool_does_not_take_is_not_offered(tool: str, left_out: set[str]) -> None:
    assert useless(SimpleNamespace(work=Interact(tool))) == left_out
    assert left_out <= {command for command, _ in HINTS["prompt"]}


def test_everything_is_offered_without_a_tool() -> None:
    assert not useless(SimpleNamespace(work=Idle()))
