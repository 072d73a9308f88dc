"""What the screen's process does so that its memory levels off, where only the running program shows it."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest

from tests.terminal.conftest import Launch

HEAP = 64 << 20
"""Bytes that glibc sets aside for a heap beside the first, beginning at a multiple of it."""


def heaps(process: int) -> int:
    """Count glibc's heaps beside the first: what is used of one, and behind it the rest that is set aside."""
    maps = Path(f"/proc/{process}/maps").read_text()
    found = re.findall(
        r"^(\w+)-(\w+) rw-p 00000000 00:00 0 *\n(\w+)-(\w+) ---p 00000000 00:00 0 *$", maps, re.MULTILINE
    )
    ranges = [tuple(int(number, 16) for number in numbers) for numbers in found]
    return sum(begin % HEAP == 0 and used == rest and end - begin == HEAP for begin, used, rest, end in ranges)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or platform.machine() != "x86_64", reason="heaps of glibc only")
def test_threads_share_one_heap(launch: Launch, street: Path) -> None:
    app = launch(street, options=("--labels", "car")).sees("1/6")
    for number in range(2, 6):
        app.press("f").sees(f"{number}/6")
    app.press("i").sees("Graph cut").press("1").sees("0+ 0-").press("was", "enter").sees("1+ 0- │")
    assert len(list(Path(f"/proc/{app.pty.process.pid}/task").iterdir())) > 4
    assert heaps(app.pty.process.pid) == 0
