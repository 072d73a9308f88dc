"""What is imported is declared, what is declared is imported, and what is heavy is only where networks are."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NETWORKS = (
    "engine/nets", "engine/tools/clicking", "engine/tools/detecting", "engine/tools/detectors",
    "engine/tools/interactors", "engine/tools/trackers", "engine/tools/devices.py",
)  # fmt: skip
"""Where the extra `ai` is imported: what is loaded only when a model is."""
BY_OTHERS = {
    "segment-anything": "engine/tools/interactors/sam/package.py imports it by name",
}  # fmt: skip


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", line)[0] for line in requirements}


LIGHT, HEAVY = names(PROJECT["dependencies"]), names(PROJECT["optional-dependencies"]["ai"])
CLUSTER = names(PROJECT["optional-dependencies"]["ray"])


def imported() -> dict[str, set[str]]:
    """Return the files that import each distribution."""
    of_module = metadata.packages_distributions()
    found: dict[str, set[str]] = {}
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "tui").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for top in {module.partition(".")[0] for module in modules} - {"engine", "tui"} - sys.stdlib_module_names:
                name = of_module[top][0].lower() if top in of_module else top
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


IMPORTED = imported()


def test_what_is_imported_is_declared():
    assert set(IMPORTED) - {"rich"} <= LIGHT | HEAVY | CLUSTER  # rich is Textual's, and comes with it


def test_the_engine_does_not_name_the_window_for_types_either():  # which the import contracts leave out
    files = [(path, path.read_text(encoding="utf-8")) for path in (ROOT / "engine").rglob("*.py")]
    assert not [path for path, text in files if re.search(r"^\s*(from|import) (tui|textual|rich)\b", text, re.M)]


@pytest.mark.parametrize("name", sorted(LIGHT | HEAVY))
def test_what_is_declared_is_imported_or_says_for_whom(name):
    assert (name in IMPORTED) != (name in BY_OTHERS)


def test_what_a_cluster_needs_is_imported_in_one_place():
    assert {name: IMPORTED[name] for name in CLUSTER} == {"ray": {"engine/batch/ray.py"}}


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_what_is_heavy_is_imported_only_where_networks_are(name):
    assert all(path.startswith(NETWORKS) for path in IMPORTED.get(name, ()))
