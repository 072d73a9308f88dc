"""One video stream, opened, landed on a key frame, and stepped packet by packet. Not for two threads at once.

A landing is proved by the packets: decoding begins at the very packet whose presentation time is the key frame's,
wherever the container's own seek ended up (MPEG-TS seeks between key frames, some indexes are wrong or missing).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.errors import MediaError
from engine.media.base import Cancelled, never
from engine.media.reading import check_size, refuse
from engine.media.streams import film_in

_BACK_SECONDS = (0.0, 1.0, 8.0)
_SILENT = ("hevc",)
"""Decoders that, like those of single pictures, say nothing of damage unless they are told to give up at it. H.264's
says enough by itself, and would take the missing references of an open group for damage."""


class Decoder:
    """A video file being decoded; `step` yields its frames in the order in which they are shown."""

    def __init__(self, path: Path, *, threads: str = "AUTO", strict: bool = False) -> None:
        self._path = path
        self._threads = threads
        self._strict = strict
        self._pending: deque[Any] = deque()
        self.starts_anywhere = True
        """False where the key frames tell nothing: a transparent stream's alpha has its own, which nobody lists."""
        self.failures = 0
        """Packets that could not be decoded since the last landing."""
        self._open()

    def _open(self) -> None:
        import av

        try:
            # file: keeps a name such as "concat:x" a name; the whitelist keeps playlists from reaching the network.
            self.container = av.open(f"file:{self._path}", options={"protocol_whitelist": "file"})
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise refuse(self._path, getattr(error, "strerror", None) or error) from error
        try:
            self.stream = self._video_stream()
        except MediaError:
            self.container.close()
            raise
        self._packets: Iterator[Any] = self.container.demux(self.stream)

    def _video_stream(self) -> Any:
        stream = film_in(self._path, self.container.streams.video)
        codec = stream.codec_context
        check_size(self._path, max(1, codec.width), max(1, codec.height))
        stream.thread_type = self._threads
        if self._strict and (codec.codec.intra_only or codec.name in _SILENT):
            codec.options = {"err_detect": "explode"}
        alpha = _alpha_codec(stream)
        self._codec: Any = alpha or codec
        self.starts_anywhere = alpha is None
        return stream

    def close(self) -> None:
        """Close the file."""
        self._pending.clear()
        self.container.close()

    def rewind(self) -> None:
        """Go to the beginning by opening again, which works for streams that cannot seek, too."""
        self.close()
        self._open()
        self.failures = 0

    def land(self, key: int | None, cancelled: Callable[[], bool] = never) -> None:
        """Make the key frame of this presentation time the next to be decoded; None is the beginning."""
        if key is None:
            self.rewind()
            return
        import av

        per_second = 1 / (self.stream.time_base or 1)
        for back in _BACK_SECONDS:
            try:
                self.container.seek(key - round(back * per_second), stream=self.stream)
            except (av.error.FFmpegError, OverflowError):
                break
            self._pending.clear()
            self._codec.flush_buffers()
            if self._skip_to(key, cancelled):
                return
        self.rewind()
        if not self._skip_to(key, cancelled):
            raise refuse(self._path, f"the key frame at {float(key / per_second):.3f} s cannot be found again")

    def _skip_to(self, key: int, cancelled: Callable[[], bool]) -> bool:
        """Pass packets up to the key frame's, which stays the next; False where it is already behind."""
        self.failures = 0
        self._packets = self.container.demux(self.stream)
        for packet in self._packets:
            if cancelled():
                raise Cancelled
            if packet.is_keyframe and packet.pts is not None and packet.pts >= key:
                if packet.pts > key:
                    return False
                self._decode(packet)
                return True
        return False

    def step(self, cancelled: Callable[[], bool] = never) -> Any | None:
        """Return the next frame (an av.VideoFrame), None at the end; a packet that fails is counted and passed."""
        while not self._pending:
            if cancelled():
                raise Cancelled
            packet = next(self._packets, None)
            if packet is None:
                return None
            self._decode(packet)
        return self._pending.popleft()

    def _decode(self, packet: Any) -> None:
        import av

        try:
            self._pending.extend(self._codec.decode(packet if packet.size else None))
        except av.error.FFmpegError:
            self.failures += 1


def _alpha_codec(stream: Any) -> Any | None:
    """Return the decoder for WebM with transparency, which FFmpeg's own VP8 and VP9 leave out; None otherwise."""
    import av

    name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.name, "")
    if stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")
