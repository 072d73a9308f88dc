"""Session: what is open, and the only door to the document.

`commit` applies edits, has them written to the journal and calls `on_change`; undo and redo pass through the same door.
`document` is the newest, on which the next key acts; `safety.document` is what is on a disk, and what the screen shows.
Actions (`engine/actions/`) change a session, jobs report to it through `accept` handlers, the screen reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from engine import items
from engine.detected.touched import touched
from engine.document import Camera, Document, Label, Shape
from engine.edits import Edit, apply_all
from engine.effort.collect import Effort, How
from engine.errors import EditError
from engine.history import Group, History, Perform
from engine.journal.safety import Keeper, Safety
from engine.modes import MAIN, REVIEW
from engine.pictures import introductions
from engine.ready import Ready, ready, replayed
from engine.review.states import kept
from engine.session import crops
from engine.session.gesture import Gesture
from engine.session.hand import Hand
from engine.session.jobs import Jobs
from engine.session.media import Frames, Media
from engine.session.mending import mended
from engine.session.review_queue import keep_up
from engine.session.reviewing import Reviewing
from engine.session.runs import Runs
from engine.session.selection import Selection
from engine.session.view import View
from engine.settings import Settings
from engine.tools.cache import ModelCache
from engine.tracks.motion import Motion

Severity = Literal["information", "warning", "error"]


class Disk(Keeper, Protocol):
    """Where commits go: `engine.project.project.Project` is one."""

    @property
    def path(self) -> Path:
        """The YAML file."""

    @property
    def sequence(self) -> int:
        """The number of the last commit."""

    def save(self, document: Document, *, through: int | None = None, overwrite: bool = False) -> None:
        """Rewrite the YAML file with a document that holds the commits up to number `through`."""


class Session:
    """An open document and everything around it that is not saved."""

    read_only = False
    """Refuse every commit."""

    def __init__(
        self,
        document: Document,
        frames: Frames,
        *,
        disk: Disk | None = None,
        settings: Settings | None = None,
        tools: ModelCache | None = None,
    ) -> None:
        self.document = document
        self.revision = self.saved_revision = 0
        self.disk, self.tools = disk, tools or ModelCache()
        self.settings = settings or Settings()
        self.media = Media(frames, shown=-1, target=min(document.last_frame, len(frames) - 1))
        self.view, self.history = View(), History()
        self.hand, self.selection = Hand(self.settings.reach, self.settings.brush), Selection()
        self.label = document.labels[0].name if document.labels else ""
        self.on_change: Callable[[], None] = lambda: None
        self.on_message: Callable[[str, Severity], None] = lambda text, severity: None
        self.safety = Safety(document, disk, self.changed, lambda text, severity: self.on_message(text, severity))
        self.effort = Effort()
        self.jobs, self.runs, self.review = Jobs(self.changed, self.tell), Runs(), Reviewing()

    # the door to the document

    def commit(self, title: str, *edits: Edit, touches: bool = True, lazily: bool = False) -> None:
        """Apply edits as one undo step; raise EditError, with nothing changed, if one does not fit.

        They are a person's: shapes of a detector that they change are no longer its own, unless nothing `touches` them.
        Lazily it is one of many that a run makes: a kill does not lose it, it is on a disk and shown a moment later.
        """
        if not edits:
            return
        if self.read_only:
            raise _read_only()
        if touches:
            edits = touched(self.document, edits)
            edits = (*edits, *mended(self, edits))
        edits = (*introductions(self.document, edits, self.media.frames.picture), *edits)
        edits = (*edits, *kept(self.document, edits))
        before = self.document
        self.document, inverses = apply_all(self.document, edits)
        self.history.push(title, inverses, self.frame)
        self._committed(title, edits, before, "run" if lazily else "done", lazily=lazily)

    def take_over(self, made: Ready, *, lazily: bool = False) -> None:
        """Commit what a job has applied already; apply it anew if the document has changed since.

        `lazily` as in `commit`. Raise EditError, with nothing changed, if it does not fit any more.
        """
        if self.read_only:
            raise _read_only()
        if self.document is not made.base:
            made = ready(made.title, self.document, made.make, self.media.frames.picture, made.run)
        if made.edits:
            before, self.document = self.document, made.document
            self.history.add(Group(made.title, made.inverses, made.weight, self.frame, made.run))
            self._committed(made.title, made.edits, before, "run" if made.run else "done", lazily=lazily)

    def moving(self, motion: Motion) -> None:
        """Show tracks with the camera's motion from now on; nothing of it is saved."""
        camera = Camera(motion)
        self.document = msgspec.structs.replace(self.document, camera=camera)
        self.safety.with_camera(camera)
        self.changed()

    def undo(self) -> Group | None:
        """Take back the last step; return it, or None if there is none."""
        return self._replay(self.history.done(), self.history.undo, "undone")

    def redo(self) -> Group | None:
        """Do again what was last taken back; return it, or None if there is none."""
        return self._replay(self.history.undone(), self.history.redo, "redone")

    def _replay(self, steps: Iterator[Group], take: Callable[[Perform], str | None], how: How) -> Group | None:
        step = next(steps, None)
        if step is None:
            return None
        if self.read_only:
            raise _read_only()

        done: tuple[Edit, ...] = ()
        before = self.document

        def perform(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
            nonlocal done
            self.document, done, inverses = replayed(self.document, edits)
            return inverses

        take(perform)
        self._committed(step.title, done, before, how)
        return step

    def _committed(
        self, title: str, edits: tuple[Edit, ...], before: Document, how: How, *, lazily: bool = False
    ) -> None:  # fmt: skip
        self.revision += 1
        if self.shape(self.selection.selected) is None:
            self.selection.let_go(self.document)
        if (subject := self.gesture.subject) is not None:
            self.gesture = self.gesture.following(self.shape(subject))
        if self.document.label(self.label) is None:  # undo took it back
            self.label = self.document.labels[0].name if self.document.labels else ""
        self.review.due = self.review.due or not lazily
        self.safety.commit(self.document, title, edits, lazily=lazily)
        self.effort.committed(before, edits, how, self.view.clock())
        if not lazily or self.disk is None:  # it is shown, and then told, when the disk has it
            self.changed()

    # what is in hand

    @property
    def gesture(self) -> Gesture:
        """What the annotator has in hand."""
        return self.hand.gesture

    @gesture.setter
    def gesture(self, gesture: Gesture) -> None:
        self.hand.gesture = gesture

    def take(self, gesture: Gesture) -> None:
        """Take something in hand; undo does not go back beyond this."""
        self.hand.take(gesture)
        self.changed()

    def advance(self, gesture: Gesture) -> None:
        """Go on with what is in hand: one step that undo takes back."""
        self.hand.advance(gesture)
        self.changed()

    # reading

    @property
    def mode(self) -> str:
        """The keymap's mode: the grid's, the tracks' for one key, what is in hand, else the review's if one is on."""
        own = self.gesture.mode
        return self.view.mode(REVIEW if own == MAIN and self.review.on else own)

    @property
    def frame(self) -> int:
        """The number of the frame that is shown."""
        return max(self.media.shown, 0)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What stands on the frame that is shown: shapes, and the shapes of tracks there."""
        return items.on_frame(self.document, self.frame)

    def shape(self, shape_id: int | None) -> Shape | None:
        """Return what stands on the shown frame under an id, or None."""
        return None if shape_id is None else items.find(self.document, self.frame, shape_id)

    def labelled(self) -> Label:
        """Return the label in use; raise EditError where the document has none yet."""
        label = self.document.label(self.label)
        if label is None:
            raise EditError("There is no label yet", "add one first")
        return label

    # telling and running

    def changed(self) -> None:
        """Say that something that the screen shows is different."""
        keep_up(self)
        crops.ask(self)
        self.on_change()

    def tell(self, text: str, severity: Severity = "information") -> None:
        """Show a short message; one that may speak of a commit when that is shown."""
        if severity != "information" or not self.safety.hold(text):
            self.on_message(text, severity)

    def set(self, **values: object) -> None:
        """Change settings for this session."""
        self.settings = replace(self.settings, **values)  # type: ignore[arg-type]
        self.changed()


def _read_only() -> EditError:
    return EditError("Opened read-only", "nothing can be changed")
