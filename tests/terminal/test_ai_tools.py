"""HRNet at the terminal, with stand-in weights: what the preview says, another of its files, frames, refining.

Its masks mean nothing; that they come, which prompt they answer and what is made of them is what is looked at. What
is the same for every network is in `test_ai_table.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import weights
from engine.document import Shape
from engine.tools.registry import find
from tests.stand_in_publisher import install
from tests.terminal.ai_hands import engine_of
from tests.terminal.conftest import Launch, Termwand, saved

YAML = "annotations.termwand.yaml"


@pytest.fixture(scope="session")
def hrnet(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of weights in which HRNet's stand-in is installed."""
    folder = tmp_path_factory.mktemp("hrnet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_WEIGHTS", str(folder / "weights"))
        install("hrnet", folder)
        assert weights.in_use(find("hrnet").SPEC)
    return folder / "weights"


@pytest.fixture
def app(launch: Launch, street: Path, hrnet: Path) -> Iterator[Termwand]:
    """Return termwand with HRNet in hand."""
    environment = {"TERMWAND_WEIGHTS": str(hrnet), "OMP_NUM_THREADS": "1"}
    app = launch(street, options=("--labels", "car,person"), environment=environment).sees("1/6")
    yield take(app)
    assert app.pty.process.poll() is None or app.pty.process.returncode == 0


def take(app: Termwand, wanted: str = "HRNet 0+ 0-") -> Termwand:
    """Take HRNet in hand, by the number that the picker gives it."""
    app.press("i").sees("Interactors").sees("HRNet")
    number = re.search(r"(\d) HRNet", app.text())
    assert number
    return app.press(number[1]).sees(wanted)


def answered(app: Termwand, points: str) -> Termwand:
    """Wait until the preview answers the prompt as it is: no ellipsis and no "answers" behind the points."""
    app.pty.wait_for(lambda: re.search(rf"HRNet {re.escape(points)} │ \d+ points", app.text()) is not None, 60)
    return app


def shapes(app: Termwand, street: Path, frame: int = 0) -> tuple[Shape, ...]:
    """Leave, and return what was saved of a frame."""
    assert app.leave() == 0
    return saved(street / YAML)[0].shapes(frame)


def test_another_of_a_models_files_is_chosen_while_it_is_in_hand_and_kept(launch, street, shared, tmp_path):
    folder = tmp_path / "both"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_WEIGHTS", str(folder))
        for name in ("hrnet", "hrnet-small"):
            install(name, tmp_path)
    environment = {"TERMWAND_WEIGHTS": str(folder), "OMP_NUM_THREADS": "1"}

    def begin() -> Termwand:
        return launch(street, options=("--labels", "car"), environment=environment).sees("1/6")

    app = take(begin(), "HRNet h18 0+ 0-").press("was", "enter")
    answered(app, "h18 1+ 0-").press("M").sees("Models and their weights").sees("added, in use")
    app.press("u").sees("uses standin_hrnet_h18.pth").press("j", "u").sees("uses standin_hrnet_h18s.pth from now on")
    app.press("k", "k", "u").sees("is not here: g fetches it")
    app.press("esc").gone("Models and their weights")  # and the prompt has been asked again meanwhile
    answered(app, "h18s 1+ 0-").press("n").sees("Objects 1").press("i").sees("Interactors").press("k", "j")
    app.sees("standin_hrnet_h18s.pth (in use); also here:").press("esc")
    assert len(shapes(app, street)) == 1
    assert (tmp_path / ".config" / "termwand" / "models.yaml").read_text() == "hrnet: standin_hrnet_h18s.pth\n"
    take(begin(), "HRNet h18s 0+ 0-")


def prompt_of(shape: Shape) -> list[bool]:
    assert shape.prompt is not None and shape.prompt.tool == "hrnet"
    return [inside for _x, _y, inside in shape.prompt.points]


def test_by_keys_with_block_a_deleted_point_and_n_ahead_of_the_answer(app, street):
    app.press("was", "enter", "n").sees("… finishing")
    app.sees("Objects 1", 60)  # N before the answer: no object without it
    app.press("n").sees("HRNet 0+ 0-").press("t").sees("BLOCK")
    app.press("was", "enter", "wdf", "space", "x").sees("HRNet 1+ 1-")
    time.sleep(0.5)
    assert "…" not in app.text().split("HRNet 1+ 1-")[1].split("BLOCK")[0]
    app.press("t").gone("BLOCK")
    answered(app, "1+ 1-").press("wgh", "enter").sees("HRNet 2+ 1- …, answers 2 of 3 points")
    answered(app, "2+ 1-").press("a").sees("HRNet 1+ 1- …, answers an older prompt")  # a click on a point deletes it
    answered(app, "1+ 1-").press("n").sees("Objects 2")
    maps = Path(f"/proc/{app.pty.process.pid}/maps").read_text()
    assert "libtorch" not in maps and "onnxruntime" not in maps
    assert "libtorch" in Path(f"/proc/{engine_of(app)}/maps").read_text()
    app.press("i").sees("Interactors").press("?").sees("s for the last answers here").press("esc")
    first, second = shapes(app, street)
    assert (prompt_of(first), prompt_of(second)) == ([True], [True, False])


def test_frames_refining_a_drawing_and_reopening(app, street):
    app.press("f").sees("2/6").sees("HRNet 0+ 0-").press("was", "enter")
    answered(app, "1+ 0-").press("n").sees("Objects 1").press("d").sees("1/6")
    app.press("esc", "p", "was", "enter", "wdf", "enter", "whd", "enter", "n").sees("car 2 poly")
    app.press("R").sees("Refine the selected object").sees("HRNet")
    number = re.search(r"(\d) HRNet", app.text())
    assert number
    app.press(number[1]).sees("HRNet 0+ 0-").press("wfe", "enter").sees("an empty mask", 60)
    app.press("backspace").gone("an empty mask").press("wka", "enter")  # here the stand-in does find something
    answered(app, "1+ 0-").press("n").gone("HRNet").sees("polygon 2, semi-auto")
    app.press("N").sees("HRNet 1+ 0-").press("wqq", "enter")
    answered(app, "2+ 0-").press("n").gone("HRNet")
    shape, *_parts = shapes(app, street)
    assert (shape.id, prompt_of(shape), shape.source) == (2, [True, True], "semi-auto")
    other, *_parts = saved(street / YAML)[0].shapes(1)
    assert prompt_of(other) == [True]
