"""Input as terminals send it: what reaches the app, whole, cut in two, and late."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from tui.input.terminal_input import Acknowledged, CtrlHeld, InputParser


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


def test_modifiers_alone_are_no_keys() -> None:
    """They would end what waits for one key, which may be typed with Shift."""
    for number in (57441, 57443, 57444, 57447, 57449, 57453):
        assert keys(feed(f"\x1b[{number};2uC\x1b[{number};1:3u")) == ["C"]


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


PASTED = "a[97;1:3u\x1b[31m\x1b[48;9;9;9;9t\x1b[I\r\nq\x11\x1b"


@pytest.mark.parametrize("text", [PASTED, "", "x" * 5000, "\x1b[20", "\x1b[201"], ids=lambda text: ascii(text[:12]))
def test_pasted_text_is_one_event_however_it_arrives_and_never_keys(text: str) -> None:
    whole = f"j\x1b[200~{text}\x1b[201~k"
    cuts = range(1, len(whole)) if len(whole) < 200 else (7, 8, 4999, len(whole) - 3)
    for parts in [
        (whole,),
        *((whole[:cut], whole[cut:]) for cut in cuts),
        tuple(whole) if len(whole) < 200 else (whole,),
    ]:
        messages = feed(*parts)
        assert [type(message).__name__ for message in messages] == ["Key", "Paste", "Key"]
        assert messages[1].text == text and keys(messages) == ["j", "k"]


def test_pasted_text_without_an_end_does_not_take_the_keyboard_away() -> None:
    parser = InputParser()
    assert not list(parser.feed("\x1b[200~abc\x1b[20"))
    parser._deadline = 0.0
    assert not list(parser.tick())
    assert keys(list(parser.feed("q"))) == ["q"]


def test_of_a_very_long_text_no_more_is_kept_than_a_field_can_use() -> None:
    messages = feed("\x1b[200~", *["x" * 60_000] * 5, "\x1b[201~q")
    assert len(messages[0].text) == 65536 and keys(messages) == ["q"]


def places(text: str) -> list[tuple[str, str, str]]:
    return [(m.key, m.character, getattr(m, "place", "")) for m in feed(text) if isinstance(m, events.Key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1080::98;1;1080u", ("и", "и", "b")),  # Russian
        ("\x1b[1080:1048:98;2;1048u", ("И", "И", "B")),
        ("\x1b[1080::98;65;1048u", ("И", "И", "B")),  # Caps Lock
        ("\x1b[1103::122;5u", ("ctrl+z", None, "")),
        ("\x1b[1103:1071:122;6u", ("ctrl+shift+z", None, "")),
        ("\x1b[1073::44;1;1073u", ("б", "б", ",")),
        ("\x1b[945::97;1;945u", ("α", "α", "a")),  # Greek
        ("\x1b[1513::97;1;1513u", ("ש", "ש", "a")),  # Hebrew
        ("\x1b[1513::97;2;1513u", ("ש", "ש", "A")),
        ("\x1b[1588::97;1;1588u", ("ش", "ش", "a")),  # Arabic
        ("\x1b[38::49;1;38u", ("ampersand", "&", "1")),  # French
        ("\x1b[38:49:49;2;49u", ("1", "1", "!")),
        ("\x1b[233::50;1:1;233u", ("é", "é", "2")),
        ("\x1b[97::113;1;97u", ("a", "a", "q")),
        ("\x1b[97::113;5u", ("ctrl+a", None, "")),
        ("\x1b[97:65;2;65u", ("A", "A", "")),
        ("\x1b[1099::115;1:2;1099u", ("ы", "ы", "s")),  # repeated
    ],
)
def test_the_place_of_a_key(text: str, expected: tuple[str, str, str]) -> None:
    assert places(text) == [expected]
    assert not places(text.replace(";1;", ";1:3;", 1)) or ";1;" not in text


def test_a_key_of_another_layout_that_is_let_go_is_no_key() -> None:
    assert not places("\x1b[1080::98;1:3u\x1b[1103::122;5:3u")
