"""The list of models on the screen: terms first, a fetch that goes on behind it, adopting, verifying."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.conftest import Launch, Termwand

PUBLISHER = Path(__file__).parents[1] / "engine" / "weights" / "publisher.py"
CONTENT = bytes(range(250)) * 20_000
TOOL = """
from engine.specs import InteractorSpec, Weights
SPEC = InteractorSpec(id="toy", name="A toy", help="A toy that needs a file.", weights=(
    Weights("toy.bin", "{url}", "", {size}, "CC-BY-NC-4.0", non_commercial=True),))
"""


@pytest.fixture
def publisher() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("publisher", PUBLISHER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.Publisher(CONTENT, PUBLISHER.with_name("localhost.pem"))
    yield found
    found.close()


@pytest.fixture
def start(launch: Launch, street: Path, tmp_path: Path):
    def begin(url: str) -> Termwand:
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools" / "toy.py").write_text(TOOL.format(url=url, size=len(CONTENT)))
        environment = {
            "TERMWAND_WEIGHTS": str(tmp_path / "weights"), "TERMWAND_EXTRA_TOOLS": str(tmp_path / "tools"),
            "SSL_CERT_FILE": str(PUBLISHER.with_name("localhost.pem")),
        }  # fmt: skip
        return launch(street, options=("--labels", "car"), environment=environment).sees("1/6")

    return begin


def screens_maps(app: Termwand) -> str:
    return Path(f"/proc/{app.pty.process.pid}/maps").read_text()


def test_the_picker_leads_to_the_weights_and_they_are_fetched_behind_it(start, publisher, tmp_path):
    app = start(publisher.url("good/toy.bin"))
    app.press("i").sees("A toy  (no weights yet").press("?").sees("Speed here")
    app.press("3").sees("Models and their weights").press("enter").sees("A toy: toy.bin").sees("A toy that needs")
    app.press("esc").gone("A toy: toy.bin").press("g").sees("Fetch toy.bin?").sees("non-commercial use only").press("n")
    app.gone("Fetch toy.bin?")
    assert not publisher.seen and not (tmp_path / "weights" / "toy.bin").exists()
    app.press("g").sees("Fetch toy.bin?").press("y").sees("5.0 MB    yes")
    assert (tmp_path / "weights" / "toy.bin").read_bytes() == CONTENT
    app.press("v").sees("toy.bin is unchanged")
    with (tmp_path / "weights" / "toy.bin").open("r+b") as file:
        file.write(b"other")
    app.press("v").sees("wrong checksum").press("esc").gone("Models and their weights")
    assert "libtorch" not in screens_maps(app) and app.leave() == 0


def carriers(app) -> list[str]:
    """Return the processes that fetch for the app."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = stat.read_text()
            if text.rpartition(")")[2].split()[1] == str(app.pty.process.pid) and ") Z" not in text:
                command = (stat.parent / "cmdline").read_bytes()
                found += [command.decode()] if b"carrier" in command else []
    return found


def test_a_fetch_goes_on_when_the_list_is_closed_and_ends_when_it_is_stopped(start, publisher, tmp_path):
    app = start(publisher.url("drip/toy.bin"))
    app.press("M").sees("Models and their").press("j" * 22, "g").sees("Fetch toy.bin?").press("y").sees("fetching 4 %")
    app.press("esc").gone("Models and their weights").sees("Fetching toy.bin 4 %")
    app.press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")
    app.press("M").sees("Models and their").press("j" * 22, "x").sees("Stopped")
    app.press("esc").gone("Models and their weights").gone("Fetching")
    while carriers(app):  # it is being stopped: what is let go now must not reach it
        time.sleep(0.05)
    [part] = (tmp_path / "weights").glob(".toy.bin.*.part")
    assert part.stat().st_size >= 4 * len(CONTENT) // 100
    publisher.hurry.set()
    app.press("M").sees("Models and their").press("j" * 22, "g").sees("Fetch toy.bin?").press("y").sees("5.0 MB    yes")
    assert (tmp_path / "weights" / "toy.bin").read_bytes() == CONTENT and publisher.seen[-1][1].startswith("bytes=")


def test_a_wrong_file_is_refused_and_a_right_one_adopted_without_torch_in_this_process(start, shared, tmp_path):
    from tests.stand_in_publisher import publish

    app = start("")
    (tmp_path / "letter.pth").write_bytes(b"Dear Sir or Madam")
    app.press("M").sees("Models and their weights").press("j" * 10)  # HRNet's first
    app.press("enter").sees("HRNet: coco_lvis_h18_itermask.pth").press("esc")
    app.gone("HRNet: coco_lvis_h18_itermask.pth")
    app.press("a").sees("Path of a file of HRNet").press(str(tmp_path / "letter.pth")).sees("letter.pth").press("enter")
    app.gone("Path of a file").sees("is a text, not a", 90)
    file = publish("hrnet", tmp_path)
    app.press("a").sees("Path of a file of HRNet").press(str(file), "enter").sees("HRNet is ready", 90)
    app.sees("added, in use")
    assert "libtorch" not in screens_maps(app)
    assert os.path.samefile(file.parent / file.name, file) and (tmp_path / "weights" / file.name).exists()
