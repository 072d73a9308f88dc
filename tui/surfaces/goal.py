"""What the scheduler works towards, and what is known of the base that was shown last.

Apart from `scheduler.py`, which has the threads and locks: whoever owns these locks.
"""

from __future__ import annotations

from engine.scene import Scene
from tui.surfaces.base import Area

STILL = 0.1
"""Seconds without a new base after which a draft is made lossless."""


class Goal:
    """The newest scene and the area that it is to be shown in; none after a release."""

    def __init__(self) -> None:
        self.scene: Scene | None = None
        self.area: Area | None = None
        self.fresh = False
        """The scene has not been shown yet, or what was shown of it is forgotten."""

    def take(self, scene: Scene) -> None:
        """Take a scene in place of any older one."""
        self.scene, self.fresh = scene, True

    def next(self) -> Scene | None:
        """Return the scene if it is fresh and of the area's size."""
        scene, area = self.scene, self.area
        fits = scene is not None and area is not None and scene.viewport.view_size == area.size
        return scene if self.fresh and fits else None

    def reached(self, scene: Scene) -> None:
        """Note that a scene is about to be shown: another that has come meanwhile is still to be."""
        self.fresh = self.scene is not scene


class LastBase:
    """When the last base was shown and how much it was: whether pictures follow each other, as when a video plays."""

    def __init__(self) -> None:
        self._time = 0.0
        self._size = 0

    def is_still(self, now: float) -> bool:
        """Whether no new base has come for a moment."""
        return now - self._time >= STILL

    def is_moving(self, now: float, speed: float) -> bool:
        """Whether a base now comes as soon after the last one as a link of `speed` bytes a second lets it."""
        return now - self._time < STILL + self._size / speed

    def note(self, now: float, size: int | None = None) -> None:
        """Note that a base is being shown, or with `size` how many bytes it had."""
        self._time, self._size = now, self._size if size is None else size
