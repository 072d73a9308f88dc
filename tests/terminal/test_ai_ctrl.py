"""Ctrl held down where the terminal reports the key itself: points are added to SAM, and one request follows them.

Apart from `test_ai_table.py`, where terminals report Ctrl with the mouse alone: there a move without it ends the block.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stand_in_publisher import install
from tests.terminal.ai_hands import Tool, hold_ctrl, mouse, move
from tests.terminal.conftest import Launch


@pytest.fixture(scope="session")
def sam(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the stand-in of SAM's quick file is installed."""
    folder = tmp_path_factory.mktemp("sam")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_WEIGHTS", str(folder / "weights"))
        install("sam-mobile", folder)
    return folder / "weights"


def test_while_ctrl_is_held_points_ask_nothing_and_its_release_asks_once(launch: Launch, street: Path, sam: Path):
    environment = {"TERMWAND_WEIGHTS": str(sam), "OMP_NUM_THREADS": "1"}
    alone = street / "street_1.jpg"  # no next picture is encoded
    app = launch(alone, options=("--labels", "car"), environment=environment, graphics="kitty").sees("1/1")
    tool = Tool(app, "SAM (Segment Anything)").take()
    mouse(app, 60, 10)
    tool.answered("1+ 0-")  # the picture is encoded: from here on an answer takes no time
    hold_ctrl(app, True)
    app.sees("BLOCK")
    for points, place in ((2, (64, 12)), (3, (68, 14))):
        mouse(app, *place)  # the mouse's reports do not say that Ctrl is held, and need not
        tool.rests(f"{points}+ 0-")
    move(app, 50, 8)
    app.pty.settle(0.5)
    app.sees("BLOCK")
    tool.shows("3+ 0-", r"(?:, mask \d of \d)?(?:, an empty mask)?, answers 1 of 3 points")
    hold_ctrl(app, False)
    app.gone("BLOCK")
    tool.answered("3+ 0-")
