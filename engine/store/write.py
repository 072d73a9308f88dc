"""Document -> the bytes of its YAML file.

A block-style header, then one flow line per item that is JSON and YAML at once. The lines are made by msgspec; the few
that PyYAML would read differently (floats such as 1e-7, characters that YAML folds or forbids, coordinates with more
than two decimals) are found by cheap scans of the whole text and written again with care.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from engine.document import Document
from engine.errors import StoreError
from engine.rounding import rounded
from engine.store.lines import ONLY_IF_ANY, SECTIONS, VERSION, Header, KeyframeLine, Section

_ENCODER = msgspec.json.Encoder()
_TITLE = "# termwand annotations; coordinates are frame pixels, one line per shape or keyframe\n"
TOGETHER = 20_000
"""Lines that are made at once: what that needs meanwhile is many times the text."""
_DIGITS = bytes.maketrans(b"123456789E", b"000000000e")
_THREE_DECIMALS = re.compile(rb"[\[,]-?\d+\.\d{3}|\"rotation\":\d+\.\d{3}")
_STRING_OR_EXPONENT = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?[eE][-+]?\d+')
# what PyYAML forbids raw or takes for a line break or byte order mark
_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(document: Document) -> bytes:
    """Return the file's bytes; raise StoreError for what YAML cannot hold (half a surrogate pair, NaN)."""
    return b"".join(encoded(document))


def encoded(document: Document) -> Iterator[bytes]:
    """Yield the file's bytes in parts, so that a large one is never whole in memory; raise as `encode` does."""
    yield (_TITLE + "".join(_block(_header(document)))).encode()
    for section in SECTIONS:
        lines = _lines(document, section)
        first = next(lines, b"")
        if first:
            yield f"{section}:\n".encode() + first
            yield from lines
        elif section not in ONLY_IF_ANY:
            yield f"{section}: []\n".encode()


def _lines(document: Document, section: Section) -> Iterator[bytes]:
    """Yield the lines of a section in parts, none of them empty; what is packed comes where its frames do."""
    items = iter(_items(document, section))
    if section in ("pictures", "shapes"):
        ahead = next(items, None)
        for packed in document.packed:
            before = list[Any]()
            while ahead is not None and ahead.frame < packed.first:
                before.append(ahead)
                ahead = next(items, None)
            yield from _together(before)
            lines = packed.pictures if section == "pictures" else packed.shapes
            if lines:
                yield zlib.decompress(lines)
        items = chain(() if ahead is None else (ahead,), items)
    yield from _together(items)


def _together(items: Iterable[Any]) -> Iterator[bytes]:
    """Yield the lines of items, of not too many at once."""
    rest = iter(items)
    while some := list(islice(rest, TOGETHER)):
        yield encode_items(some)


def encode_items(items: Sequence[Any]) -> bytes:
    """Return one line `- {...}` per item."""
    try:
        text = _ENCODER.encode_lines(items)
    except (UnicodeEncodeError, msgspec.EncodeError) as error:
        raise StoreError("The document cannot be written", f"a text in it is not valid Unicode ({error})") from error
    if _is_suspicious(text):
        lines = [_careful(line, item) for line, item in zip(text.splitlines(), items, strict=True)]
        return b"- " + b"\n- ".join(lines) + b"\n"
    return b"- " + text[:-1].replace(b"\n", b"\n- ") + b"\n"


def _is_suspicious(text: bytes) -> bool:
    shape = text.translate(_DIGITS)
    if b"0e" in shape or b"\x7f" in text or b"null" in text:
        return True
    if b".000" in shape and _THREE_DECIMALS.search(text):  # scores have more, too
        return True
    return not text.isascii() and _SPECIAL.search(text.decode()) is not None


def _careful(line: bytes, item: Any) -> bytes:
    """Return a line that is written again only if it has to be."""
    if _THREE_DECIMALS.search(line):
        line = _ENCODER.encode(_rounded(item))
    if b"null" in line:
        _refuse_null(item)
    text = line.decode()
    if "e" in text or "E" in text:
        text = _STRING_OR_EXPONENT.sub(_yaml_number, text)
    return _SPECIAL.sub(_escaped, text).encode()


def _rounded(item: Any) -> Any:
    return rounded(item) if hasattr(item, "points") else item


def _yaml_number(match: re.Match[str]) -> str:
    """Write an exponent as both YAML 1.1 and JSON read it: with a point and a sign; strings pass unchanged."""
    text = match[0]
    if text[0] == '"':
        return text
    mantissa, _, exponent = text.lower().partition("e")
    sign = "" if exponent[0] in "+-" else "+"
    return f"{mantissa}{'' if '.' in mantissa else '.0'}e{sign}{exponent}"


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _refuse_null(item: Any) -> None:
    """Refuse NaN and infinity, which the encoder turns into null."""

    def numbers(value: Any) -> Iterable[float]:
        if isinstance(value, float):
            yield value
        elif isinstance(value, dict):
            for inner in value.values():
                yield from numbers(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                yield from numbers(inner)

    if any(number != number or abs(number) == float("inf") for number in numbers(msgspec.to_builtins(item))):
        raise StoreError("The document cannot be written", "a number in it is not finite")


def _items(document: Document, section: Section) -> Iterable[Any]:
    match section:
        case "pictures":
            return (document.pictures[frame] for frame in sorted(document.pictures))
        case "shapes":
            return document.all_shapes()
        case "tracks":
            tracks = (document.tracks[number] for number in sorted(document.tracks))
            return (msgspec.structs.replace(track, keyframes=()) for track in tracks)
        case "keyframes":
            return (
                KeyframeLine(number, *msgspec.structs.astuple(keyframe))
                for number in sorted(document.tracks)
                for keyframe in document.tracks[number].keyframes
            )
        case "tags":
            return (tag for frame in sorted(document.tags) for tag in document.tags[frame])
        case "certificates":
            return (document.certificates[number] for number in sorted(document.certificates))


def _header(document: Document) -> Header:
    # a file name that is not UTF-8 comes as lone surrogates, which no YAML can hold: a stand-in is better than no file
    path = _SURROGATE.sub("\ufffd", document.media.path)
    return Header(
        termwand=VERSION,
        media=msgspec.structs.replace(document.media, path=path),
        author=document.author,
        created=document.created,
        last_frame=document.last_frame,
        left=document.left,
        next_id=document.next_id,
        labels=document.labels,
        label_tables={name: document.tables[name] for name in sorted(document.tables)},
    )


def _block(header: Header) -> Iterable[str]:
    """Yield the header's lines: a key and its value each, mappings in block style, one line per label."""
    for key, value in msgspec.to_builtins(header).items():
        if key in ("media", "label_tables") and value:
            yield f"{key}:\n"
            # the names of detectors are a person's, so they are quoted
            for name, inner in value.items():
                yield f"  {name if key == 'media' else _flow(name)}: {_flow(inner)}\n"
        elif key == "labels" and value:
            yield "labels:\n"
            yield from (f"- {_flow(label)}\n" for label in value)
        else:
            yield f"{key}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    """Return a value in the style of the item lines."""
    return encode_items([value])[2:-1].decode()
