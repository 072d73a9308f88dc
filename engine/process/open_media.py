"""The media of runs in the engine process: opened and decoded here, and kept open from one run to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.counting import counted
from engine.errors import MediaError
from engine.media import FrameCache, Media
from engine.media.reference import Reference, reopen
from engine.tools.progress import report

BUDGET = 192 << 20
"""Bytes of decoded frames."""
AHEAD = 4
"""Frames that are decoded while a tool is at work on one."""


class OpenMedia:
    """The media of the last run. One thread uses it."""

    def __init__(self) -> None:
        self._reference: Reference | None = None
        self._media: Media | None = None
        self._frames: FrameCache | None = None

    def frames(self, reference: Reference, wanted: Sequence[int]) -> FrameCache:
        """Return the frames of media, opening them if need be; MediaError where they lack one that is wanted."""
        if self._frames is None or self._reference != reference:
            self.close()
            name = Path(reference.paths[0]).name
            report(f"Opening {name}")
            self._media, self._reference = reopen(reference), reference
            self._frames = FrameCache(self._media, BUDGET, ahead=AHEAD)
        missing = [frame for frame in wanted if not 0 <= frame < reference.frames]
        if missing:
            name = Path(reference.paths[0]).name
            raise MediaError(f"{name} has no frame {counted(missing[0])}", f"it has {reference.frames} frame(s)")
        return self._frames

    def close(self) -> None:
        """Let go of files and frames."""
        if self._frames is not None:
            self._frames.close()
        if self._media is not None:
            self._media.close()
        self._frames = self._media = self._reference = None
