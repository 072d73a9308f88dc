"""Frames for work beside the screen, from media opened a second time: nobody who looks at frames waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError

if TYPE_CHECKING:
    from engine.media.base import Media
    from engine.media.reference import Reference


class Eyes:
    """Gives frames of media, which it opens when the first one is asked for; to be used by one thread at a time."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._media: Media | None = None
        self._failed: MediaError | None = None

    def __call__(self, frame: int) -> NDArray[np.uint8]:
        """Return a frame's pixels; raise MediaError if it, or the media, cannot be read."""
        from engine.media.reference import reopen

        if self._failed is not None:  # opening takes time: not once more for every frame
            raise self._failed
        if self._media is None:
            try:
                self._media = reopen(self._reference)
            except MediaError as error:
                self._failed = error
                raise
        return self._media.frame(frame)

    def close(self) -> None:
        """Close the media; they are opened again when the next frame is asked for."""
        media, self._media = self._media, None
        if media is not None:
            media.close()
