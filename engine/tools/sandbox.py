"""Tells what a stranger's checkpoint is, in a process of its own that has bounds of time and memory.

Apart because a reader of files can always have a fault that nobody knows yet: here it costs a process that had nothing
to lose. Only the answer comes back, as one line of JSON; this file is both sides.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import WeightsError
from engine.source import environment
from engine.weights.digests import OnProgress, quiet

MEMORY = 2 << 30
"""Bytes that reading may need beyond twice the file's size."""
SECONDS = 60
"""Seconds of work for a file of any size."""
RATE = 40_000_000
"""Bytes a second at which any machine copies memory."""
SLOWEST = 4_000_000
"""Bytes a second that a disk has to give, a shared one over a network included."""
LOADING = 240
"""Seconds that the program itself may take to load from such a disk."""
EVERY = 0.2


def identify(file: Path, on_progress: OnProgress = quiet, memory: int = MEMORY) -> tuple[str, str]:
    """Return a checkpoint's tool and variant; raise WeightsError if it is damaged, unknown or more than it should be.

    `on_progress` is called while it is being read, and may raise to stop.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "engine.tools.sandbox", str(file), str(memory)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        env=environment(),
    )  # fmt: skip
    try:
        answer = _answer(process, file, on_progress)
    finally:
        process.kill()
        process.communicate()
    if "title" in answer:
        raise WeightsError(answer["title"], answer["detail"])
    return answer["tool"], answer["variant"]


def _answer(process: subprocess.Popen[bytes], file: Path, on_progress: OnProgress) -> dict[str, str]:
    """Wait for the answer, as long as any file of this size may take."""
    until = time.monotonic() + LOADING + file.stat().st_size / SLOWEST
    while True:
        on_progress(f"Reading {file.name}", 0, 0)
        try:
            output, _ = process.communicate(timeout=EVERY)
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                raise _refusal(file, "reading it took too long") from None
            continue
        with contextlib.suppress(ValueError):
            found: dict[str, str] = json.loads(output)
            return found
        late = process.returncode == -signal.SIGXCPU
        raise _refusal(file, "reading it took too long" if late else "reading it took too much memory, or failed")


def _refusal(file: Path, why: str) -> WeightsError:
    return WeightsError(f"{file.name} cannot be read as a checkpoint", f"{why} ({file})")


# the other side


def recognisers() -> list[Callable[[Any], Any]]:
    """Return what tells the checkpoints of tools that bring their network along in their own file.

    Such a file may have a function `recognise(shapes) -> bool`; `shapes` are the tensors' shapes by name.
    """
    from engine.nets.checkpoint import Identity
    from engine.tools.registry import tools

    def recogniser(tool_id: str, recognise: Callable[[Any], bool]) -> Callable[[Any], Identity | None]:
        return lambda shapes: Identity(tool_id, "") if recognise(shapes) else None

    own = ((name, getattr(module, "recognise", None)) for name, module in tools().items())
    return [recogniser(name, recognise) for name, recognise in own if recognise is not None]


def bound(size: int, memory: int) -> None:
    """Give this process no more than it needs for a file of `size` bytes, and let it write no file."""
    seconds = SECONDS + size // RATE + int(time.process_time())
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    with contextlib.suppress(OSError, ValueError):  # Linux; elsewhere memory has no bound that is kept to
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + 2 * size + memory
    for what, most in limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # the first to go where memory is short all the same


def main(argv: list[str]) -> None:
    """Say on the output what a file is, or why it is refused."""
    from engine.nets import checkpoint

    file, more = Path(argv[0]), recognisers()
    list(checkpoint.families())  # what is imported does not count
    bound(file.stat().st_size, int(argv[1]))
    try:
        found = checkpoint.identify(file, more=more)
        answer = {"tool": found.tool, "variant": found.variant}
    except WeightsError as error:
        answer = {"title": error.title, "detail": error.detail}
    os.write(1, json.dumps(answer).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
