"""The engine process as a child: starting it, reading what it prints, ending it and telling how it ended.

Apart from the client, which is about requests. `multiprocessing` is not used: its ways of starting fail inside a
running terminal application, and its resource tracker outlives a killed parent.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.process import protocol as wire
from engine.source import environment
from engine.text import one_line

LOGGER = logging.getLogger("termwand.engine")
WAIT = 5.0
"""Seconds that a send may block, and that an ended process may take to be gone."""
LINE = 500
"""Characters kept of a line that the engine prints."""
THREADS = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "300000"}
"""A thread of torch that has done its part of a layer looks out for the next one for a few ms before it sleeps: a
decoder pass has ninety such pauses, and waking up for each takes as long as the arithmetic. After a pass all sleep."""


@dataclass
class Child:
    """A running engine process; `output` is the descriptor of what it prints."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    output: int
    inbox: wire.Inbox = field(default_factory=lambda: wire.Inbox(wire.ToScreen))
    pictures: set[int] = field(default_factory=set)
    """Numbers of the pictures that it has been sent."""
    partial: str = ""
    silent: bool = False
    """Nothing more can come from `output`."""

    def read_output(self, log: deque[str]) -> bool:
        """Move what is there into the log; say whether there may be more."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.output, 65536)
            *lines, self.partial = (self.partial + data.decode("utf-8", "replace")).split("\n")
            said = [one_line(line)[:LINE] for line in lines if line.strip()]
            log.extend(said)
            for line in said:
                LOGGER.info("%s", line)
            self.partial = self.partial[:LINE]
            self.silent = not data
            return not self.silent
        return False

    def end(self, log: deque[str]) -> str:
        """End the process, whatever it does; return how it ended in words."""
        self.link.close()
        try:
            self.process.wait(0.2)
            how = ending(self.process.returncode)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):  # it hangs in a device's driver: it ends when it can
                self.process.wait(WAIT)
            how = "it did not react any more"
        while self.read_output(log):
            pass
        LOGGER.info("the engine process has ended: %s", how)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return how


def launch(device: str, extra: Mapping[str, str]) -> Child:
    """Start an engine process; raise OSError if the system refuses."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", "-X", "faulthandler", "-m", "engine.process.server"]
        command += [str(theirs.fileno()), device, str(os.getpid())]
        known = {**environment(**THREADS, PYTHONUNBUFFERED="1"), **extra}
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno()], env=known, start_new_session=True, bufsize=0,
        )  # fmt: skip
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    ours.settimeout(WAIT)
    return Child(process, ours, process.stdout.fileno())


def ending(code: int) -> str:
    """Say in words how a process ended."""
    if code == -signal.SIGKILL:
        return "it was killed, perhaps because the machine ran out of memory"
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with status {code}"
