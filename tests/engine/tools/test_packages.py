"""What needs the extra `ai`: it is told with the one command that brings it, from wherever the program came."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.tools import packages
from engine.tools.registry import interactors

ROOT = Path(__file__).resolve().parents[3]
LIGHT = ROOT / "tests" / "without_networks"
UNDECLARED = """
from engine.specs import InteractorSpec
SPEC = InteractorSpec(id="toy", name="A toy (small)", help="A toy.", licence="MIT", source="-")
def load(weights, device):
    import torch.nn
"""


def python(code: str, *path: Path, where: Path = ROOT, **environment: str) -> str:
    """Return what a Python prints that finds modules and distributions in these folders first."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=where, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT))), **environment},
    )  # fmt: skip
    return done.stdout.strip()


def test_everything_is_there_where_the_extra_is_installed():
    assert not any(packages.lacking(spec) for spec in interactors().values())


def test_without_the_extra_the_tools_without_networks_lack_nothing_and_the_others_say_what():
    code = (
        "from engine.tools import packages, registry\n"
        "print({name: packages.named(packages.lacking(spec)) for name, spec in registry.interactors().items()})"
    )
    torch = "PyTorch"
    assert python(code, LIGHT) == str({
        "graphcut": "", "scissors": "", "dextr": torch, "fbrs": torch, "hrnet": torch, "iog": torch,
        "sam": "PyTorch, segment-anything",
    })  # fmt: skip


@pytest.mark.parametrize("tool", ["sam", "toy"], ids=["declared", "found out by loading"])
def test_the_engine_process_refuses_such_a_tool_with_the_command(tmp_path, tool):
    (tmp_path / "toy.py").write_text(UNDECLARED)
    code = (
        "from engine.errors import ToolError\nfrom engine.tools.cache import load\n"
        "from engine.tools import packages, registry\n"
        f"try: load(registry.find({tool!r}), None, 'cpu')\n"
        "except ToolError as error: print(error.title, packages.command() in error.detail, sep='|')"
    )
    said = {
        "sam": "SAM needs packages that are not installed (PyTorch, segment-anything)|True",
        "toy": "A toy needs packages that are not installed (PyTorch)|True",
    }
    assert python(code, LIGHT, TERMWAND_EXTRA_TOOLS=str(tmp_path)) == said[tool]


@pytest.mark.parametrize(
    "command", ["models list", "models info sam", "models add hrnet README.md", "doctor --no-speed"]
)
def test_commands_say_it_too(command):
    code = f"import sys\nfrom tui.__main__ import main\nmain({command.split()})\nsys.exit(0)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True,
        env={**os.environ, "PYTHONPATH": f"{LIGHT}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert packages.command() in done.stdout + done.stderr


SOURCES = {
    "an index": (None, "'termwand[ai]'"),
    "a folder": ({"url": "file:///srv/my%20wand", "dir_info": {}}, "'termwand[ai] @ file:///srv/my%20wand'"),
    "a repository": (
        {"url": "https://example.org/wand.git", "vcs_info": {"vcs": "git", "commit_id": "ab12"}},
        "'termwand[ai] @ git+https://example.org/wand.git@ab12'",
    ),
    "this source tree": ({"url": ROOT.as_uri(), "dir_info": {"editable": True}}, f"-e '{ROOT}[ai]'"),
}


@pytest.mark.parametrize("pip", [True, False])
@pytest.mark.parametrize("source", SOURCES)
def test_the_command_fits_where_the_program_came_from(tmp_path, source, pip):
    address, wanted = SOURCES[source]
    record = tmp_path / "termwand-0.1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: termwand\nVersion: 0.1.0\n")
    if address is not None:
        (record / "direct_url.json").write_text(json.dumps(address))
    if pip:
        (tmp_path / "pip").mkdir()
        (tmp_path / "pip" / "__init__.py").touch()
    said = python("from engine.tools.packages import command; print(command())", tmp_path, PATH="/usr/bin:/bin",
                  UV_PROJECT_ENVIRONMENT="/elsewhere")  # fmt: skip
    with_pip, with_uv = f"{sys.executable} -m pip install", f"uv pip install --python {sys.executable}"
    assert said == f"{with_pip if pip else with_uv} {wanted}"


@pytest.mark.parametrize(("where", "project"), [(ROOT, ""), (ROOT.parent, f"--project {ROOT} ")])
def test_a_source_tree_that_uv_looks_after_is_told_by_uv(where, project):
    if not (ROOT / "uv.lock").is_file():
        pytest.skip("this source tree is not looked after by uv")
    code = "from engine.tools.packages import command; print(command())"
    assert python(code, where=where, UV_PROJECT_ENVIRONMENT=sys.prefix) == f"uv sync {project}--no-dev --extra ai"
