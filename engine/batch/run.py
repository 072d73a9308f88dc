"""A tracker over the tracks of one open document: planned, followed, kept in the journal, gone on with.

What each frame has brought is written into the journal at once, and after a stretch of frames how far the run has come
into the user's state folder. Killed anywhere between, the run goes on at the last stretch, and that gives the same
keyframes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from msgspec.structs import replace

from engine.batch.progress import Clip, Outcome, Step
from engine.counting import counted
from engine.document import Document, Keyframe, Track
from engine.edits import Edit, PutPicture, apply_all
from engine.errors import ToolError
from engine.opening import Opened
from engine.pictures.numbering import used_frames
from engine.runs import resume
from engine.runs.fill import fill, keyframes, passes
from engine.runs.follow import Followed, follow
from engine.runs.followers import Apart, Bare, Checked
from engine.runs.legs import Leg, Plan, plan
from engine.runs.placed import keyframe_of, target_of
from engine.runs.resume import CHECKPOINTS, Checkpoint
from engine.session.steady import place_of
from engine.tools.base import Target, Tracker
from engine.tools.cache import checkpoint, digest
from engine.tools.progress import Stopped
from engine.tools.registry import find
from engine.tracks import kept_motion
from engine.tracks.at_frame import keyframe_at, neighbours
from engine.tracks.camera import measured
from engine.tracks.edit import machine
from engine.tracks.motion import Motion
from engine.tracks.thin import thin

MOST = 20
"""Tracks that are left alone and named."""


class Run:
    """One run over an open clip."""

    def __init__(
        self, opened: Opened, clip: Clip, tracker: Tracker, outcome: Outcome, tell: Callable[[Step], object],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._session, self._request, self._tracker = opened.session, clip.request, tracker
        self._pixels, self._frames = opened.frames.get, len(opened.frames)
        self._outcome, self._tell, self._stopped = outcome, tell, stopped
        self._place = CHECKPOINTS.place(opened.path)
        self._shown = kept_motion.load(place_of(opened.frames, self._document.media), self._frames)
        self._motion = self._shown
        self._kept = self._going_on(opened.frames.reference.digest, weights_of(clip.request.tracker))
        self._total, self._done = sum(leg.frames for leg in self._kept.legs), 0

    @property
    def _document(self) -> Document:
        return self._session.document

    def run(self) -> None:
        """Do what is left of it; raise Stopped if it was told to stop, AppError where it cannot go on."""
        self._outcome.tracks = len({number for leg in self._kept.legs for number in leg.tracks})
        if not self._kept.legs:
            return
        self._keep(self._kept)
        for number, leg in enumerate(self._kept.legs):
            if number < self._kept.leg:
                self._done += leg.frames
            else:
                (self._fill if leg.fill else self._follow)(leg)
                following = self._kept.legs[number + 1].first if number + 1 < len(self._kept.legs) else leg.last
                self._keep(replace(self._kept, leg=number + 1, frame=following, objects=b""))
        if self._request.thin is not None:
            self._thin(self._request.thin)
        # as opening does with lines of pictures on which nothing stands any more
        gone = sorted({*self._document.pictures} - used_frames(self._document))
        self._commit("Pictures", *(PutPicture(frame) for frame in gone))

    # how far it has come

    def _going_on(self, media: str, weights: str) -> Checkpoint:
        """Return where to go on: at the checkpoint of the same run if nothing it builds on has changed since."""
        found = CHECKPOINTS.load(self._place)
        fresh = Checkpoint(self._request, resume.STRETCH, media, weights, ())
        same = found is not None and replace(found, leg=0, frame=0, objects=b"", mark="", thinned="", legs=()) == fresh
        if found is not None and same and self._fits(found):
            self._outcome.notes.append(said(found, self._tracker))
            return found
        if found is not None:
            self._outcome.notes.append("An earlier run that was cut short is not gone on with: it was asked for "
                                       "something else, or its tracks have changed since")  # fmt: skip
        made = plan(self._document, self._request, self._frames)
        self._outcome.notes += left_alone(self._document, made)
        return replace(fresh, legs=made.legs, frame=made.legs[0].first if made.legs else 0)

    def _fits(self, found: Checkpoint) -> bool:
        if found.thinned and found.thinned == resume.whole(self._document, found.legs):
            return True
        return found.mark == resume.marked(self._document, found)

    def _keep(self, now: Checkpoint) -> None:
        self._session.safety.settle()  # the checkpoint must not say more than the journal has for good
        self._must_be_kept()
        self._kept = replace(now, mark=resume.marked(self._document, now))
        CHECKPOINTS.save(self._place, self._kept)

    # following

    def _follow(self, leg: Leg) -> None:
        at, begin = self._kept.frame, self._kept.objects
        self._done += at - leg.first
        starts = {} if begin else self._starts(leg)
        leg = self._kept.legs[self._kept.leg]
        while at < leg.last:
            end = min(at + self._kept.stretch, leg.last)
            begin = self._stretch(leg, range(at, end + 1), begin or starts)
            at = end
            self._keep(replace(self._kept, frame=at, objects=begin))

    def _starts(self, leg: Leg) -> dict[int, Target]:
        """Return where the tracks of a leg begin; those with which the tracker cannot begin are told and left out."""
        found, image = dict[int, Target](), self._pixels(leg.first)
        for number in leg.tracks:
            target = target_of(self._document.tracks[number].type, key_of(self._document, number, leg.first))
            assert target is not None, "the plan saw to it"
            try:
                with closing((Checked if self._request.check else Bare)(self._tracker, image, {number: target})):
                    found[number] = target
            except ToolError as error:
                self._outcome.notes.append(f"Track {number} is left alone: {error.title}. {error.detail}")
        legs, at = self._kept.legs, self._kept.leg
        self._keep(replace(self._kept, legs=(*legs[:at], replace(leg, tracks=tuple(found)), *legs[at + 1 :])))
        return found

    def _stretch(self, leg: Leg, frames: range, begin: Mapping[int, Target] | bytes) -> bytes:
        """Follow over some frames and commit what was found on each; return the objects."""
        at = frames[0]
        with closing(resume.follow_on(self._tracker, self._pixels, frames, begin, check=self._request.check)) as going:
            while True:
                self._heed()
                try:
                    step = next(going)
                except StopIteration as end:  # early where nothing is left to follow
                    self._put("Tracked", dict.fromkeys(leg.tracks, ((), at, frames[-1])), lazily=True)
                    self._done += frames[-1] - at
                    packed: bytes = end.value
                    return packed
                found = self._found(step, leg)
                self._put("Tracked", {number: (found[number], at, step.frame) for number in leg.tracks}, lazily=True)
                at = step.frame
                self._told(1, len(step.targets))

    def _found(self, step: Followed, leg: Leg) -> dict[int, tuple[Keyframe, ...]]:
        """Return the keyframes of one frame; where an object is lost, one that is outside."""
        found = dict.fromkeys(leg.tracks, tuple[Keyframe, ...]())
        for number in leg.tracks:
            track, by = self._document.tracks[number], self._request.tracker
            if (target := step.targets.get(number)) is not None:
                like, score = key_of(self._document, number, leg.first), step.scores.get(number)
                found[number] = (keyframe_of(track.type, target, step.frame, like, by, score=score),)
            elif number in step.lost:
                last = before(track, step.frame)
                found[number] = (replace(last, frame=step.frame, outside=True, by=by, score=None, agreement=None),)
                self._outcome.lost.append((number, step.frame, step.lost[number]))
        return found

    # filling

    def _fill(self, leg: Leg) -> None:
        (number,) = leg.tracks
        kind = self._document.tracks[number].type
        first, last = (key_of(self._document, number, frame) for frame in (leg.first, leg.last))
        one, two = target_of(kind, first), target_of(kind, last)
        assert one is not None and two is not None, "the plan saw to it"
        ends, done = ((first.frame, one), (last.frame, two)), self._done
        try:
            ways = passes(self._pass, *ends)
        except ToolError as error:
            self._done, where = done + leg.frames, f"{counted(leg.first)} to {counted(leg.last)}"
            self._outcome.notes.append(f"Track {number} is left alone on frames {where}: {error.title}. {error.detail}")
            return
        filled = fill(*ends, *ways, motion=self._measured(leg), pixels=self._pixels)
        keys = keyframes(kind, first, last, filled)
        self._put("Filled", {number: (keys, leg.first, leg.last - 1)})

    def _pass(self, frames: Sequence[int], starts: Mapping[int, Target]) -> Iterator[Followed]:
        """Follow one object through a gap, heeding a wish to stop."""
        resume.repeatable(frames[0])
        done = self._done
        for step in follow(self._tracker, self._pixels, frames, starts, check=self._request.check):
            self._heed()
            self._told(1, len(step.targets))
            yield step
        self._done = done + len(frames)

    def _measured(self, leg: Leg) -> Motion:
        """Return the camera's motion with every step of a gap."""
        frames = range(leg.first, leg.last)
        self._motion = self._motion.with_steps(dict(measured(self._motion, self._pixels, frames)))
        return self._motion

    # what comes of it

    def _put(
        self, title: str, found: Mapping[int, tuple[Sequence[Keyframe], int, int]], *, lazily: bool = False
    ) -> None:
        """Commit keyframes of tracks, each with the frames that it was followed from and to."""
        edits = [edit for number, way in found.items() for edit in machine(self._document, number, *way)]
        self._commit(f"{title} by {self._request.tracker}", *edits, lazily=lazily)
        self._outcome.keyframes += sum(len(keys) for keys, _, _ in found.values())

    def _thin(self, goal: float) -> None:
        """Reduce what the run has made to the fewest keyframes, in one commit that is known again."""
        legs = self._kept.legs
        if self._kept.thinned and self._kept.thinned == resume.whole(self._document, legs):
            return
        edits, document = list[Edit](), self._document
        for number in sorted({number for leg in legs for number in leg.tracks}):
            track, own = document.tracks[number], [leg for leg in legs if number in leg.tracks]
            first, last = min(leg.first for leg in own), max(leg.last for leg in own)
            done = thin(track, goal, first=first, last=last, motion=self._shown)
            edits += done.edits(track)
            if done.dropped:
                kept = len(done.keyframes)
                note = f"Track {number} is thinned to {kept} keyframes, which give the others to {done.reached:.2f}"
                self._outcome.notes.append(note)
        # said before it is done: a thinned track that is thinned once more might lose more
        self._keep(replace(self._kept, thinned=resume.whole(apply_all(document, edits)[0], legs)))
        self._commit("Thinned", *edits)

    def _commit(self, title: str, *edits: Edit, lazily: bool = False) -> None:
        self._session.commit(title, *edits, lazily=lazily)
        self._must_be_kept()

    def _must_be_kept(self) -> None:
        safety = self._session.safety
        if safety.trouble and safety.outcome.error is not None:
            raise safety.outcome.error

    def _heed(self) -> None:
        if self._stopped():
            raise Stopped

    def _told(self, frames: int, tracks: int) -> None:
        self._done += frames
        self._outcome.frames += frames
        self._tell(Step(self._done, self._total, tracks))


def key_of(document: Document, number: int, frame: int) -> Keyframe:
    """Return the keyframe of a track from which it is followed."""
    found = keyframe_at(document.tracks[number], frame)
    assert found is not None, "the plan, or the mark of the run that is gone on with, saw to it"
    return found


def before(track: Track, frame: int) -> Keyframe:
    """Return a track's last keyframe before a frame on the way."""
    found, _ = neighbours(track, frame)
    assert found is not None, "it is followed from one"
    return found


def left_alone(document: Document, made: Plan) -> list[str]:
    """Return in words which tracks a plan leaves alone, and why there is none to follow."""
    notes = [f"Track {number} is left alone: {why}" for number, why in made.idle[:MOST]]
    notes += [f"{len(made.idle) - MOST} more are left alone"] if len(made.idle) > MOST else []
    if not made.legs and not made.idle:
        why = "none is free: name some with --tracks" if document.tracks else "it has none: draw one first"
        notes.append(f"There is no track to follow; {why}")
    return notes


def said(found: Checkpoint, tracker: Tracker) -> str:
    """Return in words where a run goes on."""
    if found.leg >= len(found.legs):
        return "The run that was cut short had followed everything"
    anew = (
        ": the tracker begins anew there, as it does in a run that is not cut short"
        if can_not_be_packed(tracker)
        else ""
    )
    return f"Goes on from frame {counted(found.frame)} with the run that was cut short{anew}"


def can_not_be_packed(tracker: Tracker) -> bool:
    """Say whether what a tracker has learned is lost when it is packed: so it is with all that take objects apart."""
    return isinstance(tracker, Apart) and tracker.apart


def weights_of(tracker: str) -> str:
    """Return what changes with the weights that a tracker uses, "" for one without; raise WeightsError if missing."""
    path = checkpoint(find(tracker), "")
    return "" if path is None else digest(path)
