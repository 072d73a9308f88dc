"""The window's own actions: their words are the engine's, their functions the window's, their names the same."""

from __future__ import annotations

import pytest

from engine.actions import load_actions
from engine.app_actions import HELP, describe
from engine.keymap import Command
from tui.dialogs import own


def test_names_and_functions_are_of_the_same_actions_in_the_same_order() -> None:
    assert list(own.OWN) == list(HELP)
    assert not set(HELP) & set(load_actions())


@pytest.mark.parametrize("name", HELP)
def test_each_has_words_and_something_that_can_be_done(name: str) -> None:
    assert HELP[name] and name.startswith("app.") and own.OWN[name].__doc__


def test_a_command_is_described_whoever_does_it() -> None:
    actions = load_actions()
    assert describe(actions, Command("app.quit")) == "Quit"
    assert describe(actions, Command("frames.step", ("10",))) == "Step by +10 frame(s)"
