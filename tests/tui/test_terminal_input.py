"""Input as terminals send it: what reaches the app, whole, cut in two, and late."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from tui.terminal_input import Acknowledged, CtrlHeld, InputParser


def feed(*parts: str) -> list[Message]:
    parser = InputParser()
    return [message for part in parts for message in parser.feed(part)]


def keys(messages: list[Message]) -> list[str]:
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("\x1b[97;;97u", ["a"]),
        ("\x1b[97;1:3u", []),  # released
        ("\x1b[97;1:2;97u", ["a"]),  # repeated
        ("\x1b[1;5:3A", []),
        ("\x1b[1;5:1A", ["ctrl+up"]),
        ("\x1b[A", ["up"]),
        ("\x1bOP", ["f1"]),
        ("\x1b[3;1:3~", []),
        ("\x1b[3~", ["delete"]),
        ("\x1b[?62;22c", []),
        ("\x1b_Gi=31;OK\x1b\\", []),
        ("\x1bP>|kitty(0.41.1)\x1b\\", []),
        ("\x1b]11;rgb:0000/0000/0000\x1b\\", []),
        ("\x1b[6;20;10t", []),
        ("\x1b[?0u", []),
        ("x\x1b[?62;22cy", ["x", "y"]),
    ],
)
def test_keys(text: str, expected: list[str]) -> None:
    assert keys(feed(text)) == expected
    for cut in range(1, len(text)):
        assert keys(feed(text[:cut], text[cut:])) == expected


def test_ctrl_alone_is_held_and_released_once() -> None:
    messages = feed("\x1b[57442;5u\x1b[57442;5:2u\x1b[57442;1:3u\x1b[57448;5u\x1b[O")
    assert [message.held for message in messages if isinstance(message, CtrlHeld)] == [True, False, True, False]


def test_lone_escape_is_the_key_after_a_while() -> None:
    parser = InputParser()
    assert not list(parser.feed("\x1b"))
    parser._deadline = 0.0
    assert keys(list(parser.tick())) == ["escape"]


def test_only_the_newest_of_moves_that_arrive_together() -> None:
    text = "\x1b[<35;1;1M\x1b[<35;2;2M\x1b[<32;3;3M\x1b[<32;4;4M\x1b[<0;4;4M"
    messages = [message for message in feed(text) if isinstance(message, events.MouseEvent)]
    assert [(type(message).__name__, message.x) for message in messages] == [
        ("MouseMove", 1),
        ("MouseMove", 3),
        ("MouseDown", 3),
    ]


def test_answer_from_behind_tmux() -> None:
    (message,) = feed("\x1b_Gi=1030;OK\x1b\\")
    assert isinstance(message, Acknowledged) and message.number == 1030


def test_pasted_text_is_left_alone() -> None:
    messages = feed("\x1b[200~a[97;1:3u\x1b[201~")
    (paste,) = [message for message in messages if isinstance(message, events.Paste)]
    assert paste.text == "a[97;1:3u"
