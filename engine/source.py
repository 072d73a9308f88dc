"""Where the program's own files lie, and what a process of its own must know to find them."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder of `engine`, `tui`, `keymaps` and `samples`: of the source tree, or of what is installed."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a child process that imports this very program, from wherever it is started."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, **more}
