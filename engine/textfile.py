"""Text that people and other programs have written: UTF-8, or UTF-16 and UTF-32 where a mark at the beginning says so.

Apart from the readers of labels, settings, keymaps, choices and annotations, because editors on other systems save any
of them with a byte order mark, in UTF-16 or in an 8-bit code, with line ends of their own. The last cannot be read
without a guess, so it is refused with the line where it stands.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from engine.errors import FormatError
from engine.small_files import MOST, read_small
from engine.text import plain

_MARKS = (  # UTF-32 first: its mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"), (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"), (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)  # fmt: skip


def decoded(data: bytes, name: str) -> str:
    """Return a text without its byte order mark, each line ended by a line feed; FormatError with line and column."""
    mark, codec, spoken = next((entry for entry in _MARKS if data.startswith(entry[0])), (b"", "utf-8", "UTF-8"))
    try:
        text = data[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        before = data[len(mark) :][: error.start].decode(codec)
        line, column = _place(before)
        problem = f"byte {data[len(mark) + error.start]:#04x}; save it as UTF-8"
        raise FormatError(f"{plain(name)} is not {spoken}", problem, line=line, column=column) from error
    if "\0" in text:
        line, column = _place(text[: text.index("\0")])
        raise FormatError(f"{plain(name)} is not a text", "byte 0x00; save it as UTF-8", line=line, column=column)
    return _with_line_feeds(text) if "\r" in text else text


def as_utf8(data: bytes, name: str) -> bytes:
    """Return the bytes of a text as UTF-8 with no mark and line feeds; a text that is so already is not looked into."""
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    return decoded(data, name).encode()


def text_in(path: Path, most: int = MOST) -> str:
    """Return the text in a file of at most so many bytes; FormatError for its content, OSError for what is no file."""
    return decoded(read_small(path, most), path.name)


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _place(before: str) -> tuple[int, int]:
    """Return line and column, from 1, of what comes after a text."""
    text = _with_line_feeds(before)
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def is_web_page(head: bytes) -> bool:
    """Say whether a file that begins like this is a web page, as publishers send in place of one."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--", b"<script", b"<body"))
