"""Small files of the user's own that are something else: each is refused in a sentence, at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import weights
from engine.errors import AppError
from engine.opening import labels_from
from engine.settings import load_settings
from engine.specs import InteractorSpec, Weights
from engine.weights.choices import path as choices

SPEC = InteractorSpec(id="net", name="Net", help="", weights=(Weights("a.pth"),))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    choices().parent.mkdir(parents=True)
    (tmp_path / "weights").mkdir()


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(17 << 20)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "large": (large, "larger than 1 MB"),
    "endless": (lambda path: path.symlink_to("/dev/zero"), "device"),
    "a pipe": (os.mkfifo, "pipe"),
    "a folder": (Path.mkdir, "folder"),
    "deep": (lambda path: path.write_text("[" * 100_000), "recursion"),
    "not UTF-8": (lambda path: path.write_bytes(b"a: \xff"), "not UTF-8"),
    "doubled": (lambda path: path.write_text(doubled()), "a list"),
}


def doubled() -> str:
    """Return a YAML text whose value, written out, has 2^60 words."""
    lines = ["a0: &a0 x", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    return "\n".join(["author:", *("  - " + line.partition(": ")[2] for line in lines)])


@pytest.mark.parametrize("kind", KINDS)
def test_settings(kind: str, tmp_path: Path) -> None:
    make, says = KINDS[kind]
    make(tmp_path / "settings.yaml")
    with pytest.raises(AppError, match=says) as failure:
        load_settings(tmp_path / "settings.yaml")
    assert len(str(failure.value)) < 1000


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "doubled"])
def test_choices(kind: str) -> None:
    make, says = KINDS[kind]
    make(choices())
    assert weights.chosen(SPEC) == ""
    with pytest.raises(AppError, match=f"choices is damaged: .*{says}"):
        weights.choose(SPEC, "")


@pytest.mark.parametrize("kind", KINDS)
def test_records(kind: str, tmp_path: Path) -> None:
    KINDS[kind][0](tmp_path / "weights" / "a.pth.verified.json")
    (tmp_path / "weights" / "a.pth").write_bytes(b"")
    assert weights.records() == [] and weights.in_use(SPEC) is None


def test_labels(tmp_path: Path) -> None:
    large(tmp_path / "labels")
    with pytest.raises(AppError, match="larger than 16 MB"):
        labels_from(str(tmp_path / "labels"), ())
    (tmp_path / "names").write_text("".join(f"label {n}\n" for n in range(20_000)))
    assert len(labels_from(str(tmp_path / "names"), ())) == 20_000
    assert [label.name for label in labels_from("car," * 100 + "person", ())] == ["car", "person"]
