"""Adopting and verifying in a process of its own, as the screen does it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import weights
from engine.errors import WeightsError
from engine.jobs import Done, Progress
from engine.process.carrier import What, carry
from engine.tools import registry

TOOL = """
from engine.specs import InteractorSpec, WeightFile, Weights
SPEC = InteractorSpec(id="toy", name="Toy", help="A toy.", weights=(
    Weights("toy.onnx"), Weights("two", files=(WeightFile("two.xml"), WeightFile("two.bin")))))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "toy.py").write_text(TOOL)
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv(registry.EXTRA, str(tmp_path / "tools"))
    return tmp_path / "weights"


def done(what: What, file: str) -> str:
    *before, last = carry(1, what, "toy", file)
    assert all(isinstance(step, Progress) for step in before)
    assert isinstance(last, Done)
    return last.text


def test_a_name_that_is_not_utf8_is_taken_in_and_said(tmp_path: Path, folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.onnx")
    (tmp_path / name).write_bytes(b"x" * 5_000_000)
    assert "caf?.onnx was taken in" in done("add", str(tmp_path / name))
    assert [record.file for record in weights.records()] == [name]
    assert "caf?.onnx is unchanged" in done("verify", name)
    (folder / name).write_bytes(b"another")
    with pytest.raises(WeightsError, match=r"caf\?\.onnx has the wrong checksum") as failure:
        done("verify", name)
    assert type(failure.value) is WeightsError
    with pytest.raises(WeightsError, match="There is no such file"):
        done("add", str(tmp_path / ("un" + name)))


def test_what_was_removed_is_said_to_be_gone() -> None:
    with pytest.raises(WeightsError, match=r"toy\.onnx is not here any more"):
        done("verify", "toy.onnx")
    with pytest.raises(WeightsError, match='no file called "other"'):
        done("get", "other")


def test_a_set_is_taken_in_and_verified_as_one(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "two.xml").write_bytes(b"x")
    with pytest.raises(WeightsError, match=r"two\.bin is missing beside two\.xml"):
        done("add", str(tmp_path / "two.xml"))
    (tmp_path / "two.bin").write_bytes(b"y")
    assert "two was taken in" in done("add", str(tmp_path / "two.xml"))
    assert "two is unchanged" in done("verify", "two")
    (folder / "sets" / "toy" / "two" / "two.bin").write_bytes(b"z")
    with pytest.raises(WeightsError, match=r"two\.bin of two has the wrong checksum"):
        done("verify", "two")
    (folder / "sets" / "toy" / "two" / "two.bin").unlink()
    with pytest.raises(WeightsError, match=r"two\.bin of two is missing"):
        done("verify", "two")
