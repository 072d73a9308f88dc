"""Text from files, made safe to show.

A label, a file name or a lock's owner is data from a stranger: an escape sequence in it would command the terminal, a
bidirectional override would make it read as something else. Apart because the screen, the command line and error
messages all pass strangers' text through this one place.
"""

from __future__ import annotations

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1, which hold every introducer of an escape sequence
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # bidirectional marks, overrides, isolates; invisible
    "\u2028\u2029"  # line and paragraph separator
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"  # surrogates, byte order mark, annotation, noncharacters
    "\U000e0000-\U000e007f]"  # invisible tag characters
)
_BREAKS = re.compile(r"[ \t]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+[ \t]*|\t")


def plain(text: str, longest: int = 0) -> str:
    """Return the text on one line with every character that could command a terminal replaced by a visible one.

    Control characters become their pictures (escape becomes U+241B), others U+FFFD. Where `longest` is given, a longer
    text is cut and ends in an ellipsis.
    """
    if longest and len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_visible, text)


def one_line(text: str) -> str:
    """Return text that somebody pasted as one line for a field: line ends and tabs are blanks, the rest as `plain`."""
    return plain(_BREAKS.sub(" ", text).strip())


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code in (0x2028, 0x2029):
        return "\N{SYMBOL FOR LINE FEED}"
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else _REPLACEMENT
