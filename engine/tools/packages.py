"""Packages that come with the extra `ai` alone: which of them a tool lacks, and the one command that brings them.

They are hundreds of megabytes, and half of the tools do without them. Nothing is imported by looking.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from engine.errors import ToolError
from engine.source import ROOT
from engine.specs import ToolSpec

DISTRIBUTION, EXTRA = "termwand", "ai"
NAMES = {
    "torch": "PyTorch", "torchvision": "torchvision", "segment_anything": "segment-anything",
    "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO",
}  # fmt: skip
"""Modules that the extra brings, as people call them."""


def lacking(spec: ToolSpec) -> tuple[str, ...]:
    """Return the modules that a tool imports and that are not installed."""
    return tuple(name for name in spec.packages if name not in sys.modules and importlib.util.find_spec(name) is None)


def need(spec: ToolSpec) -> None:
    """Raise ToolError with the command to give if the tool cannot run with what is installed."""
    if missing := lacking(spec):
        raise absent(spec, missing)


def absent(spec: ToolSpec, modules: Iterable[str]) -> ToolError:
    """Return the error that says what a tool lacks, and the command that brings it."""
    name = spec.name.partition(" (")[0]
    title = f"{name} needs packages that are not installed ({named(modules)})"
    return ToolError(title, f"{command()} brings them")


def named(modules: Iterable[str]) -> str:
    """Return what people call these modules."""
    return ", ".join(NAMES.get(name, name) for name in modules)


@cache
def command() -> str:
    """Return the command that installs the extra for this very Python, from where the program itself came."""
    source = _source()
    if source == ROOT.as_uri():
        if _pip() is None and (ROOT / "uv.lock").is_file() and _is_the_projects_own():
            there = "" if Path.cwd() == ROOT else f"--project {shlex.quote(str(ROOT))} "
            return f"uv sync {there}--no-dev --extra {EXTRA}"
        return f"{_installer()} -e {shlex.quote(f'{ROOT}[{EXTRA}]')}"
    return f"{_installer()} {shlex.quote(f'{DISTRIBUTION}[{EXTRA}]' + (f' @ {source}' if source else ''))}"


def _source() -> str:
    """Return the address that the program was installed from, "" for an index of packages."""
    try:
        text = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return ROOT.as_uri()  # run from its source
    found = json.loads(text) if text else {}
    address = str(found.get("url", ""))
    if "vcs_info" in found:
        return f"{found['vcs_info']['vcs']}+{address}@{found['vcs_info']['commit_id']}"
    return address


def _pip() -> str | None:
    """Return the `pip` of this Python, None where it has none, as in what uv makes."""
    if importlib.util.find_spec("pip") is None:
        return None
    found = shutil.which("pip")
    if found is not None and Path(found).parent == Path(sys.executable).parent:
        return "pip install"
    return f"{shlex.quote(sys.executable)} -m pip install"


def _installer() -> str:
    return _pip() or f"uv pip install --python {shlex.quote(sys.executable)}"


def _is_the_projects_own() -> bool:
    """Say whether this Python is the one that uv keeps for the source tree, not one that somebody made beside it."""
    own = os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")
    return Path(sys.prefix).resolve() == (ROOT / own).resolve()
