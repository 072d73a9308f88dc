"""Key reports of the Kitty keyboard protocol, brought to the form that Textual reads; and where the key lies.

Beside the character that a key types, a terminal may tell which key of a Latin (US) layout lies in that place: so a
shortcut works in every layout. Pure: text in, text out. The protocol's own description:
https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_REPORT = re.compile(
    r"\x1b\[(\d*)(?::(\d*))?(?::(\d*))?"  # the key; shifted; in its place on a Latin layout
    r"(?:;(\d*)(?::([123]))?)?(?:;([\d:]*))?([u~A-HP-S])"  # modifiers, pressed, repeated or released; its text
)
RELEASED = "3"
SHIFT, OTHERS = 0b1, 0b111110
"""Modifiers: Shift; Alt, Ctrl, Super, Hyper, Meta."""
UPPER = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
"""What the keys of a US layout type with Shift, beside letters."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key report: what Textual should read, whether the key was let go, what a Latin layout has in its place."""

    sequence: str
    released: bool = False
    place: str = ""


def key_press(sequence: str) -> Press:
    """Return what a sequence says of a key; one that says nothing of the kind is left as it is."""
    report = _REPORT.fullmatch(sequence)
    if report is None:
        return Press(sequence)
    key, shifted, base, modifiers, event, text, end = report.groups(default="")
    if not (shifted or base or event):
        return Press(sequence)
    held = max(int(modifiers or 1) - 1, 0)
    place = _place(int(base), text, held) if base else ""
    if base and held & OTHERS and not text and int(key or 0) > 127:  # Ctrl with a letter of another alphabet
        key = base
    tail = f";{text}" if text else ""
    head = f";{modifiers}" if modifiers or tail else ""
    return Press(f"\x1b[{key}{head}{tail}{end}", event == RELEASED, place)


def _place(base: int, text: str, held: int) -> str:
    """Return the character that the key types on a Latin layout, with Shift or Caps Lock if they are in force here."""
    character = chr(base) if base < 0x110000 else ""
    if held & OTHERS or not character.isprintable():
        return ""
    typed = chr(int(text)) if text.isdecimal() and int(text) < 0x110000 else ""
    cased = typed.lower() != typed.upper()
    upper = typed.isupper() if cased and character.isalpha() else bool(held & SHIFT)
    return UPPER.get(character, character.upper()) if upper else character
