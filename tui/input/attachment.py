"""Who looks at the program: notices that another terminal does, asks it everything anew, and has all sent again.

A link drops and tmux keeps the program; somebody attaches later, from the same terminal or from one of another kind,
and it knows none of the pictures. Signs of that are the clients that tmux names, its socket, a focus report, the first
input after a pause, a change of size that changes nothing, and the terminal's word that it does not know an image.
A thread of its own, because questions take a round trip; the driver's input thread hands it what it reads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tui.surfaces import tmux
from tui.surfaces.choose import Answers, Graphics, choose, parse
from tui.surfaces.kitty_images import first_image
from tui.surfaces.probe import ask
from tui.surfaces.window_size import whole_cell

if TYPE_CHECKING:
    from tui.surfaces.base import Capabilities, Surface

PAUSE = 2.0
"""Seconds without input after which somebody may have come from elsewhere."""
TICK = 1.0
"""Seconds between two looks at tmux's socket, whose time changes when the first client comes or the last one leaves."""
TICKS = 5
"""Looks at the socket after which tmux is asked all the same, as a second client does not change it."""
PATIENCE = 3.0
"""Seconds that an answer may take, behind a picture that is still on its way."""
NAMELESS, TRIES = 0.3, 5
"""Seconds between questions about a terminal that has just been attached, until it has told its name and answers."""
CALM = 2.0
"""Seconds after a renewal in which a terminal tells what it did not know before it."""
OWN_IMAGES = 0x010101
"""Numbers of images from the program's first one on that are its own."""


class Attached(Protocol):
    """The driver, as far as it is asked here."""

    capabilities: Capabilities
    fileno: int

    def write(self, data: str) -> None:
        """Queue some output."""

    def check(self) -> None:
        """Have the terminal asked whether it still knows the picture."""

    def attached(self, capabilities: Capabilities, surface: Surface) -> None:
        """Go on with a terminal that can do so much, and send it everything."""


class Attachment:
    """Looks whether it is still the same terminal, whenever there is a sign that it is not."""

    def __init__(self, terminal: Attached, graphics: Graphics | None = None) -> None:
        self._terminal, self._wanted = terminal, graphics
        self._line = _Line(terminal.write)
        self._wake = threading.Condition()
        self._asking = threading.Lock()
        self._sign = self._anew = self._resting = False
        self._thread: threading.Thread | None = None
        self._input = time.monotonic()
        self._renewed, self._calm = -CALM, CALM
        self._in_doubt = False
        """An image was forgotten soon after a renewal, perhaps before it."""
        self._known: frozenset[str] = frozenset()
        """Clients of tmux that have been sent everything."""
        self._common = tmux.common(())
        self._time = 0
        """When tmux's socket was last changed."""

    def start(self) -> None:
        """Begin to look, or go on after `rest`."""
        self._resting = False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="termwand-attachment", daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """Ask nothing more, because the terminal is given back; wait for what has been asked."""
        self._resting = True
        if self._asking.acquire(timeout=1.0):
            self._asking.release()

    # Signs, from any thread

    def hear(self, data: bytes) -> None:
        """Take what the terminal sends."""
        self._line.hear(data)

    def typed(self) -> None:
        """Look, if this is the first input after a pause."""
        before, self._input = self._input, time.monotonic()
        if self._input - before > PAUSE:
            self.look()

    def look(self) -> None:
        """Look whether it is another terminal."""
        with self._wake:
            self._sign = True
            self._wake.notify()

    def renew(self) -> None:
        """Ask everything anew and send everything again, whatever terminal it is."""
        with self._wake:
            self._sign = self._anew = True
            self._wake.notify()

    def forgotten(self, number: int) -> None:
        """Renew, as the terminal does not know an image; ever more rarely, should it say so without end."""
        if not 0 <= number - first_image(self._terminal.capabilities) < OWN_IMAGES:
            return  # of a neighbour inside the same tmux
        since = time.monotonic() - self._renewed
        if since < self._calm:
            with self._wake:
                self._in_doubt = True
                self._wake.notify()
        elif not self._anew:
            self._calm = CALM if since > 30 * CALM else 2 * self._calm
            self.renew()

    # The thread

    def _run(self) -> None:
        self._time, clients = _changed(), tmux.clients() or ()
        if self._terminal.capabilities.terminal == f"tmux in {tmux.common(clients)[0]}".strip():
            self._remember(clients)
        elif clients:  # they came while the program began, or had not told their names yet
            self.look()
        while True:
            anew = self._wait()
            with self._asking:
                if not self._resting:
                    self._look(anew)

    def _wait(self) -> bool:
        """Wait for a sign; return whether everything has to be done anew."""
        ticks = 0
        with self._wake:
            while not self._sign:
                self._wake.wait(TICK if tmux.socket() or self._in_doubt else None)
                ticks, changed = ticks + 1, _changed()
                doubt = self._in_doubt and time.monotonic() - self._renewed > self._calm
                if changed != self._time or doubt or (tmux.socket() and ticks % TICKS == 0):
                    self._sign = True
                self._time = changed
            anew, self._sign, self._anew, self._in_doubt = self._anew, False, False, False
            return anew

    def _look(self, anew: bool) -> None:
        """Renew if somebody new looks, or else have the terminal asked whether it still knows the picture."""
        if (clients := self._clients()) is not None:
            looking = {client.id for client in clients if client.looks}
            is_news = not looking <= self._known or tmux.common(clients) != self._common
            self._known &= {client.id for client in clients}
            if not looking:
                return
            if anew or is_news:
                self._remember(clients)
                self._renew(self._ask_layered() if tmux.is_layered(self._common[0]) else self._ask())
                return
        elif anew:
            self._renew(self._ask())
            return
        elif self._terminal.capabilities.tmux and _differ(found := self._ask(), self._terminal.capabilities):
            self._renew(found)  # tmux is on another machine: it cannot tell who looks
            return
        self._terminal.check()

    def _clients(self) -> tuple[tmux.Client, ...] | None:
        """Return tmux's clients, once those that are new have told their names or have had time to."""
        for _ in range(TRIES):
            clients = tmux.clients()
            if all(client.is_known or client.id in self._known for client in clients or () if client.looks):
                break
            time.sleep(NAMELESS)
        return clients

    def _remember(self, clients: tuple[tmux.Client, ...]) -> None:
        self._known = frozenset(client.id for client in clients if client.looks)
        self._common = tmux.common(clients)

    def _ask_layered(self) -> Capabilities:
        """Ask a terminal whose pictures tmux hands on; again, as tmux drops such questions while it draws all anew."""
        for _ in range(TRIES):
            found = self._ask()
            if found.graphics != "symbols" or self._wanted is not None:
                break
            time.sleep(NAMELESS)
        return found

    def _ask(self) -> Capabilities:
        """Return what the terminal can do; as before where it does not answer."""
        before, answers = self._terminal.capabilities, ask(self._line, PATIENCE, PATIENCE)
        if answers.attributes is None:
            return before
        found = choose(answers, self._wanted, os.environ, whole_cell(self._terminal.fileno))
        return found if found.truecolor == before.truecolor else _with_colours_of(before, found)

    def _renew(self, found: Capabilities) -> None:
        from tui.surfaces import make_surface

        surface = make_surface(found)  # here, as it may have to be imported
        self._renewed = time.monotonic()
        self._terminal.attached(found, surface)


class _Line:
    """The way to a terminal that the driver reads."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._heard = threading.Condition()
        self._data: bytes | None = None

    def hear(self, data: bytes) -> None:
        """Take what the terminal sends, if anything has been asked."""
        with self._heard:
            if self._data is not None:
                self._data += data
                self._heard.notify()

    def write(self, questions: str) -> None:
        with self._heard:
            self._data = b""
        self._write(questions)

    def listen(self, timeout: float, is_enough: Callable[[Answers], bool]) -> Answers:
        begun = time.monotonic()
        with self._heard:
            enough = self._heard.wait_for(lambda: is_enough(parse(self._data or b"")), timeout)
            answers, self._data = parse(self._data or b""), None
        answers.round_trip = time.monotonic() - begun if enough else 0.0
        return answers


def _changed() -> int:
    """Return when tmux's socket was last changed, 0 if there is none."""
    try:
        return os.stat(path).st_ctime_ns if (path := tmux.socket()) else 0
    except OSError:
        return 0


def _differ(found: Capabilities, before: Capabilities) -> bool:
    return replace(found, round_trip=0.0) != replace(before, round_trip=0.0)


def _with_colours_of(before: Capabilities, found: Capabilities) -> Capabilities:
    """Return what can be done with the colours that Textual writes since it began."""
    usable = found.graphics if before.truecolor or found.graphics != "kitty" else "symbols"
    return replace(found, truecolor=before.truecolor, graphics=usable)
