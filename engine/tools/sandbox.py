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
from typing import Any, Literal

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
    answer = _asked(file, "identity", on_progress, memory)
    return answer["tool"], answer["variant"]


def shapes_in(
    file: Path, kind: Literal["torch", "pickle"], on_progress: OnProgress = quiet, memory: int = MEMORY
) -> dict[str, tuple[int, ...]]:  # fmt: skip
    """Return the shapes of the tensors in a checkpoint, or of the arrays in a pickle, by name; raise as `identify`."""
    shapes = _asked(file, kind, on_progress, memory)["shapes"]
    return {name: tuple(shape) for name, shape in shapes.items()}


def _asked(file: Path, what: str, on_progress: OnProgress, memory: int) -> dict[str, Any]:
    """Have a process of its own read the file; return what it found out."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "engine.tools.sandbox", str(file), str(memory), what],
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
    return answer


def _answer(process: subprocess.Popen[bytes], file: Path, on_progress: OnProgress) -> dict[str, Any]:
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
            found: dict[str, Any] = json.loads(output)
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


def _identity(file: Path) -> Callable[[], dict[str, Any]]:
    """Import what tells a checkpoint's tool; return what does so."""
    from engine.nets import checkpoint

    more = recognisers()
    list(checkpoint.families())

    def look() -> dict[str, Any]:
        found = checkpoint.identify(file, more=more)
        return {"tool": found.tool, "variant": found.variant}

    return look


def _tensors(file: Path) -> Callable[[], dict[str, Any]]:
    """Import what reads a checkpoint; return what gives its shapes."""
    from engine.nets import checkpoint

    return lambda: {"shapes": checkpoint.shapes_of(checkpoint.read(file)[0])}


def _arrays(file: Path) -> Callable[[], dict[str, Any]]:
    """Import what reads a pickle of arrays; return what gives their shapes."""
    from engine.nets import array_pickles

    return lambda: {"shapes": array_pickles.shapes_in(file)}


def main(argv: list[str]) -> None:
    """Say on the output what a file is, or why it is refused."""
    file = Path(argv[0])
    look = {"identity": _identity, "torch": _tensors, "pickle": _arrays}[argv[2]](file)
    bound(file.stat().st_size, int(argv[1]))  # what was imported until now does not count
    try:
        answer: dict[str, Any] = look()
    except WeightsError as error:
        answer = {"title": error.title, "detail": error.detail}
    os.write(1, json.dumps(answer).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
