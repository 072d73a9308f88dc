"""What a dialog or the panels look like, as text: compared with a file that is kept, or written anew on request.

Only letters are kept, no colours, so that a file can be read in a diff. The picture is left out, as a thread draws it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from textual.geometry import Region
from textual.pilot import Pilot

from tests.tui.in_process import settled, text_of, until
from tui.app import TermwandApp
from tui.widgets.messages import Messages

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "screens"
SIZES = ((80, 24), (160, 45))
TURNS = 30
"""Looks at the screen that have to be alike before it is written down."""


async def at_rest(app: TermwandApp, look: Callable[[], str]) -> str:
    """Return what a look at the screen shows once nothing has changed it for many turns of the loop."""
    pilot, seen = Pilot(app), [""]
    async with asyncio.timeout(20):
        while len(seen) < TURNS or len(set(seen[-TURNS:])) > 1:
            await pilot.pause()
            seen.append(look())
    return seen[-1]


def within(text: str, region: Region, *, inside: bool) -> str:
    """Return the text with what is outside of a region blank, or what is inside of it."""
    rows = []
    for y, line in enumerate(text.split("\n")):
        cells = [char if region.contains(x, y) == inside else " " for x, char in enumerate(line)]
        rows.append("".join(cells).rstrip())
    return "\n".join(rows)


def look(app: TermwandApp) -> str:
    """Return the text of the dialog on top, or else of the panels."""
    text = text_of(app)
    if app.screen is app.main:
        return within(text, app.main.query_one("#picture").region, inside=False) + "\n"
    box = app.screen.query("Dialog > Vertical, CommandPalette > Vertical").first()
    region = box.region  # the palette's has no room of its own
    parts = [region] if region.area else [widget.region for widget in box.walk_children() if widget.region.area]
    return within(text, Region.from_union(parts) if parts else Region(), inside=True) + "\n"


async def looks_as_it_did(app: TermwandApp, name: str) -> None:
    """Wait until the dialog on top, or else the panels, look as what is kept under a name."""
    await settled(app)
    app.main.query_one(Messages)._put([])
    path = GOLDEN / f"{name}-{app.size.width}x{app.size.height}.txt"
    if os.environ.get("TERMWAND_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(await at_rest(app, lambda: look(app)), encoding="utf-8")
    golden = path.read_text(encoding="utf-8")
    with contextlib.suppress(TimeoutError):
        await until(lambda: look(app) == golden)
    assert look(app) == golden, "TERMWAND_UPDATE_GOLDEN=1 writes it anew"
