"""Plays a recording in the running app: each action when those before it have had their effect.

What a person does meanwhile ends it. What only happens (the mouse moves, the canvas has another size, a clock strikes)
is left out, as the recording has its own; the canvas's true size is taken up again at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from engine.playing import MEANINGLESS, Elapsed, opening, passed_over
from engine.recording import Line, Recording
from tui.window import Host

BY_THE_WAY = ("mouse.move", "mouse.release", "mouse.ctrl", "frames.turn", "file.autosave")
"""Actions that nobody means to end the playing by."""
MOST = 3600.0
"""Seconds for which a recording's own pace is kept to at most, between two actions."""


class Player:
    """One recording on its way through one session."""

    def __init__(self, host: Host, recording: Recording, *, real: bool) -> None:
        self._host, self._recording, self._real = host, recording, real
        self.clock = Elapsed()
        self.is_playing = True
        self._size: tuple[Any, ...] = ()
        """What the canvas has last said of its size."""
        self._line = Line(0, "")
        self._doing = False
        """It is this that does something."""
        self._woken = asyncio.Event()

    def admits(self, name: str, args: Sequence[Any]) -> bool:
        """Say whether something is to be done; end the playing if a person has meant it."""
        if self._doing or not self.is_playing:
            return True
        if name == "view.resize":
            self._size = tuple(args)
            return False
        if name in BY_THE_WAY:
            return False
        self._end(f"The recording was stopped after line {self._line.number}")
        return True

    def wake(self) -> None:
        """Look again whether what was begun has ended."""
        self._woken.set()

    async def run(self, media: str) -> None:
        """Play everything, on what is called so."""
        head, session = self._recording.head, self._host.session
        await self._settled()
        self._size = (*session.view.viewport.view_size, *session.view.cell)
        if head is not None and head.media and head.media != media:
            self._host.say(f"This was recorded with {head.media}, what is open is {media}", "warning")
        for line in (*opening(session, head), *self._recording.lines):
            await self._settled(line.frames)
            if self._real:
                await asyncio.sleep(min(line.after, MOST))
            if not self.is_playing:
                return
            self._line, self.clock.seconds = line, self.clock.seconds + line.after
            if line.reaches_beyond:
                self._host.say(passed_over(line), "warning")
            if line.is_played and not self._do(line):
                return
        await self._settled()
        self._end("The recording has been played")

    def _do(self, line: Line) -> bool:
        """Do what a line says; return whether it goes on after that."""
        self._doing = True
        try:
            self._host.do(line.name, *line.args)
        except MEANINGLESS as error:
            refused = line.refused(error)
            self._end(f"{refused.title}: {refused.detail}", wrong=True)
            return False
        finally:
            self._doing = False
        return line.name != "app.quit"

    async def _settled(self, frames: int | None = None) -> None:
        """Wait until every job has ended, runs only as far as to so many frames; give the screen a turn."""
        session = self._host.session
        session.jobs.bind(frames)
        await asyncio.sleep(0)
        while self.is_playing and (session.media.loading or self._is_at_work()):
            self._woken.clear()
            await self._woken.wait()

    def _is_at_work(self) -> bool:
        jobs, runs = self._host.session.jobs, self._host.session.runs
        return bool(jobs.running.keys() - runs.kinds if jobs.is_bound else jobs.running)

    def _end(self, said: str, *, wrong: bool = False) -> None:
        if not self.is_playing:
            return
        self.is_playing = False
        self._host.session.jobs.bind(None)
        self.wake()
        if self._size and all(self._size):
            self._host.do("view.resize", *self._size)
        self._host.say(said, "error" if wrong else "information")
