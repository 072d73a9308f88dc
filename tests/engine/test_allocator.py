"""Freed memory between things that are kept goes back to the system when it is asked to."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

CODE = """
from pathlib import Path
import numpy as np
from engine.allocator import give_back, keep_freed_memory

def own():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

keep_freed_memory(1 << 30, shared=True)
held = [np.ones(1 << 20, np.uint8) for _ in range(200)]
full = own()
held = held[-1:]  # the last one keeps the heap's end where it is
before = own()
give_back()
print(full - before < 50 << 20, before - own() > 100 << 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such switches")
def test_what_is_free_between_kept_things_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["True", "True"], done.stderr
