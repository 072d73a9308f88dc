"""The list of steps: what was done, what was taken back, and going to one of them."""

from __future__ import annotations

from pathlib import Path

from tests.tui.in_process import on_top, running, said, until, write


async def test_a_step_is_chosen_from_the_list_and_shown_where_it_was_made(street: Path) -> None:
    async with running(street) as app:
        for x in (100, 300, 500):
            app.do("draw.start", "rectangle")
            for corner in ((x, 100), (x + 100, 200)):
                app.session.view.cursor = corner
                app.do("point.positive")
        await until(lambda: app.session.history.undo_title == "Draw car 3")
        write(app, "f")
        await until(lambda: app.session.frame == 1)
        write(app, "U")
        await until(lambda: on_top(app) == "Pick")
        assert [choice.text for choice in app.screen._choices] == [
            "Draw car 3", "Draw car 2", "Draw car 1", "before the first of these",
        ]  # fmt: skip
        write(app, "3")
        await until(lambda: app.session.frame == 0)
        assert [shape.id for shape in app.session.shapes] == [1]
        write(app, "U")
        await until(lambda: on_top(app) == "Pick")
        assert [choice.text for choice in app.screen._choices][:3] == [
            "Draw car 3  (taken back)", "Draw car 2  (taken back)", "Draw car 1",
        ]  # fmt: skip
        write(app, "2")
        await until(lambda: [shape.id for shape in app.session.shapes] == [1, 2])


async def test_an_empty_list_is_not_opened(street: Path) -> None:
    async with running(street) as app:
        write(app, "Uf")
        await until(lambda: app.session.frame == 1)
        assert on_top(app) == "MainScreen"


async def test_a_place_in_a_list_that_is_no_longer_true_is_not_gone_to(street: Path) -> None:
    async with running(street) as app:
        app.do("label.add", "dog")
        write(app, "U")
        await until(lambda: on_top(app) == "Pick")
        app.do("label.add", "cat")  # as a run does that ends meanwhile
        write(app, "1")
        await until(lambda: on_top(app) == "MainScreen")
        assert [label.name for label in app.session.document.labels][-2:] == ["dog", "cat"]
        assert "ask again" in said(app)
