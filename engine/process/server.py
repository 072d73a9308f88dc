"""The engine process: `python -m engine.process.server DESCRIPTOR DEVICE PARENT`, started by the client only.

It reads requests from the socket in its main thread and works in two others: one answers prompts, the other prepares
pictures while nobody waits. It is niced, so that the screen stays quick, and it dies with its parent: the socket
ends, and on Linux the system kills it. Whatever a tool prints goes into the client's bounded log.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.allocator import keep_freed_memory
from engine.errors import AppError, ToolError
from engine.process import protocol as wire
from engine.process.model_cache import ModelCache
from engine.process.request_queue import RequestQueue
from engine.process.shared_memory import Pixels, attach
from engine.tools.base import Prediction
from engine.tools.running import Stopped, heard

NICE = 10
MEMORY = 512 << 20
"""Bytes of freed memory kept for a network's next layer."""
PAUSE = 0.02
"""Seconds after an answer before its alternatives are made: somebody may ask again at once."""
BEAT = 0.5
"""Seconds between two progress messages of the same text."""


@dataclass
class Running:
    """The request that a thread works on."""

    ask: wire.Ask
    began: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    interrupted: bool = False
    told: tuple[str, float] = ("", 0.0)
    others: Sequence[Prediction] = ()
    """Alternatives to the answer, made when the answer has been sent."""


class Server:
    """Pictures, waiting requests and the two threads that work on them."""

    def __init__(self, link: socket.socket, models: ModelCache) -> None:
        self.link = link
        self.models = models
        self.pictures: dict[int, Pixels] = {}
        self.waiting = RequestQueue()
        self.running: dict[wire.Lane, Running] = {}
        self.urgent = 0
        """Threads that prepare a picture which somebody waits for: preparing ahead pauses."""
        self.changed = threading.Condition()
        self._sending = threading.Lock()
        self._dropped: queue.SimpleQueue[int] = queue.SimpleQueue()
        """Tickets to be told of by a thread of its own: the one that reads must never wait until it can send."""

    def serve(self) -> None:
        """Read messages until the screen's side is gone."""
        for lane in ("ask", "ahead"):
            threading.Thread(target=self._work, args=(lane,), name=lane, daemon=True).start()
        threading.Thread(target=self._drops, name="dropped", daemon=True).start()
        self.tell(wire.Ready(os.getpid()))
        inbox = wire.Inbox(wire.ToEngine)
        while (messages := inbox.receive(self.link)) is not None:
            for message in messages:
                self._take(message, inbox)

    def tell(self, message: wire.ToScreen) -> None:
        """Send a message; when nobody is there any more, end."""
        try:
            with self._sending:
                wire.send(self.link, message)
        except OSError:
            os._exit(0)

    def _take(self, message: object, inbox: wire.Inbox) -> None:
        match message:
            case wire.Share():
                with self.changed:
                    self.pictures[message.picture] = attach(inbox.descriptors.popleft(), message.rows, message.columns)
            case wire.Forget():
                with self.changed:
                    self.pictures.pop(message.picture, None)
                self.models.forget(message.picture)
            case wire.Ask():
                self._queue(message)
            case wire.Cancel():
                self._cancel(message.ticket)

    def _queue(self, ask: wire.Ask) -> None:
        with self.changed:
            replaced = self.waiting.put(ask)
            ahead = self.running.get("ahead")
            if ahead is not None and ask.lane == "ahead" and superseded(ahead.ask, ask):
                ahead.cancelled = True  # the annotator has moved on: nobody needs the picture being prepared
            self.changed.notify_all()
        if replaced is not None:
            self._dropped.put(replaced)

    def _cancel(self, ticket: int) -> None:
        with self.changed:
            waited = self.waiting.cancel(ticket)
            for running in self.running.values():
                if running.ask.ticket == ticket:
                    running.cancelled = True
        if waited:
            self._dropped.put(ticket)

    def _drops(self) -> None:
        while True:
            self.tell(wire.Dropped(self._dropped.get()))

    def _work(self, lane: wire.Lane) -> None:
        while True:
            with self.changed:
                while (ask := self._next(lane)) is None:
                    self.changed.wait()
                running = self.running[lane] = Running(ask)
            self.tell(wire.Started(ask.ticket))
            end = self._run(running) if lane == "ask" else apart(self._run, running)
            with self.changed:
                del self.running[lane]
                if running.interrupted and isinstance(end, wire.Dropped) and not running.cancelled:
                    end = wire.Paused(ask.ticket) if self.waiting.back(ask) else end
            self.tell(end)
            if isinstance(end, wire.Answered) and end.more:
                self.tell(wire.Others(ask.ticket, self._others(running)))

    def _next(self, lane: wire.Lane) -> wire.Ask | None:
        return None if lane == "ahead" and self.urgent else self.waiting.take(lane)

    def _run(self, running: Running) -> wire.ToScreen:
        """Work on a request; return the message that ends it, whatever happens."""
        ask = running.ask
        try:
            with heard(self._listener(running)):
                best = self._answer(ask)
            seconds = time.perf_counter() - running.began
            if best is None:
                return wire.Answered(ask.ticket, None, seconds)
            running.others = best.alternatives
            return wire.Answered(ask.ticket, wire.wire_mask(best), seconds, more=bool(best.alternatives))
        except Stopped:
            return wire.Dropped(ask.ticket)
        except AppError as error:
            return wire.Refused(ask.ticket, type(error).__name__, wire.said(error.title), wire.said(error.detail))
        except BaseException as error:
            traceback.print_exc()
            return self._refused(ask, error)

    def _others(self, running: Running) -> list[wire.WireMask]:
        """Return the alternatives to an answer; none where a newer prompt waits, for which they would be in the way."""
        found: list[wire.WireMask] = []

        def newer() -> bool:
            return self.waiting.waits("ask", running.ask.queue)

        try:
            for number in range(len(running.others)):
                with self.changed:
                    if self.changed.wait_for(newer, 0 if found else PAUSE):
                        return []
                found.append(wire.wire_mask(running.others[number]))  # made only now
        except Exception:
            traceback.print_exc()  # the answer itself is there: its alternatives are missing, no more
            return []
        return found

    def _answer(self, ask: wire.Ask) -> Prediction | None:
        image = self.pictures.get(ask.picture)
        if image is None:
            raise ToolError("The picture is not there any more", "show the frame again")
        weights = ask.options.get("weights", "")
        quick = self._first if ask.lane == "ask" else contextlib.nullcontext
        tool, features = self.models.prepared(ask.tool, weights, ask.picture, image, quick)
        if ask.prompt is None:
            return None
        previous = None if ask.previous is None else wire.unwire_mask(ask.previous)
        return tool.predict(features, wire.unwire_prompt(ask.prompt), previous)

    @contextlib.contextmanager
    def _first(self) -> Iterator[None]:
        """Stop preparing other pictures while one is computed that somebody waits for."""
        with self.changed:
            self.urgent += 1
            if "ahead" in self.running:
                self.running["ahead"].interrupted = True
        try:
            yield
        finally:
            with self.changed:
                self.urgent -= 1
                self.changed.notify_all()

    def _listener(self, running: Running) -> Callable[[str, int, int], None]:
        def listen(text: str, done: int, total: int) -> None:
            if running.cancelled or running.interrupted:
                raise Stopped
            now = time.monotonic()
            if text != running.told[0] or now - running.told[1] > BEAT:
                running.told = (text, now)
                self.tell(wire.Progressed(running.ask.ticket, wire.said(text), done, total))

        return listen

    def _refused(self, ask: wire.Ask, error: BaseException) -> wire.Refused:
        first = str(error).strip().partition("\n")[0]  # what follows is for those who write programs
        reason = wire.said(f"{type(error).__name__}: {first}"[:300])
        if not out_of_memory(error):
            return wire.Refused(ask.ticket, "ToolError", f"{ask.tool} failed", reason)
        traceback.clear_frames(error.__traceback__)
        self.models.clear()
        free_device_memory()
        advice = "loaded models were dropped; close other programs, or use a smaller model or --device cpu"
        return wire.Refused(ask.ticket, "ToolError", f"Not enough memory for {ask.tool}", f"{advice} ({reason})")


def apart(work: Callable[[Running], wire.ToScreen], running: Running) -> wire.ToScreen:
    """Work in a thread that ends with the work, and torch's helpers for it with it.

    libgomp lets helpers watch for the next layer (see `THREADS` in `spawn.py`) only while there are no more of them
    than processors: those of a thread that has nothing to do would make each answer to a prompt half as slow again.
    """
    ends: list[wire.ToScreen] = []
    thread = threading.Thread(target=lambda: ends.append(work(running)), name="ahead, one picture", daemon=True)
    thread.start()
    thread.join()
    return ends[0]


def superseded(old: wire.Ask, new: wire.Ask) -> bool:
    """Say whether a picture that is being prepared gives way to another of the same queue."""
    return old.queue == new.queue and (old.picture, old.tool, old.options) != (new.picture, new.tool, new.options)


def out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory, of the machine or of a GPU, is exhausted."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        sign in text for sign in ("out of memory", "can't allocate memory", "bad_alloc", "failed to allocate")
    )


def free_device_memory() -> None:
    """Give back what the frameworks keep for themselves, if they are loaded at all."""
    gc.collect()
    torch: Any = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def be_humble(parent: int) -> None:
    """Run at low priority, be the first to go when memory ends, and end with the parent."""
    os.nice(NICE)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main(argv: list[str]) -> None:
    """Serve until the socket ends."""
    be_humble(int(argv[2]))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")  # to the pipe, and so the log
    logging.captureWarnings(True)
    keep_freed_memory(MEMORY, shared=True)
    from engine.tools.registry import find

    link = socket.socket(fileno=int(argv[0]))
    link.set_inheritable(False)  # what a tool may start must not keep the socket open after the end
    with contextlib.suppress(OSError):
        Server(link, ModelCache(find, argv[1])).serve()
    os._exit(0)  # not an orderly exit: a model may be at work in a thread


if __name__ == "__main__":
    main(sys.argv[1:])
