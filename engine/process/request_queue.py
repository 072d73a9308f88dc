"""The requests that wait in the engine process, and the order in which they are taken.

Pure bookkeeping without threads, so that the rules can be tested alone: in each queue only the newest request waits;
a request that replaces another keeps its place, so a fast hand does not push others back; the queues take turns
because whoever was served stands at the end again.
"""

from __future__ import annotations

from engine.process.protocol import Ask, Lane


class RequestQueue:
    """At most one request for each queue and lane."""

    def __init__(self) -> None:
        self._asks: dict[tuple[Lane, str], Ask] = {}

    def __len__(self) -> int:
        return len(self._asks)

    def put(self, ask: Ask) -> int | None:
        """Let a request wait; return the ticket of the one that it replaces."""
        place = (ask.lane, ask.queue)
        old = self._asks.get(place)
        self._asks[place] = ask
        return old.ticket if old else None

    def waits(self, lane: Lane, queue: str) -> bool:
        """Say whether a request of a queue waits."""
        return (lane, queue) in self._asks

    def back(self, ask: Ask) -> bool:
        """Let a request that was interrupted wait in front; say False if a newer one of its queue is there."""
        place = (ask.lane, ask.queue)
        if place in self._asks:
            return False
        self._asks = {place: ask, **self._asks}
        return True

    def cancel(self, ticket: int) -> bool:
        """Drop a request; say whether it was waiting."""
        for place, ask in self._asks.items():
            if ask.ticket == ticket:
                del self._asks[place]
                return True
        return False

    def take(self, lane: Lane) -> Ask | None:
        """Return the request whose turn it is, or None."""
        for place, ask in self._asks.items():
            if ask.lane == lane:
                del self._asks[place]
                return ask
        return None
