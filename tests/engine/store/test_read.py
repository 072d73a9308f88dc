"""Reading: what a person writes opens; what is wrong or hostile is refused with line and column."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document import Document, Keyframe, Review, TableRow
from engine.errors import FormatError
from engine.store import decode, encode, yamlsafe
from engine.store.migrations import migrate, version_of
from engine.text import plain

HEAD = 'termwand: 1\nmedia: {path: "c.mp4", kind: video, frames: 9, width: 8, height: 6}\nlabels:\n- {name: car}\n'
ONE = '- {"id":1,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]]}\n'


def test_hand_written() -> None:
    document = decode(b"""\
# my own
termwand: 1
media:
    path: pic.png   # a comment
labels:
    - name: NO
    - name: off
      color: '#00ff00'
      types: [polygon]
shapes:
    - id: 3
      type: polygon
      points:
        - [1, 2]
        - [3.5, 4]
        - [1e1, .5]
      label: off
      frame: 0
    - {label: NO, id: 1, frame: 0, type: points, points: [[0, 0]], attributes: {on: yes, n: 12:30:45}}

tracks:
  - {id: 7, label: NO, type: rectangle, keyframes: [{frame: 2, points: [[0, 0], [1, 1]]}]}
keyframes:
  - {track: 7, frame: 1, points: [[0, 0], [2, 2]]}
tags:
""")
    assert [shape.id for shape in document.shapes(0)] == [3, 1]
    assert document.shapes(0)[0].points == ((1.0, 2.0), (3.5, 4.0), (10.0, 0.5))
    assert document.shapes(0)[1].attributes == {"on": "yes", "n": "12:30:45"}
    assert [keyframe.frame for keyframe in document.tracks[7].keyframes] == [1, 2]
    assert document.next_id == 8


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text + "# the end\n",
        lambda text: text.replace('- {"id"', '-   {"id"'),
        lambda text: text.replace('"id":1', "id: 1"),
        lambda text: text.replace('"id":1,"frame":0', '"frame": 0, "id" : 1'),
        lambda text: text + "tags: []\nkeyframes:\n",
        lambda text: text.replace("shapes:", "shapes:   # mine"),
        lambda text: text.replace('{"id"', '{\n  "id"'),
    ],
    ids=range(10),
)
def test_small_changes_by_hand(change: Callable[[str], str]) -> None:
    text = HEAD + "shapes:\n" + ONE
    assert decode(change(text).encode()) == decode(text.encode())


def refused(text: str | bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(text if isinstance(text, bytes) else text.encode(), "clip.yaml")
    assert "clip.yaml" in str(caught.value)
    return caught.value


def shape(old: str, new: str) -> str:
    assert old in ONE
    return HEAD + "shapes:\n" + ONE.replace('"id":1', '"id":9') + ONE.replace(old, new)


WRONG = [
    (shape('"points":[', '"poinst":['), 7, 51, 'did you mean "points"'),
    (shape('"points"', '"pts"'), 7, None, '"pts"'),
    (shape("car", "cat"), 7, 3, 'did you mean "car"'),
    (shape('"type":"points"', '"type":"point"'), 7, None, 'did you mean "points"'),
    (shape("1.0", '"a"'), 7, None, "float"),
    (shape("1.0", "NaN"), 7, None, "float"),
    (shape("1.0", ".nan"), 7, None, "not a number"),
    (shape("1.0", "1e400"), 7, None, "too large"),
    (shape("1.0", "1e9"), 7, None, "10000000"),
    (shape('"id":1', '"id":9'), 7, 3, "id 9 is used twice"),
    (shape('"id":1', '"id":1,"id":2'), 7, 11, '"id" stands here twice'),
    (shape('"id":1', '"id":0'), 7, None, "id"),
    (shape('"id":1', '"id":' + "9" * 5000), 7, 9, "18 digits"),
    (shape('"id":1', '"id":1.5'), 7, 9, "int"),
    (shape('"id":1', '"id":true'), 7, 9, "int"),
    (shape('"frame":0', '"frame":-1'), 7, None, "frame"),
    (shape('"frame":0,', ""), 7, 3, "frame"),
    (shape("[[1.0,2.0]]", "[]"), 7, 3, "at least 1 points"),
    (shape("[[1.0,2.0]]", "[[1.0]]"), 7, None, "length"),
    (shape('"id":1', '"id":*a'), 7, None, "alias"),
    (shape('"id":1', '"id":&a 1'), 7, None, "anchors"),
    (shape('"id":1', '"id":!!int 1'), 7, None, "tags"),
    (shape("}\n", ""), 8, 1, "'}'"),
    (shape('points","points":[[1.0,2.0]]', 'mask","mask":{"size":[6,8],"counts":"T1"}'), 7, 3, "36 pixels"),
    (shape("car", "\x07"), 7, None, "control"),
    (shape("car", "\\ud800"), 7, None, ""),
    (HEAD + "shapes: {}\n", 5, 9, "must be a list"),
    (HEAD + "shapes: 3\n", 5, 9, "must be a list"),
    (HEAD + "shapes: []\nshapes: []\n", 6, 1, "twice"),
    (HEAD + "shpaes: []\n", 5, 1, 'did you mean "shapes"'),
    (HEAD + 'keyframes:\n- {"track":4,"frame":1}\n', 6, 3, "no track 4"),
    (HEAD + 'tags:\n- {"frame":1,"label":"cra"}\n', 6, 3, 'did you mean "car"'),
    (HEAD + "a: &x [1]\nb: *x\n", 5, 4, "anchors"),
    (HEAD + "a: " + "[" * 10_000, 5, None, "levels deep"),
    (HEAD + "---\nx: 1\n", 5, 1, "second document"),
    (HEAD + 'pictures:\n- {"frame":1,"name":"a"}\n- {"frame":1,"name":"b"}\n', 7, 3, "frame 1 has another picture"),
    (HEAD + 'pictures:\n- {"frame":1,"name":""}\n', 6, None, "length >= 1"),
    (HEAD + 'pictures:\n- {"frame":1,"nam":"x"}\n', 6, None, 'did you mean "name"'),
    (HEAD + 'pictures:\n- {"frame":-1,"name":"x"}\n', 6, None, "frame"),
    (HEAD.replace("1", "3", 1), 1, 11, "newer termwand"),
    (HEAD.replace("1", "x", 1), 1, 11, "not an annotation file"),
    (HEAD.replace("termwand: 1\n", ""), 1, 1, "not an annotation file"),
    (HEAD.replace("frames: 9", "frames: 99999999999"), 1, None, "frames"),
    (HEAD.replace("video", "vidoe"), 2, None, 'did you mean "video"'),
    (HEAD.replace("path", "pth"), 2, 9, 'did you mean "path"'),
    (HEAD + "- {name: car}\n", 1, 1, "two labels"),
    (HEAD + "- {name: b, types: [rect]}\n", 5, None, 'did you mean "rectangle"'),
    (HEAD + "- {name: b, attributes: [{name: x, kind: selct}]}\n", 5, None, 'did you mean "select"'),
    (HEAD + "- {name: NO, color: red}\n", 1, 1, "#ff8800"),
    ("", 1, 1, "empty"),
    ("[]", 1, 1, "not an annotation file"),
    ("just text", 1, 1, "not an annotation file"),
    (b"\xff\xfe", 1, 1, "empty"),
    (b"\xff\xff", 1, 1, "UTF-8"),
    (HEAD.encode() + b"a: \xe9\n", 5, 4, "UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "column", "says"), WRONG, ids=range(len(WRONG)))
def test_wrong_is_refused_with_its_place(text: str | bytes, line: int, column: int | None, says: str) -> None:
    error = refused(text)
    assert error.line == line
    assert error.column >= 1 and column in (None, error.column)
    assert says in str(error)


@pytest.mark.parametrize(
    "line",
    [
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"points":[[1.0,2.0]]}',
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"occluded":true,"occluded":true}',
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"occluded":true,"occluded":false}',
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"attributes":{"a":1.0,"a":1.0}}',
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"attributes":{"a":"\\t","a":"x"}}',
        '{"id":3,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"prompt":{"tool":"x","tool":"x"}}',
        '{"id":3,"label":"car","frame":0,"type":"points","points":[[1.0,2.0]], "z":1, "z":1}',
    ],
)
def test_a_key_twice_in_one_line_among_many(line: str) -> None:
    """msgspec reads such lines without a word."""
    error = refused(HEAD + "shapes:\n" + ONE + ONE.replace(":1,", ":2,") + f"- {line}\n" + ONE.replace(":1,", ":4,"))
    assert error.line == 8 and "stands here twice" in str(error)


def test_errors_hold_nothing_that_commands_a_terminal() -> None:
    for text in (HEAD + '"\\e[31mshape\\u202e": 1\n', shape("car", "\\u001b[2J")):
        assert str(refused(text)).isprintable()


def test_billion_laughs() -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{b}: &{b} [{','.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    assert "anchors" in str(refused("\n".join(lines)))


def test_older_versions_are_migrated() -> None:
    def rename(values: dict[str, object]) -> dict[str, object]:
        return {**values, "shapes": values["regions"]}

    assert migrate({"termwand": 1, "regions": [1]}, 1, newest=2, steps={1: rename})["shapes"] == [1]
    assert migrate({"termwand": 1}, 1, newest=1) == {"termwand": 1}
    assert version_of(1, "f", newest=2) == 1


KEYFRAMES = HEAD + 'tracks:\n- {"id":1,"label":"car","type":"points"}\nkeyframes:\n'


def test_keyframes_in_any_order_but_once() -> None:
    lines = ['- {"track":1,"frame":2,"points":[[1.0,1.0]]}\n', '- {"track":1,"frame":0,"outside":true}\n']
    document = decode((KEYFRAMES + "".join(lines)).encode())
    assert document.tracks[1].keyframes == (Keyframe(0, outside=True), Keyframe(2, ((1.0, 1.0),)))
    assert "order" in str(refused(KEYFRAMES + lines[0] * 2))


PIECES = st.sampled_from(
    [
        "termwand: 1\n",
        "media: {path: a}\n",
        "labels:\n",
        "- {name: car}\n",
        "shapes:\n",
        "tracks:\n",
        "keyframes:\n",
        ONE,
        "tags:\n",
        '- {"id":2,"label":"car","type":"points"}\n',
        '- {"track":2,"frame":1}\n',
        "shapes: []\n",
        "- {",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!x ",
        "? ",
        ": ",
        "- ",
        "\n",
        "\r",
        "\x85",
        "\u2028",
        "'",
        '"',
        "|\n",
        ">\n",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "0x1f",
        "1e999",
        "-.inf",
        "#",
        "\t",
        "\\",
        "\ud83d",
        "<<",
        "{}",
        " " * 9,
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join), st.binary(max_size=6), st.integers(0, 300))
def test_hostile_bytes_are_a_document_or_a_format_error(text: str, noise: bytes, at: int) -> None:
    data = text.encode("utf-8", "surrogatepass")
    data = data[:at] + noise + data[at:]
    try:
        assert isinstance(decode(data, "x"), Document)
    except FormatError as error:
        assert error.line >= 1 and error.column >= 1 and str(error) == plain(str(error))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(0, 20), st.binary(max_size=4))
def test_damaged_files_are_a_document_or_a_format_error(at: int, length: int, noise: bytes) -> None:
    data = (KEYFRAMES + '- {"track":1,"frame":2,"points":[[1.0,1.0]]}\nshapes:\n' + ONE.replace(":1", ":4")).encode()
    try:
        assert isinstance(decode(data[:at] + noise + data[at + length :], "x"), Document)
    except FormatError as error:
        assert error.line >= 1 and error.column >= 1


def test_files_of_version_1_are_read_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading 100,000 lines as YAML takes minutes; the header alone is read so."""
    text = HEAD + "shapes:\n" + "".join(ONE.replace('"id":1', f'"id":{number}') for number in range(1, 100))
    monkeypatch.setattr(yamlsafe, "LARGEST", len(HEAD) + 100)
    assert len(decode(text.encode()).shapes(0)) == 99


def test_reviews_and_label_maps_of_version_1_become_records_and_tables() -> None:
    old = HEAD + (
        'label_maps:\n  "yolo": {"bus":"car","tram":""}\nshapes: []\ntracks:\n'
        '- {"id":1,"label":"car","type":"rectangle","review":[[0,2,"flagged: too small"],[3,4,"accepted"]]}\n'
    )
    document = decode(old.encode())
    assert document.tracks[1].review == (Review(0, 2, "flagged", comment="too small"), Review(3, 4, "accepted"))
    assert document.tables["yolo"] == (TableRow("bus", "car"), TableRow("tram"))
    assert decode(encode(document)) == document
    import yaml

    by_hand = yaml.safe_dump(yaml.safe_load(old))
    assert decode(by_hand.encode()) == document, "in another style, too"
    for wrong in ('[0,2,"done"]', "[0,2]", '[0,"x","fixed"]'):
        with pytest.raises(FormatError, match="review"):
            decode(old.replace('[3,4,"accepted"]', wrong).encode())


CERTIFIED = HEAD + 'certificates:\n- {"id":1,"population":9,"crops":[[1,0],[2,8]],"wrong":[1],"answered":2}\n'


def test_certificates_are_read_and_what_cannot_be_is_refused_with_its_line() -> None:
    one = decode(CERTIFIED.encode()).certificates[1]
    assert (one.crops, one.wrong, one.share, one.is_done) == (((1, 0), (2, 8)), (1,), 0.01, True)
    lines = "- id: 1\n  population: 9\n  crops: [[1, 0], [2, 8]]\n  wrong: [1]\n  answered: 2\n"
    block = f"{HEAD}certificates:\n{lines}"
    assert decode(block.encode()).certificates[1] == one
    for old, new, says in (
        ('"wrong":[1]', '"wrong":[2]', "certificate 1: wrong must be rising places among 2 crops"),
        ('"population":9', '"population":1', "population must be from 2"),
        ('"answered"', '"answer"', "answer"),
    ):
        with pytest.raises(FormatError) as caught:
            decode(CERTIFIED.replace(old, new).encode())
        assert says in str(caught.value) and caught.value.line == 6
    with pytest.raises(FormatError, match="used twice"):
        decode((CERTIFIED + CERTIFIED.splitlines(keepends=True)[-1]).encode())
