"""Fetches, adopts or verifies one set of weights in a process of its own, and says on its output how far it is.

Apart from the screen's process because telling what a checkpoint is needs torch, which that process never imports, and
because a process can be stopped at any moment, whatever the network or the disk does. `carry` is the screen's side.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from engine import errors
from engine.errors import AppError, WeightsError
from engine.jobs import Done, Progress, Step
from engine.process.protocol import said
from engine.process.spawn import ending
from engine.source import environment
from engine.specs import DetectorSpec, ToolSpec

if TYPE_CHECKING:
    from engine.weights import Here

WAIT = 3.0
"""Seconds that the process has to end by itself."""
What = Literal["get", "add", "verify"]
NAMED = 4
"""Labels of a detector that are named."""
BEAT = 0.25
"""Seconds between two lines: as soon after a job is given up is it ended, as soon after the screen's end is it gone."""


class Far(msgspec.Struct, tag=True, frozen=True):
    """How far it is."""

    text: str
    done: int = 0
    total: int = 0


class Carried(msgspec.Struct, tag=True, frozen=True):
    """It is done."""

    text: str


class Refused(msgspec.Struct, tag=True, frozen=True):
    """It failed; `kind` is the name of an AppError class."""

    kind: str
    title: str
    detail: str


Line = Far | Carried | Refused


def encoded(line: Line) -> bytes:
    """Return a line as it is written; what is no UTF-8 in a file's name becomes question marks."""
    clean = {name: said(text) for name, text in msgspec.structs.asdict(line).items() if isinstance(text, str)}
    return msgspec.json.encode(msgspec.structs.replace(line, **clean)) + b"\n"


def carry(ticket: int, what: What, tool: str, file: str, labels: str = "") -> Iterator[Step]:
    """Yield Progress, then Done; raise the AppError that says why not. Closing the generator ends the work.

    `file` is a declared set's name for "get", a path for "add", an installed set's name for "verify". `labels`
    is a file of a detector's labels, for "add".
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "engine.process.carrier", what, tool, file, labels],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    last: Line | None = None
    try:
        for text in process.stdout:
            last = msgspec.json.decode(text, type=Line)
            if isinstance(last, Far):
                yield Progress(ticket, last.text, last.done, last.total)
    finally:
        code = end(process)
    if isinstance(last, Carried):
        yield Done(ticket, last.text)
    elif isinstance(last, Refused):
        raise getattr(errors, last.kind, AppError)(last.title, last.detail)
    else:
        raise WeightsError(f"{Path(file).name} could not be taken in", ending(code))


def end(process: subprocess.Popen[bytes]) -> int:
    """End the process, with a moment to remove what it has half copied; return its status."""
    process.terminate()
    try:
        process.wait(WAIT)
    except subprocess.TimeoutExpired:
        process.kill()
    assert process.stdout is not None
    process.stdout.close()
    return process.wait()


class Teller:
    """Writes lines; a thread repeats the last one, so that the screen can say between two that nobody waits."""

    def __init__(self) -> None:
        self._line: Line = Far("Starting")
        self._lock = threading.Lock()
        self._last = 0.0
        threading.Thread(target=self._beat, daemon=True).start()

    def progress(self, text: str, done: int, total: int) -> None:
        """Note how far it is; the next beat tells it."""
        self._line = Far(text, done, total)
        if time.monotonic() - self._last > BEAT:
            self.tell(self._line)

    def tell(self, line: Line) -> None:
        """Write a line; when nobody reads any more, end."""
        try:
            with self._lock:
                self._last = time.monotonic()
                os.write(1, encoded(line))
        except OSError:
            os.kill(os.getpid(), signal.SIGTERM)

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT)
            self.tell(self._line)


def run(what: str, tool: str, file: str, labels: str, teller: Teller) -> str:
    """Do the work; return a sentence for the annotator. Raise AppError."""
    from engine import weights
    from engine.tools.registry import find

    spec = find(tool).SPEC
    if what == "get":
        declared = next((item for item in spec.weights if item.name == file), None)
        if declared is None:
            raise WeightsError(f'{spec.name} has no file called "{file}"', "it declares no such file")
        here = weights.fetch(spec, declared, teller.progress)
        checked = "it has its publisher's checksum" if here.published else "its checksum is pinned from now on"
        return f"{spec.name} is ready: {here.name} has come, {checked}"
    if what == "add":
        from engine.tools.adopting import adopt

        here = adopt(spec, Path(file), teller.progress, Path(labels) if labels else None)
        return f"{spec.name} is ready: {here.name} was taken in{_finds(spec, here)}"
    weights.need_folder()
    known = next((one for one in weights.found(spec) if one.name == file), None)
    if known is None:
        raise WeightsError(f"{file} is not here any more", f"no verified file of that name is in {weights.folder()}")
    weights.verify_set(known, teller.progress)
    return f"{file} is unchanged ({known.published or 'by its pinned sha256'})"


def _finds(spec: ToolSpec, here: Here) -> str:
    """Say what a detector finds with a set that was taken in."""
    if not isinstance(spec, DetectorSpec):
        return ""
    from engine.tools.detecting.labels import labels_of

    found = labels_of(spec, here.name)
    return f". It finds {len(found)} kinds of things: {', '.join(found[:NAMED])}{' …' if len(found) > NAMED else ''}"


def main(argv: list[str]) -> None:
    """Do one piece of work and tell how it ended."""
    with contextlib.suppress(OSError):
        os.nice(5)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    teller = Teller()
    try:
        last: Line = Carried(run(argv[0], argv[1], argv[2], argv[3], teller))
    except AppError as error:
        kind = next(kind.__name__ for kind in type(error).__mro__ if hasattr(errors, kind.__name__))
        last = Refused(kind, error.title, error.detail)
    except Exception as error:
        last = Refused("WeightsError", "It failed unexpectedly", f"{type(error).__name__}: {error}"[:300])
    with teller._lock:
        os.write(1, encoded(last))
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
