"""Each network at the terminal with stand-in weights, by keys alone and by mouse: nothing is lost, whatever happens.

Its masks mean nothing. What is looked at: that Block asks nothing, that a point can be taken back and clicked away,
that N before the answer makes an object of the prompt as it is, and that Esc or the engine process's death while an
answer is on its way leaves the prompt as it was.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.document import Shape
from tests.stand_in_publisher import install
from tests.terminal.ai_hands import CTRL, RIGHT, Tool, held_up, mouse, move
from tests.terminal.conftest import ROOT, Launch, Termwand, saved


@dataclass(frozen=True)
class Case:
    """A network, and the places of a prompt that it answers: two letters of the jump's grid, or cells."""

    tool: str
    stand_in: str
    name: str
    keys: tuple[str, ...]
    cells: tuple[tuple[int, int], ...]
    box: bool = False
    """The first two places are a box's corners."""
    outside: bool = True
    """It takes points outside."""

    @property
    def points(self) -> int:
        """How many points its prompt has."""
        return len(self.keys) - 2 * self.box


ONE = (("kr",), ((75, 20),))
CASES = (
    Case("sam", "sam-mobile", "SAM (Segment Anything)", *ONE),
    Case("dextr", "dextr", "DEXTR", ("kd", "kb", "fr", "er"), ((40, 20), (110, 20), (75, 10), (75, 30)), outside=False),
    Case("iog", "iog", "IOG", ("fd", "eb", "kr"), ((40, 10), (110, 30), (75, 20)), box=True),
    Case("fbrs", "fbrs-hrnet18", "f-BRS", *ONE),
    Case("hrnet", "hrnet", "HRNet", *ONE),
)
Begin = Callable[[Case], Tool]


@pytest.fixture(scope="session")
def installed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of weights in which every stand-in of the table is installed."""
    folder = tmp_path_factory.mktemp("stand-ins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_WEIGHTS", str(folder / "weights"))
        for case in CASES:
            install(case.stand_in, folder)
    return folder / "weights"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return one picture alone, so that no next one is prepared."""
    return Path(shutil.copy(ROOT / "samples" / "street" / "street_1.jpg", tmp_path / "one.jpg"))


@pytest.fixture
def begin(launch: Launch, picture: Path, installed: Path, tmp_path: Path) -> Begin:
    """Return a function that starts termwand and takes a network in hand; an answer becomes one polygon."""
    settings = tmp_path / ".config" / "termwand" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("largest_part: true\nholes_as_polygon: true\n")

    def start(case: Case) -> Tool:
        environment = {"TERMWAND_WEIGHTS": str(installed), "OMP_NUM_THREADS": "1"}
        app = launch(picture, options=("--labels", "car"), environment=environment).sees("1/1")
        return Tool(app, case.name).take().rests("0+ 0-")

    return start


def prompts(app: Termwand, picture: Path) -> list[list[bool]]:
    """Leave, and return of each object's prompt whether its points are inside."""
    assert app.leave() == 0
    shapes = saved(picture.with_suffix(".termwand.yaml"))[0].shapes(0)
    return [inside(shape) for shape in shapes]


def inside(shape: Shape) -> list[bool]:
    assert shape.prompt is not None
    return [positive for _x, _y, positive in shape.prompt.points]


def jump(app: Termwand, *places: str) -> None:
    """Click places by keys."""
    for place in places:
        app.press("w", *place, "enter")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.tool)
def test_by_keys_and_by_mouse(case: Case, begin: Begin, picture: Path) -> None:
    """One program for both: an engine process takes longer to start than all answers together."""
    tool = begin(case)
    by_keys(tool, case)
    tool.objects(2).app.press("n")
    by_mouse(tool.rests("0+ 0-"), case)
    tool.objects(3)
    more = [False] * case.outside
    first, second, third = prompts(tool.app, picture)
    assert first == [True] * case.points
    assert second == third == [True] * case.points + more


def by_keys(tool: Tool, case: Case) -> None:
    app, full, less = tool.app, f"{case.points}+ 0-", f"{case.points - 1}+ 0-"
    jump(app, *case.keys[:-1])
    with held_up(app):  # N before the answer: no object without it
        jump(app, case.keys[-1])
        tool.waits(full)
        app.press("n").sees("… finishing").sees("Objects 0")
    tool.objects(1)
    app.press("n", "t").sees("BLOCK")
    jump(app, *case.keys)
    tool.rests(full)  # Block: nothing is asked
    app.press("t").gone("BLOCK")
    tool.answered(full)
    app.press("backspace")
    tool.rests(less)
    with held_up(app):
        app.press("a")
        tool.waits(full)
        app.press("esc")
        tool.rests(full)
    app.press("a")  # a click on a point deletes it
    tool.rests(less)
    with held_up(app) as engine:
        app.press("a")
        tool.waits(full)
        os.kill(engine, signal.SIGKILL)
        app.sees("The engine process stopped")
        tool.rests(full)
        assert app.text().count("The engine process stopped") == 1
    if case.outside:
        app.press("w", "d", "f", "space", "x")
        tool.answered(f"{case.points}+ 1-")
    app.press("n")


def by_mouse(tool: Tool, case: Case) -> None:
    app, full, less = tool.app, f"{case.points}+ 0-", f"{case.points - 1}+ 0-"
    for place in case.cells:
        mouse(app, *place, CTRL)
    app.sees("BLOCK")
    tool.rests(full)  # as long as Ctrl is held nothing is asked
    move(app, *case.cells[-1])
    app.gone("BLOCK")
    tool.answered(full)
    mouse(app, *case.cells[-1])  # a click on a point deletes it
    tool.rests(less)
    with held_up(app):
        mouse(app, *case.cells[-1])
        tool.waits(full)
        if case.outside:
            mouse(app, 30, 8, RIGHT)
            tool.waits(f"{case.points}+ 1-")
        app.press("n").sees("… finishing").sees("Objects 2")
