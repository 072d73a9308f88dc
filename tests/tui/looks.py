"""What a dialog or the panels look like, as text: compared with a file that is kept, or written anew on request.

Only letters are kept, no colours, so that a file can be read in a diff. The picture is left out, as a thread draws it.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual.geometry import Region
from textual.pilot import Pilot

from tests.tui.in_process import settled, text_of
from tui.app import TermwandApp
from tui.widgets.messages import Messages

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "screens"
SIZES = ((80, 24), (160, 45))


async def at_rest(app: TermwandApp) -> str:
    """Return the screen's text once nothing changes it any more, messages gone."""
    await settled(app)
    app.main.query_one(Messages)._put([])
    pilot, seen = Pilot(app), ["", text_of(app)]
    async with asyncio.timeout(20):
        while len(set(seen[-3:])) > 1:
            await pilot.pause()  # until every widget has handled its messages
            seen.append(text_of(app))
    return seen[-1]


def within(text: str, region: Region, *, inside: bool) -> str:
    """Return the text with what is outside of a region blank, or what is inside of it."""
    rows = []
    for y, line in enumerate(text.split("\n")):
        cells = [char if region.contains(x, y) == inside else " " for x, char in enumerate(line)]
        rows.append("".join(cells).rstrip())
    return "\n".join(rows)


async def looks_as_it_did(app: TermwandApp, name: str) -> None:
    """Compare the dialog on top, or else the panels, with what is kept under a name."""
    text = await at_rest(app)
    if app.screen is app.main:
        text = within(text, app.main.query_one("#picture").region, inside=False)
    else:
        box = app.screen.query("Dialog > Vertical, CommandPalette > Vertical").first()
        # the palette's box is as large as the screen; what is behind it may not have been drawn yet
        own = [box.region] if app.screen.query("Dialog") else [part.region for part in box.children if part.region.area]
        text = within(text, Region.from_union(own), inside=True)
    path = GOLDEN / f"{name}-{app.size.width}x{app.size.height}.txt"
    if os.environ.get("TERMWAND_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8"), "TERMWAND_UPDATE_GOLDEN=1 writes it anew"
