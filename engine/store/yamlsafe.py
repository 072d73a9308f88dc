"""Guarded YAML: events of PyYAML made into a tree that knows line and column.

Apart from the reader because it knows nothing of annotations. It is strict where YAML is dangerous or surprising:
anchors, aliases, tags, duplicate keys, depth, NaN and huge numbers are refused, and plain scalars mean what YAML 1.2
says, so that a label `NO` stays a text. Nothing is ever constructed but texts, numbers, booleans, lists and mappings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from engine.errors import FormatError
from engine.text import plain

DEEPEST = 64
_TOO_DEEP = f"more than {DEEPEST} levels deep"
LARGEST = 256 * 2**20
"""Bytes that are read this way; about a minute and a half per 100 MB."""
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_LONGEST_INT = 18
"""Digits, so that every whole number fits 64 bits."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place; the value of a mapping or list holds nodes. Lines and columns count from 1."""

    value: Any
    line: int
    column: int
    keys: dict[str, tuple[int, int]] | None = None
    """Where each key of a mapping stands."""

    def plain(self) -> Any:
        """Return the value without places: texts, numbers, booleans, None, lists and dictionaries."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def parse(data: bytes, name: str, first_line: int = 1) -> Node:
    """Return the only document of a YAML text; raise FormatError with the place of what is not allowed."""
    if len(data) > LARGEST:
        raise FormatError(
            f"{plain(name)} is too large",
            f"{len(data)} bytes with lines that only a full YAML reader understands; at most {LARGEST}",
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(name, first_line - 1)
    try:
        return builder.build(iter(yaml.parse(_text(data, name), Loader=loader)))
    except yaml.MarkedYAMLError as error:
        problem = error.problem or "cannot be read as YAML"
        # libyaml looks ahead and has a limit of its own, which a line of a thousand brackets reaches before ours
        builder.refuse(_TOO_DEEP if "nesting depth" in problem else problem, error.problem_mark or error.context_mark)
    except yaml.YAMLError as error:
        before = data[: getattr(error, "position", 0) or 0]
        column = len(before) - before.rfind(b"\n")
        raise FormatError(
            f"{plain(name)} is not YAML",
            plain(str(error).partition("\n")[0], 300),
            line=first_line + before.count(b"\n"),
            column=column,
        ) from error


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise FormatError(
            f"{plain(name)} is not UTF-8", f"byte {data[error.start]:#04x}", line=line, column=column
        ) from error


class _Builder:
    """Makes nodes of events; recursion is bounded by DEEPEST."""

    def __init__(self, name: str, shift: int) -> None:
        self.name = name
        self.shift = shift

    def refuse(self, problem: str, mark: Any) -> NoReturn:
        line = mark.line + 1 + self.shift if mark else 0
        raise FormatError(
            f"{plain(self.name)} cannot be read", plain(problem, 300), line=line, column=mark.column + 1 if mark else 0
        )

    def build(self, events: Iterator[Any]) -> Node:
        """Read a whole stream that must hold one document."""
        next(events)
        start = next(events)
        if isinstance(start, yaml.StreamEndEvent):
            raise FormatError(f"{plain(self.name)} is empty", "it should begin with `termwand: 1`", line=1, column=1)
        node = self.node(next(events), events, 0)
        next(events)
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.refuse("a second document begins here; only one is allowed", after.start_mark)
        return node

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        """Read one value of which `event` is the first event."""
        if isinstance(event, yaml.AliasEvent):
            self.refuse("aliases are not allowed", event.start_mark)
        if event.anchor is not None:
            self.refuse("anchors are not allowed", event.start_mark)
        if event.tag is not None and event.tag != "!":
            self.refuse(f"tags such as {event.tag} are not allowed", event.start_mark)
        if depth > DEEPEST:
            self.refuse(_TOO_DEEP, event.start_mark)
        line, column = event.start_mark.line + 1 + self.shift, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            value = event.value if event.style or event.tag else self.scalar(event)
            return Node(value, line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self.node(event, events, depth + 1))
            return Node(items, line, column)
        return self.mapping(events, depth, line, column)

    def mapping(self, events: Iterator[Any], depth: int, line: int, column: int) -> Node:
        """Read the rest of a mapping."""
        values: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse("a key must be a text", event.start_mark)
            key = self.node(event, events, depth + 1)
            if event.value in values:
                self.refuse(f'"{event.value}" stands here twice', event.start_mark)
            keys[event.value] = (key.line, key.column)
            values[event.value] = self.node(next(events), events, depth + 1)
        return Node(values, line, column, keys)

    def scalar(self, event: Any) -> Any:
        """Return what a plain scalar means in YAML 1.2."""
        text = event.value
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "0123456789+-.":
            return text
        if _INT.match(text):
            if len(text.lstrip("+-0")) > _LONGEST_INT:
                self.refuse("a whole number with more than 18 digits", event.start_mark)
            return int(text)
        if _NOT_FINITE.match(text):
            self.refuse(f"{text} is not a number that can be used", event.start_mark)
        if _FLOAT.match(text):
            number = float(text)
            if not math.isfinite(number):
                self.refuse(f"{text} is too large", event.start_mark)
            return number
        return text
