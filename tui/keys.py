"""Key events to the names that keymaps use: the character where the key prints one, else Textual's name."""

from __future__ import annotations

from textual.events import Key

ALIASES = {"return": "enter", "ctrl+m": "enter", "ctrl+i": "tab", "ctrl+h": "backspace"}


def key_name(event: Key) -> str:
    """Return a key's name as keymaps spell it."""
    character = event.character
    if event.key == "space" or character == " ":
        return "space"
    if character is not None and len(character) == 1 and character.isprintable() and "ctrl+" not in event.key:
        return character
    return ALIASES.get(event.key, event.key)
