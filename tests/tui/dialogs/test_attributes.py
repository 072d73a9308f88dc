"""Attributes of the selected object and tags of its frame: rows that are turned or typed."""

from __future__ import annotations

import pytest

from tests.tui.in_process import click_on, on_top, settled, text_of, until, write

ESC, DOWN, UP, RIGHT, LEFT = "\x1b[27u", "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[D"


def state(app) -> tuple[dict, set[str]]:
    document = app.session.document
    shape = document.shapes(0)[0]
    return dict(shape.attributes), {tag.label for tag in document.tags.get(0, ())}


@pytest.mark.parametrize(
    ("keys", "values", "tags"),
    [
        (RIGHT + "\r", {"color": "red"}, {"bus"}), (LEFT + "\r", {"color": "blue"}, {"bus"}),
        ("jl\r", {"parked": True}, {"bus"}), (f"{DOWN}  \r", {}, {"bus"}),
        (2 * DOWN + "50\r", {"speed": 50.0}, {"bus"}),
        (3 * DOWN + "jAB\x7fC\r", {"plate": "jAC"}, {"bus"}), (UP + " \r", {}, set()),
        (f"\t\t\t\t\t {DOWN} \r", {}, {"person"}),
        (f"{RIGHT}{UP} {ESC}", {}, {"bus"}),
    ],
    ids=ascii,
)  # fmt: skip
async def test_by_keys(app, keys, values, tags):
    write(app, "\tA")
    await until(lambda: on_top(app) == "Attributes")
    write(app, keys)
    await settled(app)
    await until(lambda: on_top(app) == "MainScreen")
    assert state(app) == (values, tags)


async def test_by_mouse_a_click_turns_a_row(app):
    write(app, "\tA")
    await click_on(app, "color")
    await until(lambda: "‹ red ›" in text_of(app))
    await click_on(app, "color", 9)
    await click_on(app, "tag car")
    await click_on(app, "tag bus")
    write(app, "\r")
    await until(lambda: on_top(app) == "MainScreen")
    await settled(app)
    assert state(app) == ({"color": "green"}, {"car"})
    write(app, "uuu")  # values, then each tag: steps of their own
    await settled(app)
    assert state(app) == ({}, {"bus"})


async def test_a_value_that_does_not_fit_is_said_and_nothing_is_lost(app):
    write(app, "\tA" + RIGHT + 2 * DOWN + "500\r")
    await until(lambda: "takes numbers from 0 to 200" in text_of(app).replace("\n", " "))
    assert on_top(app) == "Attributes" and state(app) == ({}, {"bus"})
    write(app, "\x7f\r")
    await until(lambda: state(app)[0] == {"color": "red", "speed": 50.0})


async def test_without_any_label_there_is_nothing_to_show(street):
    from tests.tui.in_process import running, said

    async with running(street, labels="") as app:
        write(app, ESC + "A")
        await until(lambda: "add one first" in said(app))
