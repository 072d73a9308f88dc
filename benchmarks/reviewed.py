"""A tracker's output reviewed from start to end by keys alone, in the running application; the truth is the annotator.

    python benchmarks/reviewed.py [--data FOLDER] [--trackers csrt,mil] [--clips NAMES] [--json]

Each clip of `tracking` in the manifest on whose every frame the object is: a person's keyframe, the truth, stands on
the first frame and on the last one, and the tracker has followed from the first (`track.follow human`; `--filled`: has
filled between them from both sides). Then a review is opened, and every key goes through the keymap `cvat`, as a
terminal sends it.

Of an entry its worst frame is looked at first, then those crops of the strip that are of its frames, and of a long one
frames between these, so that one of eight was looked at; until one is bad (IoU with the truth below 0.5). There the box
is put where it belongs, by the jump's letters, and followed anew on both sides (`track.again`); after that the next
entry is gone to. Where none is bad the entry is accepted. So on, until nothing is left.

frames      of the clip
bad, after  share of frames with an IoU below 0.5 before and after the review
looked      share of frames that were looked at: shown, or in the strip and needed; each counts once
keys        that were pressed, of which `fixing` went into boxes; beside `frames`, the keys of one who steps through
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.clips import Box, Clip
from benchmarks.trackers import SHARED, clips
from engine.document import Keyframe, Point, Track
from engine.edits import PutTrack
from engine.geometry import box_iou
from engine.jump import Jump, places_of
from engine.outlines import known_box
from engine.review.queue import Entry
from engine.session import Session, crops
from engine.tracks import shape_at
from tests.tui.in_process import handled, running, until, write
from tui.app import TermwandApp

BAD = 0.5
NUMBER = 1
KEYS = {"escape": "\x1b[27u", "enter": "\r", "tab": "\t", "back tab": "\x1b[Z", "ctrl+e": "\x05", "space": " "}
"""What a terminal sends for keys that are no character."""
NEAR = 3.0
"""View pixels that a corner may be off before it is put again."""
SIZE = (160, 45)
"""Columns and rows of the terminal."""
STRETCH = 8
"""Frames of an entry of which one is looked at before it is accepted."""
MOST = 60
"""Entries after which a review that does not end is given up."""


@dataclass
class Told:
    """What a review of one clip came to."""

    clip: str
    tracker: str
    frames: int
    bad: float
    after: float = 1.0
    looked: float = 0.0
    keys: int = 0
    fixing: int = 0
    entries: int = 0
    repairs: int = 0
    left: int = 0
    """Entries in the queue at the end."""


@dataclass
class Annotator:
    """Somebody who knows where the object is, and has a keyboard."""

    app: TermwandApp
    truth: dict[int, Box]
    looked: set[int] = field(default_factory=set)
    keys: int = 0
    fixing: int = 0

    @property
    def session(self) -> Session:
        """What is open."""
        return self.app.session

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until all is done that they began."""
        for key in keys:
            write(self.app, KEYS.get(key, key))
            self.keys += 1
        await self.idle()

    async def idle(self) -> None:
        """Wait until nothing is at work, and the frame is shown."""
        await handled(self.app)
        session = self.session
        await until(lambda: not session.runs.busy and not session.jobs.running and not session.media.loading, 120)

    def is_bad(self, frame: int) -> bool:
        """Say whether the object is elsewhere on a frame."""
        there = box_of(self.session, frame)
        return there is None or box_iou(there, self.truth[frame]) < BAD

    def all_bad(self) -> list[int]:
        """Return every bad frame."""
        return [frame for frame in self.truth if self.is_bad(frame)]

    async def review(self) -> tuple[int, int]:
        """Go through the queue until nothing is left; return how many entries and repairs there were."""
        await self.press("ctrl+e")
        review, entries, repairs = self.session.review, 0, 0
        while review.at is not None and review.at.state == "unseen" and entries < MOST:
            entries += 1
            wrong = await self.first_bad(review.at)
            if wrong is None:
                await self.press("enter")
                continue
            await self.repair(wrong)
            repairs += 1
            await self.press("space")
        await self.press("escape")
        return entries, repairs

    async def first_bad(self, entry: Entry) -> int | None:
        """Look at an entry's worst frame, at the crops of its frames, then between these; return the first bad one."""
        row = crops.shown(self.session)
        seen = [window.frame for window in row.windows if window is not None] if row is not None else []
        for frame in (entry.worst, *(frame for frame in seen if entry.first <= frame <= entry.last)):
            self.looked.add(frame)
            if self.is_bad(frame):
                return frame
        while True:
            marks = sorted({entry.first - 1, entry.last + 1, *self.looked & {*range(entry.first, entry.last + 1)}})
            before, after = max(pairwise(marks), key=lambda two: two[1] - two[0])
            if after - before <= STRETCH:
                return None
            await self.go((before + after) // 2)
            self.looked.add(self.session.frame)
            if self.is_bad(self.session.frame):
                return self.session.frame

    async def go(self, frame: int) -> None:
        """Go to a frame by its number."""
        if frame != self.session.frame:
            await self.press(":", *str(frame + 1), "enter")

    async def repair(self, frame: int) -> None:
        """Put the box of a frame where it belongs, and have it followed anew both ways."""
        await self.go(frame)
        before = self.keys
        if self.session.selection.selected is None:
            await self.press("o")  # it was lost: it is back
        await self.put(self.truth[frame])
        self.fixing += self.keys - before
        await self.press("t")

    async def put(self, box: Box) -> None:
        """Edit the selected box: the whole by its upper left corner, then the lower right one."""
        await self.press("e", "tab", "g")
        await self.drop_at(box[:2])
        for key, corner in (("back tab", box[2:]), ("tab", box[:2])):
            now = box_of(self.session, self.session.frame) or box
            there = now[2:] if key == "back tab" else now[:2]
            if max(abs(a - b) for a, b in zip(there, corner, strict=True)) * self.session.view.viewport.scale > NEAR:
                await self.press(key, "enter")
                await self.drop_at(corner)
        await self.press("n")

    async def drop_at(self, point: Point) -> None:
        """Let go of what is grabbed at a place that four letters lead to."""
        await self.press("w")
        jump = self.session.view.jumping
        assert jump is not None
        await self.press(*letters(jump, point), "enter")


def letters(jump: Jump, point: Point) -> str:
    """Return the letters that lead next to a place, as they are read off the screen."""
    for _ in range(2):
        places = places_of(jump)
        x1, y1, x2, y2 = places.box
        row = min(max(int((point[1] - y1) / (y2 - y1) * places.rows), 0), places.rows - 1)
        column = min(max(int((point[0] - x1) / (x2 - x1) * places.columns), 0), places.columns - 1)
        for letter in (places.letters[row], places.letters[column]):
            jump = jump.typing(letter)
    return jump.typed


def box_of(session: Session, frame: int) -> Box | None:
    """Return the object's box on a frame."""
    document = session.document
    item = shape_at(document.tracks[NUMBER], frame, motion=document.motion)
    return None if item is None else known_box(item)


@contextmanager
def folder_of(clip: Clip) -> Iterator[Path]:
    """Yield a folder with the clip's frames."""
    with tempfile.TemporaryDirectory() as name:
        for file in clip.files:
            (Path(name) / file.name).symlink_to(file.resolve())
        yield Path(name)


async def reviewed(clip: Clip, tracker: str, folder: Path, *, filled: bool = False) -> Told:
    """Have a clip in a folder followed, or filled from both ends, and review it."""
    async with running(folder, labels="object", size=SIZE) as app:
        annotator = Annotator(app, clip.truth)
        ends = [Keyframe(at, (clip.truth[at][:2], clip.truth[at][2:])) for at in (0, len(clip.files) - 1)]
        track = Track(NUMBER, "object", "rectangle", tracker=tracker, keyframes=tuple(ends))
        app.session.commit("Draw", PutTrack(track))
        await annotator.press("tab", *("{" if filled else "Gh"))
        told = Told(clip.name, tracker, len(clip.files), len(annotator.all_bad()) / len(clip.files))
        annotator.keys = 0
        told.entries, told.repairs = await annotator.review()
        told.after, told.looked = (len(some) / told.frames for some in (annotator.all_bad(), annotator.looked))
        told.keys, told.fixing, told.left = annotator.keys, annotator.fixing, len(app.session.review.open)
        return told


def main() -> None:
    """Review and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="a folder with manifest.yaml")
    parser.add_argument("--trackers", default="csrt,mil")
    parser.add_argument("--filled", action="store_true", help="the tracker has filled the clip from both ends")
    parser.add_argument("--clips", default="", help="only these")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    given = parser.parse_args()
    found = [clip for clip in clips(given.data, "all") if len(clip.truth) == len(clip.files)]
    results = list[Told]()
    for clip in found:
        for tracker in given.trackers.split(","):
            if not given.clips or clip.name in given.clips.split(","):
                with folder_of(clip) as folder:
                    results.append(asyncio.run(reviewed(clip, tracker, folder, filled=given.filled)))
                print(line(results[-1]), flush=True)
    frames = sum(one.frames for one in results)
    if not frames:
        return
    total = Told("all", given.trackers, frames, 0.0)
    for name in ("bad", "after", "looked"):
        setattr(total, name, sum(getattr(one, name) * one.frames for one in results) / frames)
    for name in ("keys", "fixing", "entries", "repairs", "left"):
        setattr(total, name, sum(getattr(one, name) for one in results))
    print(line(total))
    if given.json:
        print(json.dumps(asdict(total)))


def line(told: Told) -> str:
    """Return what a review came to as a line."""
    return (
        f"{told.clip:22}{told.tracker:9}{told.frames:5} frames  bad {told.bad:6.1%} then {told.after:5.1%}  looked at "
        f"{told.looked:5.1%}  keys {told.keys} ({told.fixing} fixing)  entries {told.entries}, repairs {told.repairs}, "
        f"left {told.left}"
    )


if __name__ == "__main__":
    main()
