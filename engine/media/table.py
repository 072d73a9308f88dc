"""The table of presentation times: which frames a video has, in the order in which they are shown.

It is made from packets without decoding, then checked against what really decodes, because containers lie: packets
that the edit list hides or that are never shown, missing times, a count in the header that was never true.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.decoder import Decoder
from engine.media.reading import check_size, refuse

CHECKED_PIXELS = 150_000_000
CHECKED_FRAMES = 500
"""A clip is compared with its table frame by frame up to these limits: at most some 0.3 s of decoding."""
_VP8_SHOWN = 0x10


@dataclass(frozen=True)
class Table:
    """Frames in the order in which they are shown."""

    count: int
    pts: NDArray[np.int64]
    """Presentation times in `time_base` units, ascending; empty where frames can only be counted."""
    keys: NDArray[np.int64]
    """Those at which decoding can begin; empty where it begins at the start only."""
    time_base: Fraction
    rate: float
    """Frames per second as the container says, for streams without times; 0 if unknown."""
    warning: str = ""

    @property
    def by_pts(self) -> bool:
        """Say whether frames are known by their times."""
        return self.pts.size > 0

    def key_before(self, index: int) -> int | None:
        """Return the key frame time at which to begin for a frame; None is the start of the file."""
        if not (self.by_pts and self.keys.size):
            return None
        place = int(np.searchsorted(self.keys, self.pts[index], side="right")) - 1
        return int(self.keys[place]) if place >= 0 else None

    def group_of(self, index: int) -> int:
        """Return the first frame of the group of pictures that a frame is decoded with."""
        key = self.key_before(index)
        return 0 if key is None else self.index_of(key) or 0

    def without_key(self, index: int) -> Table:
        """Return the table without the key frame that a frame was to be decoded from."""
        return replace(self, keys=self.keys[self.keys != self.key_before(index)])

    def index_of(self, pts: int | None) -> int | None:
        """Return the frame of a presentation time, None where no frame shown has it."""
        if pts is None:
            return None
        place = int(np.searchsorted(self.pts, pts))
        return place if place < self.count and self.pts[place] == pts else None

    def digest(self) -> str:
        """Return a hash of the times in microseconds from the first, so that a remux to other units keeps it."""
        if not self.by_pts:
            return f"count:{self.count}"
        scale = Fraction(1_000_000) * self.time_base
        since = (self.pts - self.pts[0]).astype(np.float64) * float(scale)
        return hashlib.sha256(np.rint(since).astype("<i8").tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class _Probe:
    """What the beginning of a video decodes to."""

    pts: list[int | None]
    sums: dict[int, int]
    """Checksums of the frames that seeking is tried on, by number, before any damage."""
    damaged: tuple[int | None, ...]
    """Times of the frames that the decoder says are damaged."""
    failed: bool
    whole: bool
    """Nothing comes after it."""
    size: tuple[int, int]


def build(path: Path) -> tuple[Table, tuple[int, int]]:
    """Return the checked table and the size (width, height) of the stored frames; MediaError if none decodes."""
    table = _from_packets(path)
    probe = _probe(path, table, limited=True)
    if not probe.pts:
        raise refuse(path, "no frame of it can be decoded")
    if probe.failed and probe.whole:
        return _cut(path, table, probe), probe.size
    table = _trimmed(table, probe)
    if table.by_pts and not _agrees(table, probe):
        if not probe.whole:
            probe = _probe(path, table, limited=False)
        table = _from_frames(path, table, probe)
    elif not table.by_pts and probe.whole:
        table = replace(table, count=len(probe.pts))
    table = _with_sound_keys(table, probe)
    if table.keys.size and not _seeks_agree(path, table, probe):
        table = replace(table, keys=np.empty(0, np.int64))
    return table, probe.size


def _from_packets(path: Path) -> Table:
    import av

    decoder = Decoder(path)
    shown: list[int] = []
    keys: list[int] = []
    unknown = hidden = 0
    stream = decoder.stream
    is_vp8 = stream.codec_context.name in ("vp8", "libvpx")
    rate = float(stream.average_rate or stream.guessed_rate or 0)  # before the container is closed: it owns these
    time_base = Fraction(stream.time_base or 1)
    try:
        for packet in decoder.container.demux(stream):
            if packet.size == 0:
                continue
            if packet.is_keyframe and packet.pts is not None and decoder.starts_anywhere:
                keys.append(packet.pts)
            if packet.is_discard or (is_vp8 and not bytes(packet)[0] & _VP8_SHOWN):
                hidden += 1
            elif packet.pts is None:
                unknown += 1
            else:
                shown.append(packet.pts)
    except av.error.FFmpegError:
        pass  # what came before the damage is the table
    finally:
        decoder.close()
    pts = np.unique(np.array(shown, np.int64))
    empty = np.empty(0, np.int64)
    if unknown or pts.size != len(shown) or len(set(keys)) != len(keys):
        return Table(len(shown) + unknown, empty, empty, time_base, rate)
    return Table(pts.size, pts, np.unique(np.array(keys, np.int64)), time_base, rate)


def _probe(path: Path, table: Table, *, limited: bool) -> _Probe:
    """Decode the beginning (or all) by one thread, which fails at the same frame and conceals alike each time."""
    decoder = Decoder(path, threads="NONE")
    wanted = _samples(table)
    pts: list[int | None] = []
    sums: dict[int, int] = {}
    damaged: list[int | None] = []
    size = (0, 0)
    try:
        frame = decoder.step()
        while frame is not None and not decoder.failures:
            if not pts:
                size = frame.width, frame.height
                check_size(path, *size)
            if frame.is_corrupt:
                damaged.append(frame.pts)
            if len(pts) in wanted and not damaged:
                sums[len(pts)] = _checksum(frame)
            pts.append(frame.pts)
            if limited and len(pts) >= _limit(size):
                whole = len(pts) >= table.count and decoder.step() is None
                return _Probe(pts, sums, tuple(damaged), False, whole, size)
            frame = decoder.step()
        return _Probe(pts, sums, tuple(damaged), decoder.failures > 0, True, size)
    finally:
        decoder.close()


def _limit(size: tuple[int, int]) -> int:
    return min(CHECKED_FRAMES, max(8, CHECKED_PIXELS // (size[0] * size[1])))


def _checksum(frame: Any) -> int:
    return zlib.crc32(frame.to_ndarray(format="rgb24").tobytes())


def _samples(table: Table) -> set[int]:
    """Choose the frames to try seeking on: about the first key frames, and some between."""
    keys = np.searchsorted(table.pts, table.keys[:5]) if table.by_pts else np.empty(0, np.int64)
    near = {int(key) + offset for key in keys for offset in (-1, 0, 1, 5)}
    return {index for index in near if 0 <= index < table.count}


def _agrees(table: Table, probe: _Probe) -> bool:
    count = len(probe.pts)
    if probe.whole and count != table.count:
        return False
    return None not in probe.pts and bool(np.array_equal(table.pts[:count], np.array(probe.pts, np.int64)))


def _trimmed(table: Table, probe: _Probe) -> Table:
    """Drop the frames before the first that decodes: a recording may begin in the middle of a group of pictures."""
    first = table.index_of(probe.pts[0]) if table.by_pts else None
    if not first:
        return table
    trimmed = replace(table, pts=table.pts[first:], count=table.count - first)
    return trimmed if _agrees(trimmed, probe) else table


def _cut(path: Path, table: Table, probe: _Probe) -> Table:
    """Return a damaged clip as what comes before the damage, counted from the start each time."""
    count = len(probe.pts)
    warning = f"{path.name} is damaged after frame {count}; of {max(count, table.count)} frames {count} are shown"
    empty = np.empty(0, np.int64)
    return replace(table, count=count, pts=empty, keys=empty, warning=warning)


def _with_sound_keys(table: Table, probe: _Probe) -> Table:
    """Drop the key frames that are known to be damaged: what follows is better decoded from the one before."""
    damaged = [pts for pts in probe.damaged if pts is not None]
    return replace(table, keys=np.setdiff1d(table.keys, damaged)) if damaged else table


def _from_frames(path: Path, table: Table, probe: _Probe) -> Table:
    """Return the table of what decoding the whole gave, by times where they serve as names of the frames."""
    known = [pts for pts in probe.pts if pts is not None]
    ordered = len(known) == len(probe.pts) and all(a < b for a, b in pairwise(known))
    if ordered:
        return replace(table, count=len(known), pts=np.array(known, np.int64))
    empty = np.empty(0, np.int64)
    warning = f"{path.name} is damaged or its times are: its frames are counted from the start, seeking is slow"
    return replace(table, count=len(probe.pts), pts=empty, keys=empty, warning=warning)


def _seeks_agree(path: Path, table: Table, probe: _Probe) -> bool:
    """Say whether seeking gives the very pixels that playing gave, and a key frame far away is found."""
    decoder = Decoder(path)
    far = (table.count - 1) * 2 // 3
    try:
        trials: list[tuple[int, int | None]] = [*sorted(probe.sums.items(), reverse=True), (far, None)]
        return all(_seek_agrees(decoder, table, index, expected) for index, expected in trials)
    finally:
        decoder.close()


def _seek_agrees(decoder: Decoder, table: Table, index: int, expected: int | None) -> bool:
    key = table.key_before(index)
    try:
        decoder.land(key)
        frame = decoder.step()
        if expected is None:  # only the landing is tried: the frame itself may be a long group of pictures away
            return frame is not None and (key is None or table.index_of(frame.pts) is not None)
        frame = _step_to(decoder, int(table.pts[index]), frame)
    except MediaError:
        return False
    return frame is not None and _checksum(frame) == expected


def _step_to(decoder: Decoder, pts: int, frame: Any) -> Any | None:
    while frame is not None and (frame.pts is None or frame.pts < pts):
        frame = decoder.step()
    return frame if frame is not None and frame.pts == pts else None
