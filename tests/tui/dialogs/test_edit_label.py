"""A label's name, colour and attributes, typed."""

from __future__ import annotations

from tests.tui.in_process import click_on, on_top, running, said, settled, text_of, until, write

ESC, BACK = "\x1b[27u", "\x7f"


def label(app, number: int = 0):
    return app.session.document.labels[number]


async def open_it(app, choice: str = "1") -> None:
    write(app, "Y" + choice)
    await until(lambda: on_top(app) == "EditLabel")


async def test_a_new_name_is_borne_by_every_object(app):
    await open_it(app)
    write(app, 3 * BACK + "truck\r")
    await until(lambda: label(app).name == "truck")
    shapes = [*app.session.document.all_shapes()]
    assert sorted(shape.label for shape in shapes) == ["person", "truck", "truck"] and app.session.label == "truck"
    assert len(label(app).attributes) == 4 and label(app).color == ""  # what was not changed stays as it was
    write(app, "u")
    await until(lambda: label(app).name == "car")


async def test_colour_and_attributes_by_mouse_and_tab(app):
    await open_it(app, "2")
    await click_on(app, "▊  #", 6)
    write(app, 9 * BACK + 9 * "\x1b[3~" + "#102030\tage: number 0..99\r")
    await until(lambda: label(app, 1).color == "#102030")
    assert [attribute.name for attribute in label(app, 1).attributes] == ["age"]


async def test_what_does_not_fit_is_said_and_stays_to_be_mended(app):
    await open_it(app)
    write(app, 3 * BACK + "bus\r")
    await until(lambda: "There is a label bus already" in text_of(app))
    write(app, "\t" + 9 * BACK + "red\r")
    await settled(app)
    assert on_top(app) == "EditLabel" and label(app).name == "car"
    write(app, ESC)
    await until(lambda: on_top(app) == "MainScreen")
    assert label(app).name == "car" and label(app).color == ""


async def test_the_only_label_needs_no_choice_and_none_is_said(street):
    async with running(street, labels="tree") as app:
        write(app, "Y" + 4 * BACK + "bush\r")
        await until(lambda: label(app).name == "bush")
    for file in street.glob("*.yaml"):
        file.unlink()
    async with running(street, labels="") as app:
        write(app, ESC + "Y")
        await until(lambda: "add one first" in said(app))
