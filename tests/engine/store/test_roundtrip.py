"""What is written is read back equal, by termwand and by PyYAML, pure and with libyaml."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from immutables import Map

from engine.document import (
    Attribute,
    Certificate,
    Document,
    Keyframe,
    Label,
    MediaInfo,
    Picture,
    PromptRecord,
    Review,
    Rle,
    Shape,
    TableRow,
    Tag,
    Track,
)
from engine.errors import StoreError
from engine.store import decode, encode
from engine.store.read import split

PITFALLS = [
    "NO",
    "off",
    "yes",
    "null",
    "~",
    "",
    " ",
    "1e3",
    "1.5e3",
    "017",
    "0o17",
    "0x1F",
    "12:30:45",
    "2024-01-02",
    "1_000",
    "<<",
    "=",
    "-",
    "?",
    ":",
    "#",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "\\",
    "&a",
    "*a",
    "!!str x",
    "|",
    ">",
    "%x",
    "@",
    "`",
    "{}",
    "[]",
    ",",
    "\x00",
    "\x07",
    "\t",
    "\n",
    "\r\n",
    "\x1b[31m",
    "\x7f",
    "\x80",
    "\x85",
    "\x9f",
    "\xa0",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "😀",
    "\U0001fffe",
    "é",
    "1.0e+400",
    ".inf",
    ".nan",
    "true",
    "9" * 30,
    "\u202e",
    "shapes:",
    "\nshapes:\n- {",
    "...",
    "---",
    "\u0301",
    "null,",
    "[1.23456",
    '"id":1',
    "x" * 128,
]
TEXT = st.sampled_from(PITFALLS) | st.text(max_size=20)
NAMES = TEXT.map(lambda text: text[:128] or "x")
NUMBERS = st.floats(-1e299, 1e299) | st.sampled_from(
    [0.0, -0.0, 1e16, 1e-7, 1e22, 5e-324, 1.5, -2.0, 0.1 + 0.2, 1e299, 123456789.123]
)
COORDINATES = st.integers(-100_000, 1_000_000).map(lambda value: value / 100)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=3, max_size=5).map(tuple)
ATTRIBUTES = st.dictionaries(NAMES, TEXT | NUMBERS | st.booleans(), max_size=3)
CLICKS = st.lists(st.tuples(COORDINATES, COORDINATES, st.booleans()), max_size=3).map(tuple)
PROMPTS = st.builds(
    PromptRecord, TEXT, CLICKS, st.none() | st.tuples(*[COORDINATES] * 4), st.dictionaries(NAMES, NUMBERS, max_size=2)
)
LABELS = st.lists(
    st.builds(
        Label,
        NAMES,
        st.sampled_from(["", "#ff8800"]),
        TEXT.map(lambda text: text[:9]),
        st.just(()),
        st.lists(
            st.builds(
                Attribute,
                NAMES,
                st.sampled_from(["text", "number"]),
                st.lists(TEXT, max_size=2).map(tuple),
                TEXT | NUMBERS | st.booleans(),
                st.booleans(),
                st.none() | NUMBERS,
            ),
            max_size=2,
            unique_by=lambda attribute: attribute.name,
        ).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda label: label.name,
).map(tuple)
REVIEWS = st.lists(
    st.builds(
        Review, st.integers(0, 3), st.integers(3, 5), st.sampled_from(["accepted", "flagged"]), TEXT, TEXT, TEXT, TEXT
    ),
    max_size=2,
).map(tuple)
ROWS = st.builds(TableRow, NAMES, TEXT, st.none() | st.floats(0, 1), TEXT, st.dictionaries(NAMES, TEXT, max_size=1))
TABLES = st.dictionaries(NAMES, st.lists(ROWS, max_size=2).map(tuple), max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    labels = draw(LABELS)
    names = st.sampled_from([label.name for label in labels])
    shapes: dict[int, list[Shape]] = {}
    number = 0
    for frame in draw(st.lists(st.integers(0, 4), max_size=5)):
        number += 1
        mask = draw(st.booleans())
        shapes.setdefault(frame, []).append(
            Shape(
                number,
                frame,
                draw(names),
                "mask" if mask else "polygon",
                () if mask else draw(POINTS),
                mask=Rle((6, 8), "`1") if mask else None,
                attributes=draw(ATTRIBUTES),
                model=draw(TEXT),
                score=draw(st.none() | NUMBERS),
                prompt=draw(st.none() | PROMPTS),
                z=draw(st.integers(-3, 3)),
            )
        )
    tracks = {}
    for frames in draw(st.lists(st.sets(st.integers(0, 5)), max_size=3)):
        number += 1
        keyframes = tuple(
            Keyframe(at, draw(POINTS), attributes=draw(ATTRIBUTES), by=draw(NAMES), agreement=draw(st.none() | NUMBERS))
            for at in sorted(frames)
        )
        tracks[number] = Track(
            number,
            draw(names),
            "polygon",
            draw(ATTRIBUTES),
            tracker=draw(TEXT),
            pinned=draw(st.booleans()),
            prompt=draw(st.none() | PROMPTS),
            review=draw(REVIEWS),
            keyframes=keyframes,
        )
    tags = {at: (Tag(at, draw(names), draw(ATTRIBUTES)),) for at in draw(st.sets(st.integers(0, 9), max_size=2))}
    pictures = {
        at: Picture(
            at,
            draw(NAMES),
            draw(st.integers(0, 9)),
            bytes=draw(st.integers(0, 9)),
            digest=draw(st.sampled_from(["", "0123456789abcdef"])),
        )
        for at in draw(st.sets(st.integers(0, 9), max_size=3))
    }
    certificates = {
        at: Certificate(
            at, draw(st.integers(2, 9)), ((1, 0), (2, 5)), draw(st.sampled_from([0.01, 1e-05, 0.5])), label=draw(TEXT),
            answered=draw(st.integers(0, 2)), wrong=draw(st.sampled_from([(), (1,), (0, 1)])), statement=draw(TEXT),
        )
        for at in draw(st.sets(st.integers(1, 9), max_size=2))
    }  # fmt: skip
    return Document(
        MediaInfo(draw(TEXT), "video", 10, 8, 6),
        labels,
        Map({at: tuple(items) for at, items in shapes.items()}),
        Map(tracks),
        Map(tags),
        Map(draw(TABLES)),
        draw(TEXT),
        draw(TEXT),
        draw(st.integers(0, 9)),
        number + 1,
        pictures=Map(pictures),
        certificates=Map(certificates),
    )


class Quoting(yaml.SafeDumper):
    """Block style with every text in quotes: PyYAML leaves `1e3` bare, which is a number since YAML 1.2."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_three_readers_agree(document: Document) -> None:
    data = encode(document)
    assert split(data) is not None, "our own files are read the fast way"
    again = decode(data)
    assert again == document
    assert encode(again) == data
    pure, fast = yaml.load(data, yaml.SafeLoader), yaml.load(data, yaml.CSafeLoader)
    assert pure == fast
    assert pure["shapes"] == plain(list(document.all_shapes()))
    assert pure.get("pictures", []) == plain([document.pictures[frame] for frame in sorted(document.pictures)])
    assert pure.get("certificates", []) == plain([document.certificates[n] for n in sorted(document.certificates)])
    assert pure["labels"] == plain(document.labels)
    assert pure["media"] == plain(document.media)
    assert pure.get("label_tables", {}) == plain(dict(document.tables))
    assert [item["track"] for item in pure["keyframes"]] == [
        number for number in sorted(document.tracks) for _ in document.tracks[number].keyframes
    ]
    assert pure["tags"] == plain([tag for frame in sorted(document.tags) for tag in document.tags[frame]])
    assert decode(yaml.dump(pure, Dumper=Quoting).encode()) == document, "the slow way reads the same"


def test_surrogate_halves() -> None:
    document = Document(MediaInfo("a\udcff.png"), (Label("a"),), author="x\ud800")
    with pytest.raises(StoreError, match="not valid Unicode"):
        encode(document)
    named = msgspec.structs.replace(document, author="")
    assert decode(encode(named)).media.path == "a\ufffd.png"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_yaml_must_not_hold(number: float) -> None:
    bad = Shape(1, 0, "a", "points", ((number, 0.0),))
    with pytest.raises(StoreError, match="not finite"):
        encode(Document(MediaInfo("a.png"), (Label("a"),), Map({0: (bad,)})))


def test_coordinates_are_written_to_a_hundredth() -> None:
    shape = Shape(1, 0, "a", "polygon", ((1.23456, 2.0), (1e-7, 0.005), (3.999, -0.001)), score=0.123456)
    text = encode(Document(MediaInfo("a.png"), (Label("a"),), Map({0: (shape,)}))).decode()
    assert '"points":[[1.23,2.0],[0.0,0.01],[4.0,0.0]]' in text or '"points":[[1.23,2.0],[0.0,0.0],[4.0,0.0]]' in text
    assert '"score":0.123456' in text


def test_the_lines_of_pictures() -> None:
    shape = Shape(1, 4, "car", "points", ((1.0, 2.0),))
    document = Document(
        MediaInfo(".", "folder", 10),
        (Label("car"),),
        Map({4: (shape,)}),
        next_id=2,
        pictures=Map({4: Picture(4, 'a "b".png', 8, 6, 120, "0123456789abcdef"), 11: Picture(11, "gone.png")}),
        beyond=12,
    )
    text = encode(document).decode()
    assert text[text.index("pictures:") :].startswith("""\
pictures:
- {"frame":4,"name":"a \\"b\\".png","width":8,"height":6,"bytes":120,"digest":"0123456789abcdef"}
- {"frame":11,"name":"gone.png"}
shapes:
""")
    assert decode(text.encode()) == document


def test_the_file_is_what_it_was() -> None:
    """The bytes of the format, to be changed only on purpose."""
    keyframes = (Keyframe(0, ((0.0, 0.0), (2.0, 2.0))), Keyframe(4, outside=True, by="csrt", score=0.25))
    document = Document(
        MediaInfo("clip.mp4", "video", 10, 8, 6),
        (Label("car", "#ff8800"), Label("NO", types=("rectangle",))),
        Map({3: (Shape(1, 3, "car", "polygon", ((0.0, 0.0), (4.0, 0.5), (0.0, 3.0)), occluded=True),)}),
        Map({2: Track(2, "NO", "rectangle", keyframes=keyframes)}),
        Map({7: (Tag(7, "car"),)}),
        Map({"yolo": (TableRow("bus", "car", 0.5), TableRow("tram"))}),
        "ann",
        "2024-01-02T03:04:05Z",
        3,
        3,
    )
    assert (
        encode(document).decode()
        == """\
# termwand annotations; coordinates are frame pixels, one line per shape or keyframe
termwand: 2
media:
  path: "clip.mp4"
  kind: "video"
  frames: 10
  width: 8
  height: 6
author: "ann"
created: "2024-01-02T03:04:05Z"
last_frame: 3
next_id: 3
labels:
- {"name":"car","color":"#ff8800"}
- {"name":"NO","types":["rectangle"]}
label_tables:
  "yolo": [{"theirs":"bus","ours":"car","threshold":0.5},{"theirs":"tram"}]
shapes:
- {"id":1,"frame":3,"label":"car","type":"polygon","points":[[0.0,0.0],[4.0,0.5],[0.0,3.0]],"occluded":true}
tracks:
- {"id":2,"label":"NO","type":"rectangle"}
keyframes:
- {"track":2,"frame":0,"points":[[0.0,0.0],[2.0,2.0]]}
- {"track":2,"frame":4,"outside":true,"by":"csrt","score":0.25}
tags:
- {"frame":7,"label":"car"}
"""
    )
