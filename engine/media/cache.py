"""A bounded cache of decoded frames, read ahead in the direction of travel by one thread.

Apart from Media so that every kind of media has it, and so that its limit holds for the sum: the frames here and
those that the media keeps itself. The thread is a daemon, begins with the first wish and ends at close or exit.
"""

from __future__ import annotations

import atexit
import threading
from collections import OrderedDict
from collections.abc import Sequence

from engine.errors import MediaError
from engine.media.base import Cancelled, Media, Pixels

BUDGET_BYTES = 512 << 20
AHEAD = 16
_LONGEST_STRIDE = 10
"""Steps up to this are travel, to be read ahead at the same stride; longer ones are jumps."""


class FrameCache:
    """Frames of one media; any thread may call any method. `bytes` never exceeds `budget_bytes`."""

    def __init__(self, media: Media, budget_bytes: int = BUDGET_BYTES, *, ahead: int = AHEAD) -> None:
        self._media = media
        self._ahead = ahead
        self._limit = budget_bytes - budget_bytes // 4
        media.keep(budget_bytes // 4)
        self._frames: OrderedDict[int, Pixels] = OrderedDict()
        self._bytes = 0
        self._changed = threading.Condition()
        self._plan: list[int] = []
        self._wishes: list[int] = []
        self._waiting: list[int] = []
        self._reading: int | None = None
        self._last: int | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        atexit.register(self.close)

    @property
    def bytes(self) -> int:
        """Return the bytes of pixels held here and by the media."""
        return self._bytes + self._media.held_bytes

    def peek(self, index: int) -> Pixels | None:
        """Return a frame if it is at hand, without decoding anything."""
        with self._changed:
            return self._found(index)

    def get(self, index: int) -> Pixels:
        """Return a frame, decoded now if need be, and read ahead from it; MediaError as Media.frame."""
        pixels = self.peek(index)
        if pixels is None:
            pixels = self._fetch(index)
        with self._changed:
            stride = index - self._last if self._last is not None else 1
            self._last = index
        if stride:
            self.prefetch(index, stride if abs(stride) <= _LONGEST_STRIDE else 1)
        return pixels

    def prefetch(self, index: int, direction: int) -> None:
        """Read the frames index + direction, index + 2 * direction ... ahead; what was read ahead before is given up.

        `direction` is 1 or -1, or a longer stride. Returns at once.
        """
        with self._changed:
            if self._closed or not direction:
                return
            self._plan = self._planned(index, direction)
            self._begin()

    def wish(self, indices: Sequence[int]) -> None:
        """Read some frames, wherever they are, when there is nothing to be read ahead; earlier wishes are given up."""
        with self._changed:
            if not self._closed:
                self._wishes = [index for index in indices if 0 <= index < len(self._media)]
                self._begin()

    def _begin(self) -> None:
        if (self._plan or self._wishes) and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def close(self) -> None:
        """Stop reading ahead and drop the frames; the media stays open."""
        with self._changed:
            self._closed = True
            self._plan, self._wishes = [], []
            self._frames.clear()
            self._bytes = 0
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        atexit.unregister(self.close)
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=2)

    def _found(self, index: int) -> Pixels | None:
        pixels = self._frames.get(index)
        if pixels is not None:
            self._frames.move_to_end(index)
        return pixels

    def _fetch(self, index: int) -> Pixels:
        """Decode a frame in the caller's thread, unless the read-ahead is at it already; then wait for that."""
        with self._changed:
            self._waiting.append(index)
            self._changed.notify_all()
            while self._reading == index:
                self._changed.wait()
            pixels = self._found(index)
        try:
            pixels = self._media.frame(index) if pixels is None else pixels
        finally:
            with self._changed:
                self._waiting.remove(index)
                self._changed.notify_all()
        self._store(index, pixels)
        return pixels

    def _store(self, index: int, pixels: Pixels) -> None:
        with self._changed:
            if self._closed or index in self._frames or pixels.nbytes > self._limit:
                return
            while self._bytes + pixels.nbytes > self._limit:
                self._bytes -= self._frames.popitem(last=False)[1].nbytes
            self._frames[index] = pixels
            self._bytes += pixels.nbytes

    def _planned(self, index: int, stride: int) -> list[int]:
        """List what to read ahead: at most half of what fits, so that it never pushes itself out."""
        here = self._frames.get(index)
        width, height = self._media.info.width, self._media.info.height
        size = here.nbytes if here is not None else 3 * width * height
        count = min(self._ahead, self._limit // (2 * size) if size else self._ahead)
        numbers = (index + stride * step for step in range(1, count + 1))
        return [number for number in numbers if 0 <= number < len(self._media)]

    def _run(self) -> None:
        while True:
            with self._changed:
                index = self._next()
                while index is None and not self._closed:
                    self._changed.wait()
                    index = self._next()
                if index is None or self._closed:
                    return
                self._reading = index
            self._read(index)

    def _next(self) -> int | None:
        """Return what to read now: nothing while somebody waits for a frame."""
        if self._waiting:
            return None
        for wanted in (self._plan, self._wishes):
            while wanted:
                if wanted[0] not in self._frames:
                    return wanted[0]
                self._found(wanted.pop(0))  # used soon: to be pushed out last
        return None

    def _read(self, index: int) -> None:
        pixels = None
        try:
            pixels = self._media.frame(index, lambda: self._obsolete(index))
        except (Cancelled, MediaError):
            pass  # an error shows when somebody asks for the frame itself
        finally:
            if pixels is not None:
                self._store(index, pixels)
            with self._changed:
                self._reading = None
                cancelled = pixels is None and bool(self._waiting)
                for wanted in (self._plan, self._wishes):
                    if index in wanted and not cancelled:
                        wanted.remove(index)
                self._changed.notify_all()

    def _obsolete(self, index: int) -> bool:
        """Say, without a lock, whether a frame that is being read ahead should give way."""
        if self._closed or (index not in self._plan and index not in self._wishes):
            return True
        return any(wanted != index for wanted in tuple(self._waiting))
