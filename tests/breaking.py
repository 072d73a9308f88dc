"""Break lines at random and see whether the tests notice: `python tests/breaking.py --count 40 --seed 1`.

Every break is tried on a copy of the tree, one at a time: a comparison turned, `and` for `or`, a number one off, a call
left out. What the tests of the engine do not see is printed with its line, to be looked at: some breaks change nothing
that anybody could see, the others lack a test. `--list FILE` keeps what was tried, one JSON object a line.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAILED = 1
"""pytest's exit status where a test has failed; others mean that none was run."""
LEFT_OUT = ("nets", "weights", "process", "tools")
"""Parts whose tests take minutes each: broken only where `--under` names them."""
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Break:
    """A piece of a line, and what stands there instead."""

    path: str
    line: int
    start: int
    end: int
    """UTF-8 bytes within the line."""
    old: str
    new: str


def breaks(path: Path) -> Iterator[Break]:
    """Yield what could be broken in a file's functions."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    for node in {node: None for function in functions for part in function.body for node in ast.walk(part)}:
        if not isinstance(node, ast.expr) or node.lineno != node.end_lineno:
            continue
        new = changed(node)
        if new is not None and "\n" not in new:
            start, end = node.col_offset, node.end_col_offset or 0
            old = lines[node.lineno - 1].encode()[start:end].decode()
            yield Break(str(path.relative_to(ROOT)), node.lineno, start, end, old, new)


def changed(node: ast.expr) -> str | None:
    """Return an expression broken, None if there is no way for it."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in TURNED:
            return ast.unparse(ast.Compare(node.left, [TURNED[type(op)]()], node.comparators))  # type: ignore[list-item]
        case ast.BoolOp():
            return f"({ast.unparse(ast.BoolOp(TURNED[type(node.op)](), node.values))})"  # type: ignore[arg-type]
        case ast.BinOp() if type(node.op) in TURNED and not is_text(node):
            return f"({ast.unparse(ast.BinOp(node.left, TURNED[type(node.op)](), node.right))})"  # type: ignore[arg-type]
        case ast.UnaryOp(op=ast.Not()):
            return f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool()):
            return str(not node.value)
        case ast.Constant(value=int()):
            return str(node.value + 1)
    return None


def is_text(node: ast.BinOp) -> bool:
    """Say whether texts are joined, where a minus would be noticed by anything."""
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
               for side in sides)  # fmt: skip


def applied(found: Break, tree: Path) -> str:
    """Break the line in a copy of the tree; return the file as it was."""
    path = tree / found.path
    before = path.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    line = lines[found.line - 1].encode()
    lines[found.line - 1] = (line[: found.start] + found.new.encode() + line[found.end :]).decode()
    path.write_text("".join(lines), encoding="utf-8")
    return before


def is_noticed(found: Break, tree: Path) -> bool:
    """Run the tests of the engine, those named like the file first, until one fails."""
    name = Path(found.path).stem
    part = Path(found.path).parts[1]
    first = sorted((tree / "tests" / "engine").rglob(f"test*{name}*.py"))
    rest = [f"--ignore=tests/engine/{other}" for other in LEFT_OUT if other != part]
    for chosen in ([str(path) for path in first], [*rest, "tests/engine"]):
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-n", "0", *chosen]
        if chosen and subprocess.run(command, cwd=tree, capture_output=True, timeout=1800).returncode == FAILED:
            return True
    return False


def is_whole(tree: Path) -> bool:
    """Say whether the tests pass as long as nothing is broken: otherwise they would seem to notice everything."""
    left_out = [f"--ignore=tests/engine/{part}" for part in LEFT_OUT]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "auto",
        *left_out,
        "tests/engine",
    ]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-2000:])
    return done.returncode == 0


def main() -> int:
    """Break, test, mend, count."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=40)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--under", default="engine", help="a folder or file to break in")
    asked.add_argument("--list", type=Path, help="append what was tried to this file")
    options = asked.parse_args()
    under = ROOT / options.under
    files = [under] if under.is_file() else sorted(under.rglob("*.py"))
    wanted = [path for path in files if options.under != "engine" or path.relative_to(ROOT).parts[1] not in LEFT_OUT]
    chosen = random.Random(options.seed).sample([found for path in wanted for found in breaks(path)], options.count)
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache"))
        if not is_whole(tree):
            return 2
        for found in chosen:
            before = applied(found, tree)
            seen = is_noticed(found, tree)
            (tree / found.path).write_text(before, encoding="utf-8")
            noticed += seen
            print(
                f"{'noticed' if seen else 'MISSED '} {found.path}:{found.line}: {found.old} -> {found.new}", flush=True
            )
            if options.list:
                with options.list.open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(asdict(found) | {"noticed": seen}) + "\n")
    print(f"{noticed} of {len(chosen)} noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
