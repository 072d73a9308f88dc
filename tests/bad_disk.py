"""A slow or a full disk for a child process: a small library, made by the C compiler here, stands in its way."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_suffix(".c")


class BadDisk:
    """Says what a child's disk does from now on; `environment` is for the child."""

    def __init__(self, folder: Path, jitter: int = 0) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler here to make a disk slow with")
        folder.mkdir(exist_ok=True)
        library = folder / "bad_disk.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        self._hold, self._full, self._log = folder / "hold", folder / "full", folder / "log"
        self.environment = {
            "LD_PRELOAD": str(library), "BAD_DISK_HOLD": str(self._hold), "BAD_DISK_FULL": str(self._full),
            "BAD_DISK_LOG": str(self._log), "BAD_DISK_JITTER": str(jitter),
        }  # fmt: skip

    def hold(self, *calls: str) -> None:
        """Let syncs wait whose call and path begin like one of these; with "$" at the end that is all of them."""
        _put(self._hold, calls)

    def fill(self, *paths: str) -> None:
        """Let writes to files find no room whose paths begin like one of these."""
        _put(self._full, [f"write {path}" for path in paths])

    def syncs(self) -> list[str]:
        """Return the syncs that have begun, the oldest first."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    def begun(self, call: str, since: int = 0) -> None:
        """Wait until a sync has begun whose call and path begin like this."""
        until(lambda: any(line.startswith(call) for line in self.syncs()[since:]))


def _put(file: Path, lines: list[str] | tuple[str, ...]) -> None:
    if lines:
        new = file.with_suffix(".new")
        new.write_text("".join(f"{line}\n" for line in lines))
        new.replace(file)
    else:
        file.unlink(missing_ok=True)


def until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process brings about."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.002)
