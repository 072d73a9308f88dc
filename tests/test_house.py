"""The house's own rules: sizes of files, functions and classes; what importing a part may bring along."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for folder in ("engine", "tui") for path in (ROOT / folder).rglob("*.py"))
FILE_LINES, NET_LINES, TEST_LINES, FUNCTION_LINES, METHODS, ATTRIBUTES = 300, 500, 600, 40, 20, 20


def limit(path: Path) -> int:
    """Return how long a file may be."""
    return NET_LINES if "nets" in path.parts or path.name == "net.py" else FILE_LINES


def attributes(node: ast.ClassDef) -> set[str]:
    """Return what an object of a class holds: fields, and whatever its methods assign to `self`."""
    fields = {
        item.target.id
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        and "ClassVar" not in ast.unparse(item.annotation)
    }  # fmt: skip
    assigned = {
        part.attr
        for item in node.body
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
        for part in ast.walk(item)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name) and part.value.id == "self"
    }  # fmt: skip
    return fields | assigned


def test_attributes_are_counted():
    code = "class A:\n x: int = 1\n k: ClassVar[int] = 2\n def f(self):\n  self.a, self.b = 1, 2\n  self.a += other.c\n"
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.ClassDef) and attributes(node) == {"x", "a", "b"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_functions_and_classes_stay_small_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    problems = []
    if text.count("\n") > limit(path):
        problems.append(f"{text.count(chr(10))} lines, {limit(path)} allowed")
    if tree.body and ast.get_docstring(tree) is None:
        problems.append("no module docstring")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                problems.append(f"{node.name} has {length} lines, {FUNCTION_LINES} allowed")
        if isinstance(node, ast.ClassDef):
            methods = sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body)
            if methods > METHODS:
                problems.append(f"{node.name} has {methods} methods, {METHODS} allowed")
            if (held := len(attributes(node))) > ATTRIBUTES:
                problems.append(f"{node.name} has {held} attributes, {ATTRIBUTES} allowed")
    assert not problems


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT / "tests"))
)
def test_tests_stay_small_too(path):
    assert path.read_text(encoding="utf-8").count("\n") <= TEST_LINES


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that running some code has loaded."""
    program = f"{code}\nimport sys; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.split())


HEAVY = {"torch", "torchvision", "segment_anything", "onnxruntime", "openvino", "scipy"}


def test_listing_every_tool_imports_no_network_library_and_no_opencv():
    code = "from engine.tools import registry\nassert registry.interactors() and registry.filters()"
    assert not loaded_after(code) & (HEAVY | {"cv2", "textual"})


def test_the_whole_engine_imports_without_textual():
    code = "from engine.actions import load_actions\nload_actions()\n"
    code += "import engine.scene_of, engine.opening, engine.render"
    assert not loaded_after(code) & (HEAVY | {"textual", "rich", "textual_image", "tui"})


def test_what_the_app_imports_before_its_first_frame_is_light():
    code = "import tui.start, tui.app, tui.life, tui.input.driver, tui.surfaces.probe"
    assert not loaded_after(code) & (HEAVY | {"cv2", "textual_image", "av", "PIL"})


def test_import_contracts_hold():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout
