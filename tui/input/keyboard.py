"""What is typed, by the keymap: now, or when the frame is there for which it was meant; and what means nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from engine.text import one_line
from tui.input.keys import hint, is_foreign, key_name, name_in

if TYPE_CHECKING:
    from engine.keymap import Command
    from tui.window import Window

LEAVING_KEYS = ("ctrl+q", "ctrl+c", "q", "Q", "Z", "escape")
"""What leaves while nothing is open yet."""
BETWEEN_HINTS = 10.0
"""Seconds between two hints about the keyboard's layout."""

LETTERED = {"hints": "hints.type", "certify": "certify.mark"}
"""Modes in which letters name what is shown -> the action that takes one."""
GOING = ("review.next", "review.back")
"""What a review's keys do also while an object is edited."""


class Keyboard:
    """Takes keys and pasted text for the main screen, and makes them ready for dialogs."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._ahead: list[events.Event] = []
        """Keys typed while a frame was on its way: they count when it is there, so that nothing lands on another."""
        self._hinted = -BETWEEN_HINTS

    def take(self, event: events.Key) -> bool:
        """Do what a key means by the keymap, now or when the frame is there; return whether it means anything."""
        window, key = self._window, name_in(event, self._is_known)
        if self._redraws(event):
            return True
        if not window.is_open and key in LEAVING_KEYS:
            window.leave()
        if not window.is_open or window.is_leaving:
            return False
        if self._ahead or (window.session.media.loading and not self._steps(key)):
            self._ahead.append(event)
            return True
        return self._do(key) or self._hint(key)

    def typed_ahead(self) -> list[events.Event]:
        """Return what was typed for the frame that is there now, and forget it."""
        ahead, self._ahead = self._ahead, []
        return ahead

    def refuse_paste(self) -> bool:
        """Say that pasted text is not for here; it never counts as keys."""
        self._window.say("Pasted text was not used: there is no field for it here", "warning")
        return True

    def for_dialog(self, event: events.Event) -> events.Event | None:
        """Return what a dialog gets: text for a field as it was typed, else keys as a Latin layout has them."""
        if isinstance(event, events.Paste):
            text = one_line(event.text)
            return events.Paste(text) if text and (self._has_field() or not self.refuse_paste()) else None
        if isinstance(event, events.Key) and self._redraws(event):
            return None
        if isinstance(event, events.Key) and getattr(self._window.screen, "is_deaf", False):
            return None
        if not isinstance(event, events.Key) or self._has_field():
            return event
        name = name_in(event, lambda key: key.isascii() and key.isalnum())
        if name != event.character and getattr(event, "place", "") == name:
            return events.Key(name if name.isalnum() else _character_to_key(name), name)
        self._hint(name)
        return event

    def _redraws(self, event: events.Key) -> bool:
        """Draw everything again if the key says so: in every mode and dialog, as the screen may be past reading."""
        name = key_name(event)
        command = self._window.keymap.command("main", name) if len(name) > 1 else None
        if command is None or command.action != "app.redraw":
            return False
        if self._window.is_open:
            self._window.do("app.redraw")
        else:
            self._window.redraw()
        return True

    def _has_field(self) -> bool:
        """Say whether text goes into a field of the dialog."""
        return isinstance(self._window.focused, Input) or getattr(self._window.screen, "takes_text", False)

    def _is_known(self, key: str) -> bool:
        named = self._window.is_open and (self._names_place(key) or self._names_hint(key))
        return named or (self._window.is_open and self._command(key) is not None)

    def _command(self, key: str) -> Command | None:
        """Return what a key does: while the jump's grid is open also what it does beside that, letters excepted."""
        session, keymap = self._window.session, self._window.keymap
        found = keymap.command(session.mode, key)
        if session.review.on and session.mode == "edit" and key not in keymap.modes["edit"]:
            going = keymap.modes["review"].get(key)  # what was moved or resized is left by going on
            found = going if going is not None and going.action in GOING else found
        if found is None and not self._names_place(key):
            found = keymap.command(session.gesture.mode, key)
        return found

    def _names_place(self, key: str) -> bool:
        """Say whether a key is a letter for the jump's grid, which is open."""
        session = self._window.session
        jump = session.view.jumping
        if jump is None or self._window.keymap.command("jump", key) is not None:
            return False
        from engine.jump import places_of

        return len(key) == 1 and key.lower() in places_of(jump).letters

    def _names_hint(self, key: str) -> bool:
        """Say whether a key is a letter of object hints, or of crops, which are shown."""
        session, mode = self._window.session, self._window.session.gesture.mode
        command = self._window.keymap.modes.get(mode, {}).get(key)
        if mode not in LETTERED or session.mode != mode or command is not None:
            return False
        from engine.jump import LETTERS

        return len(key) == 1 and key.lower() in LETTERS

    def _steps(self, key: str) -> bool:
        command = self._command(key)
        return command is not None and command.action.startswith(("frames.", "app.quit"))

    def _do(self, key: str) -> bool:
        """Do what a key means now; return whether it means anything."""
        if self._names_place(key):
            self._window.do("jump.type", key)
            return True
        if self._names_hint(key):
            self._window.do(LETTERED[self._window.session.gesture.mode], key)
            return True
        command, for_track = self._command(key), self._window.session.view.track_keys
        if command is not None:
            self._window.do(command.action, *command.args)
        if for_track and self._window.session.view.track_keys:
            self._window.do("track.keys")  # they are for one key
        return command is not None or for_track

    def _hint(self, key: str) -> bool:
        """Say what to do about a character of another layout, now and then; return whether it is one."""
        if not is_foreign(key):
            return False
        if time.monotonic() - self._hinted >= BETWEEN_HINTS:
            self._hinted = time.monotonic()
            self._window.say(hint(key), "warning")
        return True
