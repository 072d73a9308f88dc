"""YAML nodes -> typed values, with errors that say line, column and the nearest valid name.

Apart from the reader's fast way: this is for the header, for lines that a person wrote, and for whole files in another
style.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn, get_args

import msgspec

from engine.document import AttributeKind, MediaInfo, ShapeType, Source
from engine.errors import FormatError, nearest
from engine.store.lines import SECTIONS, Header
from engine.store.yamlsafe import Node
from engine.text import plain

_PATH = re.compile(r" - at `(key in )?\$(.*)`\Z")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`\Z", re.DOTALL)
_ENUM = re.compile(r"Invalid enum value '(.*)'\Z", re.DOTALL)
_ENUMS: dict[str, Any] = {"type": ShapeType, "types": ShapeType, "source": Source}


def convert(node: Node, kind: Any, name: str, what: str) -> Any:
    """Return a node's value as `kind`; raise FormatError with the place of what is wrong in it."""
    try:
        return msgspec.convert(node.plain(), kind)
    except msgspec.ValidationError as error:
        refuse(str(error), node, kind, name, what)


def refuse(message: str, node: Node, kind: Any, name: str, what: str) -> NoReturn:
    """Raise the FormatError for a message of msgspec about a node."""
    found = _PATH.search(message)
    problem = message[: found.start()] if found else message
    path = [key or int(index) if index != "..." else "..." for key, index in _STEP.findall(found[2])] if found else []
    line, column = place(node, path)
    unknown, enum = _UNKNOWN.match(problem), _ENUM.match(problem)
    if unknown:
        target = walk(node, path)
        line, column = (target.keys or {}).get(unknown[1], (line, column))
        problem = f'there is no key "{unknown[1]}" here: {nearest(unknown[1], _fields(kind, path))}'
    elif enum:
        problem = f'"{enum[1]}" is not valid here: {nearest(enum[1], _enum(path))}'
    keys = ".".join(str(step) for step in path if isinstance(step, str) and step != "...")
    where = f"{what}, {keys}: " if keys else f"{what}: "
    raise FormatError(f"{plain(name)} cannot be read", plain(where + problem, 400), line=line, column=column)


def walk(node: Node, path: list[Any]) -> Node:
    """Return the node at the end of a path, or the last one on it that exists."""
    for step in path:
        try:
            node = node.value[step]
        except (KeyError, IndexError, TypeError):
            break
    return node


def place(node: Node, path: list[Any]) -> tuple[int, int]:
    """Return line and column of what is at the end of a path."""
    found = walk(node, path)
    return found.line, found.column


def _fields(kind: Any, path: list[Any]) -> list[str]:
    """Return the names of the keys that are valid at a path into a type."""
    for step in path:
        if isinstance(step, str) and hasattr(kind, "__struct_fields__"):
            kind = next((field.type for field in msgspec.structs.fields(kind) if field.encode_name == step), None)
        else:
            kind = next(iter(get_args(kind)), None)
        if not hasattr(kind, "__struct_fields__"):
            kind = next((part for part in get_args(kind) if hasattr(part, "__struct_fields__")), kind)
    names = [field.encode_name for field in msgspec.structs.fields(kind)] if hasattr(kind, "__struct_fields__") else []
    return names + list(SECTIONS) if kind is Header else names


def _enum(path: list[Any]) -> tuple[str, ...]:
    names = [step for step in path if isinstance(step, str) and step != "..."]
    last = names[-1] if names else ""
    if last == "kind":
        return get_args(AttributeKind) if "attributes" in names else get_args(_media_kind())
    return get_args(_ENUMS.get(last, ShapeType))


def _media_kind() -> Any:
    return next(field.type for field in msgspec.structs.fields(MediaInfo) if field.encode_name == "kind")
