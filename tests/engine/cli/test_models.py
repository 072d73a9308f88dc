"""`termwand models` from the outside: what it prints, asks and installs."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import weights
from engine.cli.models import main
from engine.tools import registry
from engine.tools.interactors.sam import net as sam

ROOT = Path(__file__).parents[3]
HELPERS = Path(__file__).parents[1] / "weights"
CONTENT = bytes(range(200)) * 999
TOOL = """
from engine.specs import InteractorSpec, Weights
SPEC = InteractorSpec(id="toy", name="Toy", help="A toy.\\x1b[31m", weights=(
    Weights("toy.bin", "{url}", "{digest}", 0, "{licence}"),))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(registry.EXTRA, str(tmp_path / "tools"))
    registry.tools.cache_clear()
    yield tmp_path / "weights"
    registry.tools.cache_clear()


def helper(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, HELPERS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    certificate = Path(__file__).parents[1] / "weights" / "localhost.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = helper("publisher").Publisher(CONTENT, certificate)
    yield found
    found.close()


def toy(tmp_path: Path, url: str, licence: str = "MIT", digest: str = "") -> None:
    (tmp_path / "tools").mkdir(exist_ok=True)
    (tmp_path / "tools" / "toy.py").write_text(TOOL.format(url=url, licence=licence, digest=digest))
    registry.tools.cache_clear()


def test_the_list_and_path_work_offline(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("contacted the network"))
    assert main(["list"]) == 0 and main([]) == 0 and main(["verify"]) == 0
    told = capsys.readouterr().out
    line = next(line for line in told.splitlines() if "sam_vit_b_01ec64.pth" in line)
    assert line.split() == ["sam", "sam_vit_b_01ec64.pth", "375.0", "MB", "no", "Apache-2.0"]
    assert main(["path"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"


def test_info_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "sam"]) == 0
    told = capsys.readouterr().out
    for part in ("Click on the object", "md5:01ec64", "Apache-2.0", "https://dl.fbaipublicfiles.com", "1 point(s)"):
        assert part in told


def test_an_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "smam"]) == 1
    assert 'did you mean "sam"?' in capsys.readouterr().err


def test_get_installs_and_says_how_it_was_checked(
    tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    toy(tmp_path, publisher.url("redirect"), digest="sha256:" + hashlib.sha256(CONTENT).hexdigest())
    assert main(["get", "toy"]) == 0
    assert "publisher's checksum" in capsys.readouterr().out
    assert (folder / "toy.bin").read_bytes() == CONTENT
    assert main(["verify"]) == 0 and main(["list"]) == 0 and main(["info", "toy"]) == 0
    told = capsys.readouterr().out
    assert "good   toy.bin" in told and "yes" in told and "\x1b" not in told
    (folder / "toy.bin").write_bytes(CONTENT[::-1])
    assert main(["verify"]) == 1
    assert "WRONG  toy.bin" in capsys.readouterr().out


def test_get_of_what_is_here_fetches_nothing(
    tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    toy(tmp_path, publisher.url("good"), licence="GPL-3.0")
    assert main(["get", "toy", "--accept"]) == 0 and len(publisher.seen) == 1
    assert main(["get", "toy"]) == 0 and len(publisher.seen) == 1
    assert "toy.bin is here already" in capsys.readouterr().out
    (folder / "toy.bin").write_bytes(CONTENT[::-1])
    os.utime(folder / "toy.bin", (1, 1))
    assert main(["get", "toy", "--accept"]) == 0 and len(publisher.seen) == 2
    toy(tmp_path, publisher.url("good"), digest="sha256:" + hashlib.sha256(CONTENT).hexdigest())
    assert main(["get", "toy"]) == 0 and len(publisher.seen) == 3  # another digest is declared now


def test_only_other_bytes_are_called_wrong(
    tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    toy(tmp_path, publisher.url("good"))
    assert main(["get", "toy"]) == 0
    os.utime(folder / "toy.bin", (1, 1))
    folder.chmod(0o555)
    capsys.readouterr()
    with helper("rights").ordinary():
        assert main(["verify"]) == 0
        assert "good   toy.bin" in capsys.readouterr().out
        (folder / "toy.bin").chmod(0)
        assert main(["verify"]) == 1
    told = capsys.readouterr().out
    assert "WRONG" not in told and "toy.bin cannot be read: Permission denied" in told
    folder.chmod(0o755)


def test_names_of_files_command_no_terminal_and_need_not_be_utf8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9\x1b[31m"
    names = [b"caf\xe9.pth", b"esc\x1b[31m\nx.pth"]
    for name, width in zip(names, (32, 64), strict=True):
        net = sam.SamNet(sam.Plan(width, 2, 14, (False, True)))
        torch.save(net.state_dict(), tmp_path / "x")
        (tmp_path / "x").rename(tmp_path / os.fsdecode(name))

    def run(*arguments: str | bytes) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "models", *arguments], capture_output=True, cwd=ROOT, timeout=60,
            env={**os.environb, b"TERMWAND_WEIGHTS": folder, b"PYTHONIOENCODING": b"utf-8:strict"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stderr
        return done.stdout

    told = b""
    for name in names:
        told += run("add", "sam", os.fsencode(tmp_path) + b"/" + name) + run("use", "sam", name)
    told += run("list") + run("info", "sam") + run("verify")
    assert b"\x1b" not in told and "caf\ufffd.pth from now on".encode() in told
    assert "In use:  esc\u241b[31m\u240ax.pth".encode() in told
    assert run("path") == folder + b"\n"


@pytest.mark.parametrize("command", ["list", "verify", "info sam", "use sam", "add sam {file}"])
def test_a_folder_that_cannot_be_read_is_said(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:  # fmt: skip
    (tmp_path / "x.pth").write_bytes(b"x")
    folder.mkdir(mode=0)
    with helper("rights").ordinary():
        assert main(command.format(file=tmp_path / "x.pth").split()) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err == f"The folder of weights cannot be read: Permission denied ({folder})\n"


@pytest.mark.parametrize(("name", "says"), [("x" * 300, "File name too long"), ("", "is a folder"), ("p", "no file")])
def test_add_of_what_is_no_file(name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "p")
    assert main(["add", "sam", str(tmp_path / name)]) == 1
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


def test_without_a_checksum_the_pin_is_said(
    tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    toy(tmp_path, publisher.url("good"))
    assert main(["get", "toy"]) == 0
    told = capsys.readouterr().out
    assert "gives no checksum" in told and hashlib.sha256(CONTENT).hexdigest() in told


def test_terms_are_said_before_anything_is_fetched(
    tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    toy(tmp_path, publisher.url("good"), "GPL-3.0")
    assert main(["get", "toy"]) == 1
    told = capsys.readouterr()
    assert "GPL-3.0" in told.out and "--accept" in told.err and not publisher.seen
    assert main(["get", "toy", "--accept"]) == 0
    assert (folder / "toy.bin").exists()


def test_a_failure_is_one_sentence(tmp_path: Path, publisher: Any, capsys: pytest.CaptureFixture[str]) -> None:
    toy(tmp_path, publisher.url("page"))
    assert main(["get", "toy"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_add_recognises_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    torch.save(sam.SamNet(sam.Plan(32, 2, 14, (False, True))).state_dict(), tmp_path / "mine.pth")
    assert main(["add", "sam", str(tmp_path / "mine.pth")]) == 0
    assert "vit_32x2" in capsys.readouterr().out
    assert (folder / "mine.pth").exists()
    assert main(["add", "hrnet", str(tmp_path / "mine.pth")]) == 1
    assert "models add sam" in capsys.readouterr().err
    assert [record.tool for record in weights.records()] == ["sam"]


def test_the_file_that_is_used_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:  # fmt: skip
    for name, width in (("sam_large.pth", 64), ("sam_small.pth", 32)):
        torch.save(sam.SamNet(sam.Plan(width, 2, 14, (False, True))).state_dict(), tmp_path / name)
        assert main(["add", "sam", str(tmp_path / name)]) == 0
    told = capsys.readouterr().out
    assert "uses sam_large.pth; to use this one: termwand models use sam sam_small.pth" in told
    assert main(["use", "sam", "sam_smal.pth"]) == 1
    assert 'did you mean "sam_small.pth"?' in capsys.readouterr().err
    assert main(["use", "sam", "sam_vit_h_4b8939.pth"]) == 1
    assert "not here yet: termwand models get sam --file sam_vit_h_4b8939.pth, or" in capsys.readouterr().err
    assert main(["use", "sam", "sam_small.pth"]) == 0 and main(["list"]) == 0 and main(["info", "sam"]) == 0
    told = capsys.readouterr().out
    rows = [line.split("MB") for line in told.splitlines() if "MB  " in line]
    states = {name.split()[1]: state.strip() for name, state in rows if name.startswith("sam ")}
    assert states["sam_large.pth"] == "yes, added" and states["sam_small.pth"] == "added, in use"
    assert "uses sam_small.pth from now on." in told and "In use:  sam_small.pth" in told
    (folder / "sam_small.pth").unlink()
    assert main(["info", "sam"]) == 0 and main(["use", "sam"]) == 0
    told = capsys.readouterr().out
    assert "nothing: sam_small.pth is chosen and not here" in told and "uses sam_large.pth from now on." in told


class Evil:
    def __reduce__(self) -> Any:
        return (print, ("executed",))


@pytest.mark.parametrize("content", ["missing", "page", "pickle", "empty"])
def test_add_refuses_anything_else(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:  # fmt: skip
    path = tmp_path / "x.pth"
    made = {"page": b"<html>sign in</html>", "pickle": pickle.dumps(Evil()), "empty": b""}
    if content in made:
        path.write_bytes(made[content])
    assert main(["add", "sam", str(path)]) == 1
    told = capsys.readouterr()
    assert "executed" not in told.out and told.err
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize("arguments", [["models", "list"], ["models", "info", "sam"], ["keys"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_is_no_error(arguments: list[str], unbuffered: str) -> None:
    """As `| head -1` does: the output's reader is gone before the last line is written, or before the first."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "tui", *arguments], stdout=closed, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered}, timeout=60,
        )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 141


PAIR = """
from engine.specs import DetectorSpec, WeightFile, Weights
SPEC = DetectorSpec(id="pair", name="Pair", help="A pair.", weights=tuple(
    Weights(name, files=(WeightFile(name + ".onnx", "{url}"), WeightFile(name + ".names", "{url}", optional=not i)),
            licence="GPL-3.0" if i else "MIT") for i, name in enumerate(("light", "heavy"))))
"""


@pytest.fixture
def pair(tmp_path: Path, shared: Path) -> Path:
    """Declare a model of two sets of two files; return a folder with a real network, its labels and another's."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "pair.py").write_text(PAIR.format(url="https://127.0.0.1/x"))
    registry.tools.cache_clear()
    own = tmp_path / "own"
    own.mkdir()
    for name in ("light", "heavy", "mine"):
        (own / f"{name}.onnx").symlink_to(shared / "weights" / "yolox_nano.onnx")
    (own / "heavy.names").write_text("person\n")
    (own / "mine.names").write_text("cat\n")
    return own


def test_a_set_is_listed_chosen_and_verified_as_one(
    pair: Path, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:  # fmt: skip
    def told(command: str, status: int = 0) -> str:
        assert main(command.split()) == status
        found = capsys.readouterr()
        return found.err if status and not found.out else found.out

    def states() -> dict[str, str]:
        rows = [re.split(" {2,}", line) for line in told("list").splitlines() if line.startswith("pair ")]
        return {row[1]: row[3] for row in rows}

    assert states() == {"light": "no", "heavy": "no"}
    assert "heavy is installed in" in told(f"add pair {pair / 'heavy.names'}")
    said = told(f"add pair {pair / 'mine.onnx'}")
    assert "mine is installed in" in said and "publisher of mine.names gives no checksum" in said
    assert "Pair uses heavy; to use this one: termwand models use pair mine" in said
    assert states() == {"light": "no", "heavy": "yes, in use", "mine": "yes, added"}
    assert "no file here called" in told("use pair mime", 1)
    assert told("use pair mine") == "Pair uses mine from now on.\n"
    sets = folder / "sets" / "pair"
    assert told("path pair").splitlines() == [str(sets / "mine" / "mine.onnx"), str(sets / "mine" / "mine.names")]
    said = told("info pair")
    assert "In use:  mine" in said and "heavy  ?  installed" in said and "heavy.names  ?" in said
    assert "light.names  ?  (if there is one)" in said and "mine.names of mine here: sha256" in said
    assert "good   mine.names of mine" in told("verify")
    (sets / "mine" / "mine.names").write_text("dog\n")
    assert "WRONG  mine.names of mine: " in told("verify", 1)
    (sets / "mine" / "mine.names").unlink()
    said = told("verify", 1)
    assert f"WRONG  mine.names of mine: it is missing; it belongs into {sets / 'mine'}" in said
    assert "good   mine.onnx of mine" in said and "mine.names of mine is missing" in told("info pair")
    assert states()["mine"] == "in part"
    said = told("path pair", 1)
    assert "mine of Pair is not whole: mine.names is missing" in said and "add pair mine.onnx takes it in again" in said


def test_the_addresses_and_terms_of_a_set_are_told_before_it_is_fetched(
    pair: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    assert main(["get", "pair", "--file", "heavy"]) == 1
    told = capsys.readouterr()
    assert "with heavy.names, from https://127.0.0.1/x" in told.out and "heavy comes with terms of its own" in told.out
    assert "Nothing was fetched" in told.err
    assert main(["get", "pair", "--file", "heavi"]) == 1 and 'did you mean "heavy"?' in capsys.readouterr().err


def test_a_missing_companion_is_named(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pair / "heavy.names").unlink()
    assert main(["add", "pair", str(pair / "heavy.onnx")]) == 1
    assert "heavy.names is missing beside heavy.onnx" in capsys.readouterr().err
