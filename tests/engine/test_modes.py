"""The modes of a keymap: each is named once, with a title and with hints that are commands that there are."""

from __future__ import annotations

import pytest

from engine.actions import load_actions
from engine.app_actions import HELP
from engine.gestures import Certifying, Drawing, Editing, Idle, Painting, Prompting, Tracing
from engine.keymap import load_keymap, shipped
from engine.modes import LOOKS, MAIN, MODES, NAMES, TITLES

ACTIONS = {*load_actions(), *HELP}


def test_every_mode_has_a_title_but_the_one_whose_keys_stand_under_tasks() -> None:
    assert len(set(NAMES)) == len(MODES) and set(NAMES) - set(TITLES) == {MAIN}


@pytest.mark.parametrize("look", LOOKS)
def test_hints_are_of_actions_and_every_look_has_a_mode(look: str) -> None:
    mode = LOOKS[look]
    assert mode.keymap in NAMES and mode.hints
    assert {command.split()[0] for command, _ in (*mode.hints, *mode.buttons) if command} <= ACTIONS


@pytest.mark.parametrize("keymap", shipped())
def test_keymaps_have_these_modes_and_no_others(keymap: str) -> None:
    assert tuple(load_keymap(keymap).modes) == NAMES


@pytest.mark.parametrize("held", [Idle, Prompting, Tracing, Drawing, Painting, Editing, Certifying])
def test_whatever_is_in_hand_has_one_of_these_modes(held: type) -> None:
    assert held.mode in NAMES
