"""What the panels look like in a small terminal and in a large one, in every mode."""

from __future__ import annotations

import pytest

from tests.tui.in_process import running, settled, until, write
from tests.tui.looks import SIZES, looks_as_it_did

SHOWN = {
    "nothing-in-hand": "", "selected": "\t", "locked-and-hidden": "\tlh", "drawing": "b", "prompt": "i\r",
    "blocked": "i\rt", "scissors": "O2", "brush": "B", "editing": "\t$", "jump": "w", "label": "2", "frame": ":5\r",
    "folded-tools": ";", "folded-sides": ";;", "folded-all": ";;;",
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SHOWN)
async def test_they_look_as_they_did(scene, name, size):
    async with running(scene, labels="", size=size) as app:
        write(app, SHOWN[name])
        await settled(app)
        await until(lambda: not app.session.media.loading)
        await looks_as_it_did(app, f"panels/{name}")


async def test_nothing_is_left_out_of_an_empty_document(street):
    async with running(street, labels="") as app:
        write(app, "\x1b[27u")
        await settled(app)
        await looks_as_it_did(app, "panels/empty")
