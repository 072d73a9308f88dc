"""Key events to the names that keymaps use: the character where the key prints one, else Textual's name."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key

DIGITS = "éèçàěščřžýáí"
"""What keys of digits type without Shift on French and Czech layouts."""
ALIASES = {"return": "enter", "ctrl+m": "enter", "ctrl+i": "tab", "ctrl+h": "backspace"}


def key_name(event: Key) -> str:
    """Return a key's name as keymaps spell it."""
    character = event.character
    if event.key == "space" or character == " ":
        return "space"
    if character is not None and len(character) == 1 and character.isprintable() and "ctrl+" not in event.key:
        return character
    return ALIASES.get(event.key, event.key)


def name_in(event: Key, is_known: Callable[[str], bool]) -> str:
    """Return a key's name; where nobody knows it and the terminal tells its place, what a Latin layout has there.

    Letters of other alphabets give way to their place, other characters only to a digit: those need Shift on some
    layouts, while a Latin letter in another place is meant as what it is.
    """
    name, place = key_name(event), getattr(event, "place", "")
    if not place or len(name) != 1 or is_known(name):
        return name
    return place if not name.isascii() or (place.isdigit() and not name.isalnum()) else name


def is_foreign(name: str) -> bool:
    """Say whether a name is a character that is on no key of a US layout."""
    return len(name) == 1 and not name.isascii()


def hint(name: str) -> str:
    """Say what to do about a character of another layout that means nothing."""
    digits = "; for digits hold Shift" if name in DIGITS else ""
    return f"This keyboard layout sends {name}: switch to a Latin layout{digits}. kitty, foot and others need neither"
