"""Lines of keyframes by track: the quick way says the same as the slow one, or nothing."""

from __future__ import annotations

import random

import pytest
from immutables import Map

from engine.document import Document, Keyframe, Label, MediaInfo, Rle, Track
from engine.store import decode, encode
from engine.store.keyframes import OfTrack, by_track

OUTSIDE = b'- {"track":1,"frame":4000,"outside":true}\n'
MEDIA = MediaInfo("clip.mp4", "video", 5000, 640, 480)


def lines_of(found: list[OfTrack]) -> bytes:
    """Return tracks' lines as they are written."""
    tracks = {number: Track(number, "car", "rectangle", keyframes=tuple(keys)) for number, keys in found}
    data = encode(Document(MEDIA, (Label("car"),), tracks=Map(tracks), next_id=10**9))
    start = data.index(b"\nkeyframes:\n") + len(b"\nkeyframes:\n")
    return data[start : data.index(b"\ntags:", start) + 1]


def some(count: int, seed: int, masks: float = 0.1) -> list[Keyframe]:
    """Return keyframes of all kinds, with lines of very different lengths."""
    chance = random.Random(seed)
    return [
        Keyframe(
            frame,
            tuple((round(chance.uniform(0, 640), 2), 1.5) for _ in range(2)),
            mask=Rle((480, 640), "0" * chance.choice((1, 5000))) if chance.random() < masks else None,
            outside=chance.random() < 0.2,
            attributes={"say": '"},\\n- {"track":1,'} if chance.random() < 0.1 else {},
            by=chance.choice(("human", "csrt", 'ü"\\n- {"track":7,')),
            score=chance.choice((None, 0.5)),
        )
        for frame in range(count)
    ]


@pytest.mark.parametrize("counts", [(1,), (1, 1), (3, 1, 400), (100, 2, 2, 50), (5000,)])
@pytest.mark.parametrize("numbers", [(1, 10, 100, 1000), (7, 71, 711, 7111)])
def test_what_was_written_is_read_by_track(counts: tuple[int, ...], numbers: tuple[int, ...]) -> None:
    found = [OfTrack(number, some(count, number)) for number, count in zip(numbers, counts, strict=False)]
    assert by_track(lines_of(found)) == found


def test_nothing_is_said_of_what_only_a_closer_look_can_tell() -> None:
    line, other = b'- {"track":1,"frame":1}\n', b'- {"track":2,"frame":1}\n'
    long = b"".join(b'- {"track":1,"frame":%d}\n' % frame for frame in range(2000))
    assert by_track(line + other) == [OfTrack(1, [Keyframe(1)]), OfTrack(2, [Keyframe(1)])]
    for lines in (
        line + other + line,
        long + other + long,
        long[: 20 * len(line)] + other + long[20 * len(line) :],
        b'- {"frame":1,"track":1}\n',
        b"- {track: 1, frame: 1}\n",
        b'- {"track":1,"frame":1,"frame":2}\n',
        b'- {"track":1,"frame":1,"track":1}\n',
        b'- {"track":1,"frame":1,"track":2}\n',
        b'- {"track":1}\n',
        b'- {"track":1,}\n',
        b'- {"track":01,"frame":1}\n',
        b'- {"track":99999999999999999,"frame":1}\n',
        b'- {"track":1,"frame":1} {"frame":2}\n',
        b'- {"track":1,"frame":1,"by":"\xff"}\n',
    ):
        assert by_track(lines) is None, lines[:80]


def test_a_file_with_one_line_of_a_person_is_read_all_the_same() -> None:
    lines = lines_of([OfTrack(number, some(300, number, masks=0)) for number in (1, 2)])
    head = b'termwand: 2\nmedia:\n  path: "clip.mp4"\n  kind: "video"\n  frames: 5000\nlabels:\n- {"name":"car"}\n'
    head += b'tracks:\n- {"id":1,"label":"car","type":"rectangle"}\n- {"id":2,"label":"car","type":"rectangle"}\n'
    for number, text in ((2, b"- {track: 2, frame: 4000, outside: true}\n"), (1, OUTSIDE)):
        document = decode(head + b"keyframes:\n" + lines + text)
        assert document.tracks[number].keyframes[-1] == Keyframe(4000, outside=True)
        assert [len(document.tracks[each].keyframes) for each in (number, 3 - number)] == [301, 300]
