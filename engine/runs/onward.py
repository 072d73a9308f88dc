"""Runs that go on where an earlier one has ended, with all that its tracker has learned of the objects.

Whoever steps from frame to frame asks for a run of one frame again and again. Begun anew each time, a tracker would
know of an object only how it looked on the frame before, and drift. So what follows the objects stays when a run ends,
for one that begins on that frame and says which objects stand as the earlier run left them. Both together then give
what one run over all these frames gives.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from engine.runs.base import Followers
from engine.runs.follow import Followed, ahead, beginning, over
from engine.tools.base import Image, Target, Tracker

OBJECTS = 64
"""Objects that are kept at most; the latest run is kept with all it has. Of OpenCV's, KCF takes most: 5 MB for one."""
RUNS = 8
"""Runs that are kept at most."""


@dataclass(frozen=True)
class Place:
    """Where a run is, and how it came there: one that goes on has to be of the same kind."""

    media: Hashable
    tracker: Tracker
    check: bool
    step: int
    """1 forwards, -1 backwards."""
    frame: int


class Onward:
    """The ends of the latest runs, each under its number. Any thread may call any method."""

    def __init__(self) -> None:
        self._ended: OrderedDict[int, tuple[Place, Followers]] = OrderedDict()
        self._guard = threading.Lock()

    def follow(
        self, run: int, media: Hashable, tracker: Tracker, pixels: Callable[[int], Image], frames: Sequence[int],
        starts: Mapping[int, Target], after: Mapping[int, int], *, check: bool = True,
    ) -> Iterator[Followed]:  # fmt: skip
        """Follow objects as `follow` does, and keep what follows them under the number `run`.

        `after` has the objects that stand as an earlier run, by its number, left them. One whose run is not kept any
        more, or was another way, begins anew as it stands in `starts`.
        """
        place = Place(media, tracker, check, 1 if frames[-1] >= frames[0] else -1, frames[0])
        followers = self._taken(place, after)
        fresh = {key: target for key, target in starts.items() if followers is None or key not in followers.keys}
        known = followers is not None and not fresh and len(frames) > 1  # nobody has to see the first frame again
        whole = False
        with closing(ahead(pixels, frames[1:] if known else frames)) as images:
            try:
                if followers is None:
                    followers = beginning(tracker, next(images), starts, check=check)
                elif not known:
                    followers.begin(next(images), fresh)
                for found in over(followers, images, frames[1:]):
                    place = replace(place, frame=found.frame)
                    yield found
                whole = True
            except GeneratorExit:  # closed between two frames: every object is as of the last one
                whole = True
                raise
            finally:
                if whole and followers is not None and followers.keys:
                    self._keep(run, place, followers)
                elif followers is not None:
                    followers.close()

    def clear(self) -> None:
        """Let go of all that is kept."""
        with self._guard:
            while self._ended:
                self._drop()

    def _taken(self, place: Place, after: Mapping[int, int]) -> Followers | None:
        """Return what follows the objects of earlier runs from a place on, together; None if there is none."""
        found: Followers | None = None
        with self._guard:
            for number in dict.fromkeys(after.values()):
                if number not in self._ended or self._ended[number][0] != place:
                    continue
                _, followers = self._ended.pop(number)
                followers.keep([key for key, of in after.items() if of == number])
                if found is None:
                    found = followers
                else:
                    found.take(followers)
                    followers.close()
        return found

    def _keep(self, run: int, place: Place, followers: Followers) -> None:
        with self._guard:
            if run in self._ended:  # of a session before this one, whose numbers began at 1 as well
                self._ended.pop(run)[1].close()
            self._ended[run] = place, followers
            while len(self._ended) > 1 and (len(self._ended) > RUNS or self._objects() > OBJECTS):
                self._drop()

    def _objects(self) -> int:
        return sum(len(followers.keys) for _, followers in self._ended.values())

    def _drop(self) -> None:
        _, (_, followers) = self._ended.popitem(last=False)
        followers.close()
