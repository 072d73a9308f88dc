"""The engine process: `python -m engine.process.server DESCRIPTOR DEVICE PARENT`, started by the client only.

It reads messages from the socket in its main thread and works in three others, one for each lane (`lanes`), on what the
`desk` answers. It is niced, so that the screen stays quick, and it dies with its parent: the socket ends, and on Linux
the system kills it. Whatever a tool prints goes into the client's bounded log.
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
import traceback
from collections.abc import Callable
from contextlib import closing
from typing import Any, get_args

from engine.allocator import keep_freed_memory
from engine.errors import AppError
from engine.process import protocol as wire
from engine.process.desk import Desk
from engine.process.lanes import Lanes, Running
from engine.process.shared_memory import attach
from engine.requests import Lane
from engine.tools.cache import ModelCache
from engine.tools.progress import Listener, Stopped, heard

FEATURES = 1 << 30
"""Bytes of what models have computed of pictures."""
NICE = 10
MEMORY = 512 << 20
"""Bytes of freed memory kept for a network's next layer."""


class Server:
    """The socket, and the threads that work on what comes over it."""

    def __init__(self, link: socket.socket, models: ModelCache) -> None:
        self.link = link
        self.lanes = Lanes()
        self.desk = Desk(models, self.lanes)
        self._sending = threading.Lock()
        self._dropped: queue.SimpleQueue[int] = queue.SimpleQueue()
        """Tickets to be told of by a thread of its own: the one that reads must never wait until it can send."""

    def serve(self) -> None:
        """Read messages until the screen's side is gone."""
        for lane in get_args(Lane):
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
                pixels = attach(inbox.descriptors.popleft(), message.rows, message.columns)
                self.desk.pictures[message.picture] = pixels
            case wire.Forget():
                self.desk.forget(message.picture)
            case wire.Taken():
                self.lanes.taken(message.ticket)
            case wire.Cancel():
                if self.lanes.cancel(message.ticket):
                    self._dropped.put(message.ticket)
            case wire.Prepare() | wire.Predict() | wire.Follow() | wire.Detect():
                if (replaced := self.lanes.put(message)) is not None:
                    self._dropped.put(replaced)

    def _drops(self) -> None:
        while True:
            self.tell(wire.Dropped(self._dropped.get()))

    def _work(self, lane: Lane) -> None:
        while True:
            running = self.lanes.take(lane)
            if lane == "prompts":
                with contextlib.suppress(Exception):  # a failure that cannot be told must not end the lane
                    self._run(running)
            else:
                apart(self._run, running)

    def _run(self, running: Running) -> None:
        """Work on a request and tell what comes of it, whatever happens."""
        ticket = running.request.ticket
        self.tell(wire.Started(ticket))
        try:
            with heard(self._listener(running)), closing(self.desk.answers(running.request)) as answers:
                for message in answers:
                    self.tell(message)
                    if isinstance(message, wire.OnFrame):
                        self._between_frames(running)
        except Stopped:
            self.tell(wire.Paused(ticket) if self.lanes.back(running) else wire.Dropped(ticket))
        except AppError as error:
            kind = type(error).__name__
            self.tell(wire.Refused(ticket, kind, wire.said(error.title), wire.said(error.detail)))
        except BaseException as error:
            traceback.print_exc()
            self.tell(self._refused(running.request, error))
        finally:  # whatever cannot be told: what waits in this lane must have its turn
            self.lanes.leave(running)

    def _between_frames(self, running: Running) -> None:
        ticket = running.request.ticket
        if self.lanes.between_frames(running, lambda full: self.tell(wire.Paused(ticket, full))):
            self.tell(wire.Started(ticket))

    def _listener(self, running: Running) -> Listener:
        def listen(text: str, done: int, total: int) -> None:
            if running.cancelled or running.interrupted:
                raise Stopped
            if running.is_news(text):
                self.tell(wire.Progressed(running.request.ticket, wire.said(text), done, total))

        return listen

    def _refused(self, request: wire.Request, error: BaseException) -> wire.Refused:
        first = str(error).strip().partition("\n")[0]  # what follows is for those who write programs
        reason = wire.said(f"{type(error).__name__}: {first}"[:300])
        if not out_of_memory(error):
            return wire.Refused(request.ticket, "ToolError", f"{request.tool} failed", reason)
        traceback.clear_frames(error.__traceback__)
        for clear in (self.desk.clear, free_device_memory):
            with contextlib.suppress(Exception):  # a device that is out of memory may fail at this too
                clear()
        advice = "loaded models were dropped; close other programs, or use a smaller model or --device cpu"
        return wire.Refused(
            request.ticket, "ToolError", f"Not enough memory for {request.tool}", f"{advice} ({reason})"
        )


def apart(work: Callable[[Running], None], running: Running) -> None:
    """Work in a thread that ends with the work, and torch's helpers for it with it.

    libgomp lets helpers watch for the next layer (see `THREADS` in `spawn.py`) only while there are no more of them
    than processors: those of a thread that has nothing to do would make each answer to a prompt half as slow again.
    """
    thread = threading.Thread(target=work, args=(running,), name=f"{running.request.lane}, one request", daemon=True)
    thread.start()
    thread.join()


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
    link = socket.socket(fileno=int(argv[0]))
    link.set_inheritable(False)  # what a tool may start must not keep the socket open after the end
    with contextlib.suppress(OSError):
        Server(link, ModelCache(argv[1], features=FEATURES, pictures=None)).serve()
    os._exit(0)  # not an orderly exit: a model may be at work in a thread


if __name__ == "__main__":
    main(sys.argv[1:])
