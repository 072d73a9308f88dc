"""Nothing changes a session but an action, and only `App.do` runs one: what is read here is the source, not a run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "tui").rglob("*.py"))
RUNS = {"app.py"}
"""Where actions are run."""
READS = {
    "engine.actions": {"Action", "described", "load_actions"},
    "engine.actions.files": {"is_dirty"},
    "engine.actions.models": {"kind_of"},
    "engine.actions.preparing": {"AHEAD"},
    "engine.actions.prompts": {"spec_of"},
    "engine.actions.repairs": {"frames_meant"},
    "engine.actions.tracks": {"named", "selected"},
}
"""What is taken from the actions without doing anything."""
OPENS = {"life.py": {("frames", "show")}}
"""Who may do more, before anybody could: the first frame is asked for where the session is opened."""
CHANGES = {"life.py": {"read_only"}, "app.py": {"on_change", "on_message"}, "recordings.py": {"clock"},
           "player.py": {"clock"}}  # fmt: skip
"""Fields of a session that are set elsewhere: where it reports to, what the lock allows, its clock."""
DOES = {"commit", "undo", "redo", "take", "advance", "set", "take_over", "cancel"}
"""Methods of a session and of its jobs that change it."""


def session_of(node: ast.expr) -> bool:
    """Say whether an expression is a session or something in one."""
    while isinstance(node, ast.Attribute):
        if node.attr in ("session", "_session"):
            return True
        node = node.value
    return isinstance(node, ast.Name) and node.id == "session"


def taken(tree: ast.AST, name: str) -> Iterator[str]:
    """Yield what a file takes from the actions and does not only read."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("engine.actions"):
            continue
        for alias in node.names:
            if (ROOT / "engine" / "actions" / f"{alias.name}.py").exists() and node.module == "engine.actions":
                modules[alias.asname or alias.name] = f"engine.actions.{alias.name}"
            elif alias.name not in READS.get(node.module or "", set()) and name not in RUNS:
                yield f"line {node.lineno} takes {alias.name} of {node.module}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            is_opening = (node.value.id, node.attr) in OPENS.get(name, set())
            if node.attr not in READS.get(modules[node.value.id], set()) and not is_opening:
                yield f"line {node.lineno} uses {node.value.id}.{node.attr}"


def changed(tree: ast.AST, name: str) -> Iterator[str]:
    """Yield what a file sets in a session, or calls that changes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and session_of(node.value):
            is_set = isinstance(node.ctx, ast.Store) and node.attr not in CHANGES.get(name, set())
            if is_set or node.attr in DOES:
                yield f"line {node.lineno} has {ast.unparse(node)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_goes_past_it(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [*taken(tree, path.name), *changed(tree, path.name)] == []


@pytest.mark.parametrize(
    "text",
    ["app.session.selection.selected = 3", "self._session.view.cursor, x = 1, 2", "session.view.cursor = p",
     "session.commit('x')", "app.session.jobs.cancel(kind)", "from engine.actions import perform",
     "from engine.actions import files\nfiles.save(session)", "from engine.actions.hand import moved"],
)  # fmt: skip
def test_what_would_go_past_it_is_found(text: str):
    tree = ast.parse(text)
    assert [*taken(tree, "x.py"), *changed(tree, "x.py")]
