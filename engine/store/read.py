"""The bytes of a YAML file -> Document.

Two ways that agree. The fast one knows the shape of the files that `write` makes: a header, then sections of lines
`- {json}`, which msgspec decodes in one call with the garbage collector paused; a single line that is not JSON is read
as YAML by itself. Whatever else a person may have done to the file (block style, comments, another order) is read as a
whole by the guarded YAML reader. Nothing but FormatError comes out of hostile bytes.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from engine.document import Document
from engine.errors import FormatError
from engine.store.build import Items, build
from engine.store.convert import convert
from engine.store.doubles import has_double, surely_none
from engine.store.keyframes import by_track, grouped
from engine.store.lines import ITEMS, SECTIONS, Header, Section
from engine.store.migrations import is_read_as_it_is, migrate, version_of
from engine.store.yamlsafe import Node, parse
from engine.text import plain
from engine.textfile import as_utf8

_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[Section, Any] = {section: msgspec.json.Decoder(ITEMS[section]) for section in SECTIONS}
_NO_ITEM = re.compile(rb"\n(?!- \{)[^\n]*")
_SECTION = re.compile(rb"\n(pictures|shapes|tracks|keyframes|tags|certificates):( \[\])?")
_NAMES: dict[bytes, Section] = {section.encode(): section for section in SECTIONS}
LARGEST = 4 * 2**30
_ONE: dict[Section, str] = {
    "pictures": "picture", "shapes": "shape", "tracks": "track", "keyframes": "keyframe", "tags": "tag",
    "certificates": "certificate",
}  # fmt: skip


class Part(NamedTuple):
    """The lines of one section, and the number of the first of them in the file."""

    section: Section
    lines: bytes
    first_line: int


def decode(data: bytes, name: str = "the file") -> Document:
    """Return the document in a YAML file's bytes; raise FormatError with line and column of what is wrong."""
    if len(data) > LARGEST:
        raise FormatError(f"{plain(name)} is too large", f"{len(data)} bytes; at most {LARGEST} are read")
    data = as_utf8(data, name)
    with _collector_paused():
        found = split(data)
        head = None if found is None else _head(found[0], name, data)
        if found is None or head is None:
            return _whole(data, name)
        items = {part.section: _read_part(part, name) for part in found[1]}
        return build(convert(head, Header, name, "header"), items, name)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from visiting each new object again and again: five times faster at 100,000 shapes."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # what was read lives as long as the document: no need to look through it at every collection
            gc.freeze()
            gc.enable()


def split(data: bytes) -> tuple[bytes, list[Part]] | None:
    """Return header and sections of a file of one line per item, or None where it has any other form."""
    marks: list[tuple[int, int, Section, bool]] = []
    for found in _NO_ITEM.finditer(data):
        section = _SECTION.fullmatch(found[0])
        if section:
            marks.append((found.start() + 1, found.end() + 1, _NAMES[section[1]], section[2] is not None))
        elif marks and (found[0] != b"\n" or found.end() != len(data)):
            return None
    if len({section for _, _, section, _ in marks}) != len(marks) or not marks:
        return None
    parts: list[Part] = []
    line = data.count(b"\n", 0, marks[0][0]) + 1
    ends = [mark[0] for mark in marks[1:]] + [len(data)]
    for (_, start, section_name, empty), end in zip(marks, ends, strict=True):
        lines = data[start:end]
        if lines and empty:
            return None
        lines = lines if lines.endswith(b"\n") or not lines else lines + b"\n"
        parts.append(Part(section_name, lines, line + 1))
        line += 1 + lines.count(b"\n")
    return data[: marks[0][0]], parts


def _head(head: bytes, name: str, data: bytes) -> Node | None:
    """Return the header's node, or None where only a reading of the whole file can say what it means."""
    try:
        node = parse(head, name)
    except FormatError:
        return None
    if not isinstance(node.value, dict) or any(section in node.value for section in SECTIONS):
        return None
    return node if is_read_as_it_is(_version(node, name), data) else None


def _version(node: Node, name: str) -> int:
    found = node.value.get("termwand")
    if found is None:
        return version_of(None, name, line=node.line, column=node.column)
    return version_of(found.value, name, line=found.line, column=found.column)


def _read_part(part: Part, name: str) -> Items:
    if not part.lines:
        return Items([], lambda index: (part.first_line, 1))

    def places(index: int) -> tuple[int, int]:
        return part.first_line + index, 3

    if part.section == "keyframes" and (found := by_track(part.lines)) is not None:
        return Items(found, places)
    text = part.lines.replace(b"\n- {", b"\n{")[2:]
    values = _values(part, text, name)
    return Items(grouped(values) if part.section == "keyframes" else values, places)


def _values(part: Part, text: bytes, name: str) -> list[Any]:
    """Return what is in lines of JSON; one that is none is read as YAML."""
    try:
        values: list[Any] = _DECODERS[part.section].decode_lines(text)
        if len(values) == text.count(b"\n"):
            return values if surely_none(text, values) else _without_doubles(part, text, values, name)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return [_read_line(part, index, line, name) for index, line in enumerate(text.splitlines())]


def _without_doubles(part: Part, text: bytes, values: list[Any], name: str) -> list[Any]:
    """Return the values after a look for double keys in each line that is not written as we would."""
    return [
        value if _ENCODER.encode(value) == line or not has_double(line) else _as_yaml(part, index, line, name)
        for index, (line, value) in enumerate(zip(text.split(b"\n")[:-1], values, strict=True))
    ]


def _read_line(part: Part, index: int, line: bytes, name: str) -> Any:
    try:
        value = _DECODERS[part.section].decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _as_yaml(part, index, line, name)
    if _ENCODER.encode(value) != line and has_double(line):
        return _as_yaml(part, index, line, name)
    return value


def _as_yaml(part: Part, index: int, line: bytes, name: str) -> Any:
    """Read one line `- {...}` as YAML, which also says where it is wrong."""
    node = parse(b"- " + line, name, part.first_line + index)
    if not isinstance(node.value, list) or len(node.value) != 1:
        raise FormatError(
            f"{plain(name)} cannot be read", "one item per line is expected", line=part.first_line + index, column=1
        )
    return convert(node.value[0], ITEMS[part.section], name, _ONE[part.section])


def _whole(data: bytes, name: str) -> Document:
    """Read a file of any style from its nodes."""
    node = parse(data, name)
    if not isinstance(node.value, dict):
        raise FormatError(
            f"{plain(name)} is not an annotation file",
            "it should begin with `termwand: 1`",
            line=node.line,
            column=node.column,
        )
    version = _version(node, name)
    if not is_read_as_it_is(version, data):
        node = _node_of(migrate(node.plain(), version), node)
    values = dict(node.value)
    items = {section: _items_of(values.pop(section), section, name) for section in SECTIONS if section in values}
    head = Node(values, node.line, node.column, node.keys)
    return build(convert(head, Header, name, "header"), items, name)


def _items_of(node: Node, section: Section, name: str) -> Items:
    if node.value is None:
        return Items([], lambda index: (node.line, node.column))
    if not isinstance(node.value, list):
        raise FormatError(
            f"{plain(name)} cannot be read", f"{section} must be a list", line=node.line, column=node.column
        )
    nodes: list[Node] = node.value
    values = [convert(item, ITEMS[section], name, _ONE[section]) for item in nodes]
    found = grouped(values) if section == "keyframes" else values
    return Items(found, lambda index: (nodes[index].line, nodes[index].column))


def _node_of(value: Any, at: Node) -> Node:
    """Return migrated values as nodes, all at the place of the document: their own places are gone."""
    if isinstance(value, dict):
        return Node({key: _node_of(inner, at) for key, inner in value.items()}, at.line, at.column)
    if isinstance(value, list):
        return Node([_node_of(inner, at) for inner in value], at.line, at.column)
    return Node(value, at.line, at.column)
