"""The log: where everything goes that would otherwise be written over the screen, file descriptors 1 and 2 too.

Libraries print, also from C, and a fault may end the interpreter before it can say why: all of that is kept in one
private file of bounded size. Records of `logging` go there as well, made safe, because logs are shown in terminals;
what the engine process prints, the traces of its crashes among it, comes as such records.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import platform
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from engine import disk
from engine.cli import terminal
from engine.errors import SettingsError
from engine.text import plain

LIMIT = 1 << 20
"""Bytes of the log before it is put aside, and as many of the one put aside before."""
SHOWN, LINES = 1 << 17, 1000
"""At most so many bytes, and so many lines, are shown of its end."""
LOGGER = logging.getLogger("termwand")
"""The one that everything in this process logs by, or by a name below it."""
EVERY = 5.0
"""Seconds between two looks at its size."""


class Log:
    """An open log; its descriptor stays the same when a new file is begun."""

    def __init__(self, path: Path | None) -> None:
        """Open a file for appending, without one throw everything away."""
        self.path = path
        self.descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC) if path is None else _opened(path)
        self._diverted: list[int] = []

    def write(self, text: str) -> None:
        """Append lines; a full disk is no reason to fail."""
        with contextlib.suppress(OSError):
            disk.write_all(self.descriptor, text.encode("utf-8", "replace"))

    def last(self) -> list[str]:
        """Return its last lines, oldest first, as they are in the file: whoever shows them makes them safe.

        Just after a new file was begun, what was put aside is still shown before it.
        """
        if self.path is None:
            return []
        data, whole = _end(self.path, SHOWN)
        if whole:
            data = _end(self.path.with_name(self.path.name + ".old"), SHOWN - len(data))[0] + data
        return data.decode("utf-8", "replace").splitlines()[-LINES:]

    def bound(self) -> None:
        """Put the file aside and begin a new one when it is too large."""
        with contextlib.suppress(OSError):
            if self.path is None or os.fstat(self.descriptor).st_size <= LIMIT:
                return
            if os.path.samestat(os.fstat(self.descriptor), os.lstat(self.path)):  # another program may have been first
                os.replace(self.path, self.path.with_name(self.path.name + ".old"))
            fresh = _opened(self.path)
            for descriptor in (self.descriptor, *self._diverted):
                os.dup2(fresh, descriptor, inheritable=descriptor != self.descriptor)
            os.close(fresh)

    @contextlib.contextmanager
    def diverted(self) -> Iterator[None]:
        """Take in what is written to the descriptors 1 and 2 where they are the terminal."""
        saved = {number: os.dup(number) for number in (1, 2) if terminal.is_terminal(number)}
        ended = threading.Event()
        _flush()
        for number in saved:
            os.dup2(self.descriptor, number)
        self._diverted = [*saved]
        threading.Thread(target=self._watch, args=(ended,), name="log", daemon=True).start()
        try:
            yield
        finally:
            ended.set()
            self._diverted = []
            _flush()
            for number, descriptor in saved.items():
                os.dup2(descriptor, number)
                os.close(descriptor)

    def _watch(self, ended: threading.Event) -> None:
        _introduce()
        while not ended.wait(EVERY):
            self.bound()


class Handler(logging.Handler):
    """Writes records of `logging`, each line of them safe to be shown."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log
        self.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            lines = self.format(record).split("\n")
        except Exception:  # a library's record that does not fit its own format
            lines = [str(record.msg)]
        self.log.write("".join(f"{plain(line)}\n" for line in lines))


def begin(path: Path | None, state: Path) -> Log:
    """Open the log that the user names, else the one in the user's state folder, and send `logging` there.

    Raise SettingsError if the one that was named cannot be written; without the other one nothing is kept.
    """
    log = _named(path) if path is not None else _usual(state / "termwand.log")
    log.bound()
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [Handler(log)]
    root.setLevel(logging.INFO)
    faulthandler.enable(file=log.descriptor)
    return log


def in_use() -> Log | None:
    """Return the log that `begin` has opened in this process, None if none was."""
    return next((handler.log for handler in logging.getLogger().handlers if isinstance(handler, Handler)), None)


def _introduce() -> None:
    """Say what runs, for whoever is sent the log; in a thread, because looking that up takes a while."""
    from engine.cli.arguments import version

    where = f"Python {platform.python_version()}, {platform.platform()}, TERM={os.environ.get('TERM', '')}"
    LOGGER.info("termwand %s begins: %s", version(), where)


def _named(path: Path) -> Log:
    try:
        return Log(path.absolute())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError("The log cannot be written", f"{path}: {reason}") from error


def _usual(path: Path) -> Log:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Log(path)
    except OSError:
        return Log(None)


def _opened(path: Path) -> int:
    """Open our file, private, never through a link or into a device."""
    try:
        return disk.create(path, 0o600)
    except FileExistsError:
        return disk.open_existing(path, os.O_WRONLY | os.O_APPEND)


def _end(path: Path, most: int) -> tuple[bytes, bool]:
    """Return the end of a file of ours, from the beginning of a line on, and whether it is all; b"" without a file."""
    try:
        with os.fdopen(disk.open_existing(path), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - most, 0))
            data = file.read(most)
    except OSError:
        return b"", True
    return (data, True) if size <= most else (data.partition(b"\n")[2], False)


def _flush() -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()  # type: ignore[union-attr]
