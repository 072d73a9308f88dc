"""Keys, clicks and pasted text one at a time: the next counts when the one before has had its effect on a dialog.

Textual hands an event on from queue to queue, so of keys that arrive together a dialog would get those too that were
meant for what comes after its answer. Here they wait: a message follows each of them through the same queues, twice,
because what a key sets off (a button's press, a chosen option) goes the same way behind it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.events import Event
from textual.message import Message
from textual.widget import Widget

Result = TypeVar("Result")
PASSES = 2
PATIENCE = 1.0
"""Seconds after which the follower is taken for lost: a keyboard must never stay dead."""


class Handled(Message):
    """What was sent before it through the same queues has been handled."""

    def __init__(self, turn: int, passes: int) -> None:
        super().__init__()
        self.turn, self.passes = turn, passes


class Turns:
    """Events that wait for their turn; used on the event loop alone."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Event] = deque()
        self._turn = 0
        self._busy = False
        self._since = 0.0
        self._widget: Widget | None = None
        """What the last event was sent to, where that is not what has the focus."""

    def put(self, event: Event) -> None:
        """Let an event wait behind the others."""
        if self._busy and time.monotonic() - self._since > PATIENCE:
            self._busy = False
        self._waiting.append(event)

    def put_first(self, events: Iterable[Event]) -> None:
        """Let events wait before the others: they were typed earlier."""
        self._waiting.extendleft(reversed(list(events)))

    def take(self) -> Event | None:
        """Return the next event whose turn it is, None if there is none."""
        return self._waiting.popleft() if self._waiting and not self._busy else None

    def follow(self, widget: Widget | None = None) -> None:
        """Let further events wait until what has just been sent (to a widget), opened or closed has had its effect."""
        self._turn, self._busy, self._since = self._turn + 1, True, time.monotonic()
        self._widget = widget
        self._send(PASSES)

    def is_over(self, message: Handled) -> bool:
        """Note that the follower came by; return whether the next event may be taken."""
        if message.turn != self._turn or not self._busy:
            return False
        if message.passes > 1:
            self._send(message.passes - 1)
            return False
        self._busy = False
        return True

    def _send(self, passes: int) -> None:
        if not self._app.screen_stack:  # the program has just ended
            return
        for target in (self._widget, self._app.focused, self._app.screen, self._app):
            if target is not None and target.post_message(Handled(self._turn, passes)):
                return


class OrderedApp(App[Result]):
    """An application whose dialogs get one event at a time; `take_input` gets those of the screen below them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turns = Turns(self)

    def take_input(self, event: Event) -> bool:
        """Take an event while no dialog is open; return whether that was all."""
        return False

    def for_dialog(self, event: Event) -> Event | None:
        """Return what a dialog is to get of an event, None for nothing."""
        return event

    async def on_event(self, event: Event) -> None:
        """Take keys, the mouse and pasted text at the one place where they come by in the order in which they came."""
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            self.turns.put(event)
            await self.take_turns()
        else:
            await super().on_event(event)

    async def on_handled(self, message: Handled) -> None:
        """Go on with what was typed meanwhile."""
        if self.turns.is_over(message):
            await self.take_turns()

    async def take_turns(self) -> None:
        """Pass on the events whose turn it is."""
        while (event := self.turns.take()) is not None:
            if len(self.screen_stack) < 2:
                if not self.take_input(event):
                    await super().on_event(event)
                    if isinstance(event, events.MouseUp):  # a click on a panel asks for something, by messages
                        self.turns.follow(self.screen.get_widget_at(event.x, event.y)[0])
                continue
            if (event := self.for_dialog(event)) is None:
                continue
            await super().on_event(event)
            if not isinstance(event, events.MouseMove):
                self.turns.follow()

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """Open a dialog; what is typed meanwhile is for it."""
        result = super().push_screen(screen, *args, **options)
        if self.is_running:
            self.turns.follow()
        return result

    def pop_screen(self) -> Any:
        """Close a dialog; what is typed meanwhile is for the screen under it."""
        result = super().pop_screen()
        self.turns.follow()
        return result
