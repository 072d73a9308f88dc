"""What has changed from one document to another, as edits for a third that was changed from the first as well.

Apart because it is a pure function. It serves the annotations of a folder that cannot be written: others go on to
change the file beside the media while one's own changes are kept elsewhere. What both have changed stays one's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import count
from typing import TypeVar

from msgspec.structs import replace

from engine.document import Document, Shape, Tag
from engine.edits import DropShape, DropTrack, Edit, PutLabels, PutShape, PutTags, PutTrack

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_NOTHING: tuple[Tag, ...] = ()


def news(base: Document, theirs: Document, mine: Document) -> tuple[tuple[Edit, ...], int]:
    """Return what they have changed since `base`, for my document, and how many changes I had changed as well."""
    merge = _Merge(base, theirs, mine)
    return (*merge.labels(), *merge.shapes(), *merge.tracks(), *merge.tags()), merge.conflicts


class _Merge:
    def __init__(self, base: Document, theirs: Document, mine: Document) -> None:
        self.base, self.theirs, self.mine = base, theirs, mine
        self.conflicts = 0
        self.taken = {shape.id for shape in mine.all_shapes()} | set(mine.tracks)
        self.fresh = count(max(mine.next_id, theirs.next_id))

    def labels(self) -> Iterator[Edit]:
        old = {label.name: label for label in self.base.labels}
        labels = {label.name: label for label in self.mine.labels}
        for label in self.theirs.labels:
            if label.name not in labels or labels[label.name] == old.get(label.name):
                labels[label.name] = label
        if tuple(labels.values()) != self.mine.labels:
            yield PutLabels(tuple(labels.values()))

    def shapes(self) -> Iterator[Edit]:
        old, new, own = (_by_id(document) for document in (self.base, self.theirs, self.mine))
        for (frame, number), shape in self._changed(old, new, own):
            if shape is None:
                self.taken.discard(number)
                yield DropShape(frame, number)
            else:
                yield PutShape(replace(shape, id=self._number(number, (frame, number) in old)))

    def tracks(self) -> Iterator[Edit]:
        for number, track in self._changed(self.base.tracks, self.theirs.tracks, self.mine.tracks):
            if track is None:
                self.taken.discard(number)
                yield DropTrack(number)
            else:
                yield PutTrack(replace(track, id=self._number(number, number in self.base.tracks)))

    def tags(self) -> Iterator[Edit]:
        for frame in sorted({*self.theirs.tags, *self.base.tags}):
            old, new, own = (document.tags.get(frame, _NOTHING) for document in (self.base, self.theirs, self.mine))
            merged = new if own == old else (*own, *(tag for tag in new if tag not in own and tag not in old))
            if new != old and merged != own:
                yield PutTags(frame, merged)

    def _changed(
        self, old: Mapping[Key, Value], new: Mapping[Key, Value], own: Mapping[Key, Value]
    ) -> Iterator[tuple[Key, Value | None]]:
        """Yield what is to be put, or (with None) dropped; count what was changed on both sides."""
        for key in [*(key for key in old if key not in new), *new]:
            before, after, here = old.get(key), new.get(key), own.get(key)
            if after in (before, here):
                continue
            if here == before or before is None:  # two who each made something new may have given one number to both
                yield key, after
            else:
                self.conflicts += 1

    def _number(self, number: int, replaces: bool) -> int:
        """Return the number, or one that nobody has used if it is something else's."""
        if number in self.taken and not replaces:
            number = next(self.fresh)
        self.taken.add(number)
        return number


def _by_id(document: Document) -> dict[tuple[int, int], Shape]:
    return {(shape.frame, shape.id): shape for shape in document.all_shapes()}
