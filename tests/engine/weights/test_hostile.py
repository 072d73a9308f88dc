"""Checkpoints that lie: each is refused in a sentence, nothing in it runs, and none takes much time or memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine import weights
from engine.errors import WeightsError
from engine.tools import registry, sandbox
from engine.tools.adopting import adopt

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 700_000
"""KiB that reading the worst of them may need; most of it is the 32 MB that a pickle may have, as Python's objects."""


def test_every_lie_is_refused_in_a_sentence_within_bounds(tmp_path: Path) -> None:
    program = [sys.executable, Path(__file__).with_name("hostile.py"), tmp_path]
    done = subprocess.run(program, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert "memory" in lines[-1], f"it did not outlive {lines[-1]}: {done.stderr[-500:]}"
    told = [
        (asked["name"], asked["says"], answer["told"]) for asked, answer in zip(lines[:-1:2], lines[1::2], strict=True)
    ]
    assert len(told) > 400
    wrong = [case for case in told if not case[2].startswith("refused: ") or case[1] not in case[2].split(" | ")[0]]
    assert not wrong
    assert not any("\n" in answer or "\x1b" in answer for _, _, answer in told)
    assert not (tmp_path / "sprung").exists()
    assert sys.platform != "linux" or lines[-1]["memory"] < MEMORY


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[registry.ToolSpec]:
    """A tool of somebody's own, whose file ends the process that asks it about a checkpoint with a tensor `abort`."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "toy.py").write_text(
        "import os\nfrom engine.specs import InteractorSpec, Weights\n"
        'SPEC = InteractorSpec(id="toy", name="Toy", help="", weights=(Weights("toy.pth"),))\n'
        'def recognise(shapes): return os.abort() if "abort" in shapes else "toy" in shapes\n'
    )
    monkeypatch.setenv(registry.EXTRA, str(tmp_path / "tools"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    registry.tools.cache_clear()
    yield registry.find("toy").SPEC
    registry.tools.cache_clear()


def test_a_fault_in_a_reader_costs_the_file_and_not_the_program(spec: registry.ToolSpec, tmp_path: Path) -> None:
    torch.save({"abort": torch.zeros(3)}, tmp_path / "bad.pth")
    with pytest.raises(WeightsError, match=r"bad\.pth cannot be read"):
        adopt(spec, tmp_path / "bad.pth")
    torch.save({"toy": torch.zeros(3)}, tmp_path / "good.pth")
    assert adopt(spec, tmp_path / "good.pth").name == "good.pth"
    assert [record.file for record in weights.records()] == ["good.pth"]


def test_reading_has_a_bound_of_memory(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux bounds a process's memory")
    torch.save({"toy": torch.zeros(50_000_000)}, tmp_path / "large.pth")
    size = (tmp_path / "large.pth").stat().st_size
    with pytest.raises(WeightsError, match="cannot be read"):
        sandbox.identify(tmp_path / "large.pth", memory=10_000_000 - 2 * size)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    torch.save({"toy": torch.zeros(3)}, tmp_path / "toy.pth")

    def stop(text: str, done: int, total: int) -> None:
        raise KeyboardInterrupt(text)

    with pytest.raises(KeyboardInterrupt, match=r"Reading toy\.pth"):
        sandbox.identify(tmp_path / "toy.pth", stop)
