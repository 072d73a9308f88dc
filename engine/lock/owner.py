"""Who holds a lock, and whether that program can still be alive.

Apart from the lock because a process is known by more than its number: the number may have been given again, the
process may live in another container, where numbers begin anew, or on another machine.
"""

from __future__ import annotations

import getpass
import os
import socket
import time
from pathlib import Path

import msgspec

from engine.lock.filelock import Kind
from engine.text import plain

BEAT = 10.0
"""Seconds between two signs of life. Each is a time stamp that the system writes to the disk with whatever else it has
to write, so more would only wear, and fewer would make others wait longer for the lock of a machine that is gone."""
SILENT = 60.0
"""Seconds of silence after which an owner whom nothing else tells of may be dead: five signs of life missed."""


class Owner(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who holds a lock. Read from a file, so a stranger's text."""

    user: str = ""
    host: str = ""
    pid: int = 0
    time: str = ""
    started: str = ""
    """When the process began, in the system's own clock: a process id alone may have been given again."""
    boot: str = ""
    """Which start of which kernel: containers of one machine share it."""
    space: str = ""
    """In which namespace of that kernel the process id counts."""
    device: int = 0
    """The file system, as that kernel numbers it."""
    held: Kind = ""
    """How the system holds the lock for its owner."""
    beats: bool = False
    """Whether the owner touches the file every few seconds."""
    token: str = ""

    def __str__(self) -> str:
        return f"{plain(self.user, 40) or 'somebody'}@{plain(self.host, 60) or 'unknown'}"


def here() -> Owner:
    """Return this process as an owner."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return Owner(user, socket.gethostname(), os.getpid(), now, _started(os.getpid()), _boot(), _space())


def is_dead(owner: Owner, *, free: bool | None, device: int, beat: float, now: float) -> bool | None:
    """Say whether an owner is gone for certain; None where only its silence speaks for it, long enough to listen.

    `free`: nobody holds the file by `owner.held`; `beat` and `now`: its last sign of life and the present, both by the
    clock of the file's own server.
    """
    if free is False:
        return False
    one_kernel = bool(owner.boot) and owner.boot == _boot()
    if one_kernel and owner.space == _space():
        return not _runs(owner)
    if free and one_kernel and owner.device == device:
        return True  # one kernel, one file system: there the lock lasts as long as its owner
    if owner.host == socket.gethostname():
        if not owner.boot:
            return not _runs(owner)  # no system that tells kernels apart
        if not one_kernel and beat < _booted():
            return True  # the machine has been started anew since then
    return None if owner.beats and now - beat > SILENT else False


def _runs(owner: Owner) -> bool:
    """Say whether a process of this machine, and of this namespace, is there."""
    if not 0 < owner.pid < 2**31:
        return True
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    started = _started(owner.pid)
    return not (owner.started and started and owner.started != started)


def _started(pid: int) -> str:
    """Return when a process began, in ticks since the machine did; "" where the system does not say."""
    try:
        # the name in parentheses may hold anything, the fields after the last parenthesis are numbers
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _space() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _booted() -> float:
    """Return when this machine was started, as a time of day; 0 where it does not say."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() - time.clock_gettime(clock) if clock is not None else 0.0
