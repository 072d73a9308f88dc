"""What is recorded and what is played while the app runs: the files of `--record` and `--play`.

The engine's part of it is imported when there is such a file: the first screen does not wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.errors import StoreError

if TYPE_CHECKING:
    from engine.recorder import Recorder
    from engine.recording import Recording
    from engine.session import Session
    from tui.player import Player
    from tui.window import Host


class Recordings:
    """Notes what is done, and lets a recording be played; without files it does neither."""

    def __init__(
        self, record: Path | None = None, play: Recording | None = None, *, media: str = "", real: bool = False
    ) -> None:  # fmt: skip
        self._play, self._media, self._real = play, media, real
        self._file: IO[str] | None = _new(record) if record is not None else None
        self._recorder: Recorder | None = None
        self._player: Player | None = None

    @property
    def is_playing(self) -> bool:
        """Whether a recording is to be played to its end."""
        return self._play is not None and (self._player is None or self._player.is_playing)

    def check(self, actions: Collection[str]) -> None:
        """Raise FormatError that names the line if what is to be played names an action that there is not."""
        if self._play is not None:
            from engine.recording import check

            check(self._play, actions)

    def begin(self, host: Host, session: Session) -> None:
        """Record from now on, and play as soon as the first frame is there."""
        session.view.clock = self._clock
        if self._play is not None:
            from tui.player import Player

            self._player = Player(host, self._play, real=self._real)
        if self._file is not None:
            from engine.cli.arguments import version
            from engine.recorder import Recorder, head_of

            self._recorder = Recorder(self._file.write, head_of(session, self._media, version()), self._now)
            session.effort.listeners.append(self._recorder.cost)

    async def play(self) -> None:
        """Play what is to be played."""
        if self._player is not None:
            await self._player.run(self._media)

    def admits(self, name: str, args: Sequence[Any]) -> bool:
        """Say whether an action is to be done: while a recording is played, what only happens by the way is not."""
        return self._player is None or self._player.admits(name, args)

    def took(self, host: Host, name: str, args: Sequence[Any]) -> None:
        """Write down what is about to be done; where that cannot be, say so once."""
        if self._recorder is None:
            return
        from engine.recorder import under_way
        from engine.session.reviewing import noted

        try:
            self._recorder.took(name, args, under_way(host.session), noted(host.session))
        except OSError as error:
            self._recorder = None
            host.say(f"The recording ends here: it cannot be written ({error.strerror or error})", "error")

    def changed(self) -> None:
        """Hear that something in the session is different: what is played may go on."""
        if self._player is not None:
            self._player.wake()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._recorder = None
            self._file.close()

    def _now(self) -> float:
        """Return seconds: those of what is played, else the machine's."""
        playing = self._player is not None and self._player.is_playing
        return self._player.clock() if playing and self._player is not None else time.monotonic()

    def _clock(self) -> float:
        """Return the seconds by which keys are told to be held: as they stand in the file, where there is one."""
        return self._recorder.elapsed if self._recorder is not None else self._now()


def _new(path: Path) -> IO[str]:
    """Open a new file whose lines are written at once; raise StoreError if it is there already, or cannot be made."""
    try:
        return path.open("x", buffering=1, encoding="ascii")
    except FileExistsError as error:
        raise StoreError(f"{path} is there already", "name another file for the recording, or remove it") from error
    except OSError as error:
        raise StoreError("The recording cannot be written", f"{path}: {error.strerror or error}") from error
