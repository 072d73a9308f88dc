"""Header and items of a file -> Document, checked by the same rules as edits.

Apart from the reader because it does not care how the items were read. 100,000 shapes are checked by what they have
in common (their labels, types and numbers of points) and only the unusual ones one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, groupby
from math import isfinite
from operator import attrgetter
from typing import Any, NamedTuple, NoReturn

from immutables import Map
from msgspec.structs import replace

from engine import label_rules, rules
from engine.document import Certificate, Document, Keyframe, Picture, Shape, Tag, Track
from engine.errors import FormatError, nearest
from engine.ids import STRANGE, Ids, following
from engine.pictures.numbering import with_beyond
from engine.store.lines import Header, Section
from engine.text import plain


class Items(NamedTuple):
    """What a section holds, and where the item of an index stands: (line, column); keyframes are `OfTrack`."""

    values: list[Any]
    place: Callable[[int], tuple[int, int]]


_NONE = Items([], lambda index: (0, 0))


def build(header: Header, items: Mapping[Section, Items], name: str) -> Document:
    """Return the document; raise FormatError with the place of an item that breaks a rule."""
    shapes, tracks = items.get("shapes", _NONE), items.get("tracks", _NONE)
    problem = label_rules.labels_problem(header.labels) or _header_problem(header)
    if problem:
        raise FormatError(f"{plain(name)} is not valid", plain(problem, 400), line=1, column=1)
    _check_shapes(shapes, header, name)
    with_keyframes = _tracks(header, tracks, items.get("keyframes", _NONE), name)
    ids = _unique_ids(shapes, tracks, name)
    return with_beyond(
        Document(
            media=header.media,
            labels=header.labels,
            frames=Map(_by_frame(shapes.values)),
            tracks=Map(with_keyframes),
            tags=Map(_tags(header, items.get("tags", _NONE), name)),
            tables=Map(header.label_tables),
            certificates=Map(_certificates(items.get("certificates", _NONE), name)),
            author=header.author,
            created=header.created,
            last_frame=header.last_frame,
            left=header.left,
            next_id=_next_id(header, ids, shapes.values, tracks.values),
            ids=Ids.of(ids),
            pictures=Map(_pictures(items.get("pictures", _NONE), name)),
        )
    )


def _refuse(name: str, problem: str, place: tuple[int, int]) -> NoReturn:
    raise FormatError(f"{plain(name)} is not valid", plain(problem, 400), line=place[0], column=place[1])


def _header_problem(header: Header) -> str:
    media = header.media
    limit = rules.LARGEST_FRAME
    numbers = (
        ("last_frame", header.last_frame),
        ("frames", media.frames),
        ("width", media.width),
        ("height", media.height),
    )
    problems = [rules.number_problem(value, what, lowest=0, highest=limit) for what, value in numbers]
    problems.append(rules.number_problem(header.next_id, "next_id", lowest=1, highest=rules.LARGEST_ID + 1))
    problems += [
        rules.name_problem(key, "a detector's name") or label_rules.table_problem(rows)
        for key, rows in header.label_tables.items()
    ]
    return next(filter(None, problems), "")


def _check_shapes(items: Items, header: Header, name: str) -> None:
    """Check the shapes, those that agree in all that a rule looks at only once; decoding has checked every number."""
    shapes: list[Shape] = items.values
    kinds = list(
        zip(
            map(attrgetter("label", "type", "rotation"), shapes),
            map(len, map(attrgetter("points"), shapes)),
            strict=True,
        )
    )
    different = set(kinds)
    # list.index is quick for the few kinds of an ordinary file; a file of many kinds is read from end to front instead
    first = (
        [kinds.index(kind) for kind in different]
        if len(different) < 20
        else dict(zip(reversed(kinds), range(len(kinds) - 1, -1, -1), strict=True)).values()
    )
    masks = [index for index, mask in enumerate(map(attrgetter("mask"), shapes)) if mask is not None]
    for index in sorted({*first, *masks}):
        shape = shapes[index]
        problem = rules.shape_problem(shape, header.labels)
        if problem:
            _refuse(name, f"shape {shape.id}: {problem}", items.place(index))


def _by_frame(shapes: list[Shape]) -> dict[int, tuple[Shape, ...]]:
    frames: dict[int, tuple[Shape, ...]] = {}
    for frame, group in groupby(shapes, attrgetter("frame")):
        frames[frame] = (*frames.get(frame, ()), *group)
    return frames


def _tracks(header: Header, items: Items, keyframes: Items, name: str) -> dict[int, Track]:
    tracks: dict[int, Track] = {track.id: track for track in items.values}
    places = {track.id: items.place(index) for index, track in enumerate(items.values)}
    found: dict[int, list[Keyframe]] = {number: [] for number in tracks}
    index = 0
    for number, keys in keyframes.values:
        if number not in tracks:
            near = nearest(str(number), map(str, tracks))
            _refuse(name, f"there is no track {number}: {near}", keyframes.place(index))
        for place in _to_check(keys):
            problem = rules.keyframe_problem(keys[place], tracks[number].type)
            if problem:
                _refuse(name, f"keyframe of track {number}: {problem}", keyframes.place(index + place))
        found[number] += keys
        index += len(keys)
    done = {}
    for number, track in tracks.items():
        keys = [*track.keyframes, *found[number]]
        done[number] = replace(track, keyframes=tuple(sorted(keys, key=attrgetter("frame"))))
        # those of lines of their own were looked at above
        problem = rules.track_problem(done[number], header.labels, regions=bool(track.keyframes))
        if problem:
            _refuse(name, f"track {number}: {problem}", places[number])
    return done


def _to_check(keys: list[Keyframe]) -> list[int]:
    """Return which keyframes of a track need a look: the first of those that agree in all that a rule looks at, or all.

    Decoding has checked the numbers that have a range.
    """
    measured = chain(map(attrgetter("score"), keys), map(attrgetter("agreement"), keys))
    unusual = chain(map(attrgetter("mask"), keys), map(attrgetter("attributes"), keys))
    if any(unusual) or not all(map(isfinite, filter(None, measured))):
        return [*range(len(keys))]
    points = map(len, map(attrgetter("points"), keys))
    kinds = list(zip(points, map(attrgetter("rotation", "by", "outside"), keys), strict=True))
    different = set(kinds)
    return sorted(map(kinds.index, different)) if len(different) < 20 else [*range(len(keys))]


def _tags(header: Header, items: Items, name: str) -> dict[int, tuple[Tag, ...]]:
    frames: dict[int, tuple[Tag, ...]] = {}
    for index, tag in enumerate(items.values):
        problem = rules.tag_problem(tag, header.labels)
        if problem:
            _refuse(name, f"tag on frame {tag.frame}: {problem}", items.place(index))
        frames[tag.frame] = (*frames.get(tag.frame, ()), tag)
    return frames


def _pictures(items: Items, name: str) -> dict[int, Picture]:
    """Return the lines by frame; decoding has checked each of them."""
    lines: dict[int, Picture] = {picture.frame: picture for picture in items.values}
    if len(lines) != len(items.values):
        last = {picture.frame: index for index, picture in enumerate(items.values)}
        second = next(last[picture.frame] for index, picture in enumerate(items.values) if last[picture.frame] != index)
        _refuse(name, f"frame {items.values[second].frame} has another picture already", items.place(second))
    return lines


def _certificates(items: Items, name: str) -> dict[int, Certificate]:
    found: dict[int, Certificate] = {}
    for index, one in enumerate(items.values):
        problem = rules.certificate_problem(one)
        if problem or one.id in found:
            _refuse(name, f"certificate {one.id}: {problem or 'its id is used twice'}", items.place(index))
        found[one.id] = one
    return found


def _next_id(header: Header, ids: list[int], shapes: list[Shape], tracks: list[Track]) -> int:
    groups = {*map(attrgetter("group"), shapes), *map(attrgetter("group"), tracks)}
    last = max((group for group in groups if group < STRANGE), default=0)
    return following(header.next_id, max(ids, default=0), last)


def _unique_ids(shapes: Items, tracks: Items, name: str) -> list[int]:
    """Return all ids; refuse the second use of one."""
    ids: list[int] = [item.id for item in shapes.values] + [item.id for item in tracks.values]
    if len(set(ids)) != len(ids):
        seen: set[int] = set()
        for index, number in enumerate(ids):
            if number in seen:
                count = len(shapes.values)
                place = shapes.place(index) if index < count else tracks.place(index - count)
                _refuse(name, f"id {number} is used twice", place)
            seen.add(number)
    return ids
