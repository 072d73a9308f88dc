"""The requests that wait in the engine process, and the order in which they are taken.

Pure bookkeeping without threads, so that the rules can be tested alone: in each queue only the newest request waits;
a request that replaces another keeps its place, so a fast hand does not push others back; the queues take turns
because whoever was served stands at the end again.
"""

from __future__ import annotations

from engine.process.protocol import Request
from engine.requests import Lane


class RequestQueue:
    """At most one request for each queue and lane."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Lane, str], Request] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, request: Request) -> int | None:
        """Let a request wait; return the ticket of the one that it replaces."""
        place = (request.lane, request.queue)
        old = self._waiting.get(place)
        self._waiting[place] = request
        return old.ticket if old else None

    def waits(self, lane: Lane, queue: str | None = None) -> bool:
        """Say whether a request of a queue waits, or any of the lane."""
        if queue is not None:
            return (lane, queue) in self._waiting
        return any(other == lane for other, _ in self._waiting)

    def back(self, request: Request) -> bool:
        """Let a request that was interrupted wait in front; say False if a newer one of its queue is there."""
        place = (request.lane, request.queue)
        if place in self._waiting:
            return False
        self._waiting = {place: request, **self._waiting}
        return True

    def cancel(self, ticket: int) -> bool:
        """Drop a request; say whether it was waiting."""
        for place, request in self._waiting.items():
            if request.ticket == ticket:
                del self._waiting[place]
                return True
        return False

    def take(self, lane: Lane) -> Request | None:
        """Return the request whose turn it is, or None."""
        for place, request in self._waiting.items():
            if request.lane == lane:
                del self._waiting[place]
                return request
        return None
