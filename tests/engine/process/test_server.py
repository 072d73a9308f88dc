"""What the engine process's threads do when even telling of a failure, or clearing up after it, fails."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine.process import protocol as wire
from engine.process.server import Server
from engine.tools.cache import ModelCache


class Broken(ModelCache):
    """Fails at whatever it is asked for, and at clearing up."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("cpu")
        self.error = error

    def prepared(self, *asked: Any) -> Any:
        raise self.error

    def clear(self) -> None:
        raise RuntimeError("the device is gone")


class UntoldError(Exception):
    """Has no text that could be told."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.fixture
def links() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def asked(links: tuple[socket.socket, socket.socket], error: BaseException) -> tuple[Server, wire.Inbox]:
    """Return a server whose next request, which waits, ends with this error."""
    server = Server(links[0], Broken(error))
    server.desk.pictures[1] = np.zeros((4, 4, 3), np.uint8)
    server.lanes.put(wire.Prepare(ticket=7, queue="next", tool="t", weights="", picture=1))
    return server, wire.Inbox(wire.ToScreen)


def test_no_memory_is_told_even_if_clearing_up_fails(links: tuple[socket.socket, socket.socket]) -> None:
    server, inbox = asked(links, MemoryError())
    server._run(server.lanes.take("ahead"))
    told: list[Any] = []
    while not any(isinstance(message, wire.Refused) for message in told):
        told += inbox.receive(links[1]) or ()
    assert told[-1].ticket == 7 and told[-1].title == "Not enough memory for t"
    assert not server.lanes._running


def test_a_failure_that_cannot_be_told_leaves_its_lane_free(links: tuple[socket.socket, socket.socket]) -> None:
    server, _ = asked(links, UntoldError())
    with pytest.raises(ValueError, match="no text"):
        server._run(server.lanes.take("ahead"))
    assert not server.lanes._running
