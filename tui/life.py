"""The life of a session on the screen: opening in the background, clocks, saving at the end or on a hang-up."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.actions import files, frames
from engine.effort.deeds import Deed
from engine.errors import AppError, ChangedError, LockedError
from engine.jobs import Failed, Job, Step
from engine.opening import Opened, open_session
from engine.options import Options
from engine.process.steps import Overdue
from engine.requests import Detect, Follow, Prepare, Request
from engine.session import Session
from tui.guard import attempt
from tui.workers import Workers

if TYPE_CHECKING:
    from tui.screens.confirm import Confirm
    from tui.window import Host

FRAME_CLOCK = 1 / 30
WATCH = 1.0
"""Seconds between two looks at what has happened to the lock: nothing but memory is looked at."""
LOOK = 0.4
"""Seconds for which the first picture is seen before anything is asked."""
SLIDE = 0.5
"""Seconds for which each picture of a folder is played."""
PATIENCE = 5.0
"""Seconds to wait, on leaving, for what is being opened."""
NOTED = 20.0
"""Seconds between two writings of what objects cost."""
RETRY = 5.0
"""Seconds after which it is tried again to write what no journal took."""
LATE = 0.3
"""Seconds after which whoever leaves is told that a disk is being waited for."""
LONGER = 2
"""A silent model is given so many times the usual patience when the annotator says so."""


def if_stopped(request: Request | None) -> str:
    """Return what becomes of a request when the model that is silent is stopped, and the engine process with it."""
    match request:
        case Follow():
            kept = "What a tracker has found so far stays; a gap that it was to fill stays as it is."
        case Detect():
            kept = "What it has found so far stays."
        case Prepare():
            return "It prepares a picture. If it is stopped, the next prompt starts it again; runs stop too."
        case _:
            return "Your prompt is kept either way. If it is stopped, N or another point asks again; runs stop too."
    return f"{kept} If it is stopped, all other runs stop too."


class Life:
    """Opens, keeps and closes one session. `begin` is called on the event loop."""

    def __init__(self, options: Options, first_run_marker: Path | None = None) -> None:
        self.options = options
        self.opened: Opened | None = None
        self.workers: Workers | None = None
        self.failure: AppError | None = None
        """Why nothing could be opened, told after the screen has gone."""
        self._opening: threading.Thread | None = None
        self._result: Opened | Exception | None = None
        """What the thread that opens has come to."""
        self._marker = first_run_marker
        self._may_ask = True
        """Somebody is there to be asked what to do if it cannot be saved."""
        self._silent: tuple[str, Confirm] | None = None
        """The kind of job that says nothing, and the dialog that asks whether to wait."""
        self._due = 0.0
        """When the next frame is to be played."""
        self._asked = False
        """Somebody has been asked about a file that another program changed: the clock does not ask again."""

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.opened is not None
        return self.opened.session

    def begin(self, app: Host) -> None:
        """Open the media and the document in a thread, then show them."""

        def work() -> None:
            try:
                self._result = open_session(self.options)
            except Exception as error:  # raised again on the event loop, where a bug ends the app
                self._result = error
            app.call_later(self._opened, app, self._result)

        self._opening = threading.Thread(target=work, name="open", daemon=True)
        self._opening.start()

    def _opened(self, app: Host, result: Opened | Exception) -> None:
        if app.is_leaving:
            return
        if isinstance(result, LockedError):
            self._locked(app, result)
            return
        if isinstance(result, AppError):
            self.failure = result
            app.exit(1)
            return
        if isinstance(result, Exception):
            raise result
        self.opened = result
        session = result.session
        self.workers = Workers(
            app.call_later,
            lambda job, step: self._deliver(app, job, step),
            session.jobs.ended,
            session.jobs.is_current,
            self.options.settings.device,
            self.options.settings.patience,
        )
        session.jobs.connect(self.workers.start, self.workers.stop)
        result.project.write_in_background(app.call_later)
        app.opened()
        frames.show(session, session.media.target)
        if self.options.review and not app.recordings.is_playing:  # what is played opens it where it was opened
            app.do("review.open")
        app.set_interval(FRAME_CLOCK, lambda: self._tick(app, session))
        app.set_interval(self.options.settings.autosave, lambda: self._autosave(app, session))
        app.set_interval(WATCH, lambda: self._watch(app, result))
        app.set_interval(RETRY, session.safety.retry)
        self._note_effort(app, result)
        for note in result.notes:
            app.say(note, "warning")
        self._welcome_later(app, session)

    def _welcome_later(self, app: Host, session: Session) -> None:
        """Wait until the first picture is looked at: a dialog before it would stand over nothing."""
        if session.media.picture is None and session.jobs.running:
            app.set_timer(0.05, lambda: self._welcome_later(app, session))
        else:
            app.set_timer(LOOK, lambda: None if app.recordings.is_playing else self._welcome(app, session))

    def _deliver(self, app: Host, job: Job, step: Step) -> None:
        if self._silent is not None and self._silent[0] == job.kind and not isinstance(step, Overdue):
            dialog, self._silent = self._silent[1], None
            if app.screen is dialog:
                dialog.dismiss(None)  # it has said something, or it has been stopped: nothing is left to ask
        if isinstance(step, Failed) and isinstance(step.error, ChangedError):
            from tui.dialogs import own as dialogs

            app.do("job.stop", job.kind)
            self._asked = True
            dialogs.changed_on_disk(app, step.error)
        elif isinstance(step, Overdue):
            self._overdue(app, job)
        else:
            attempt(app, self.session.jobs.accept, job, step)

    def _overdue(self, app: Host, job: Job) -> None:
        """Ask whether to wait for a model that says nothing; while that is open, other requests are given time."""
        from tui.screens.confirm import DEAF, Confirm

        assert self.workers is not None
        workers, longer = self.workers, LONGER * self.options.settings.patience
        if isinstance(app.screen, Confirm):
            workers.extend(job.kind, longer)
            return

        def take(key: str) -> None:
            if key == "w":
                workers.extend(job.kind, longer)
            elif key == "s":
                workers.abandon(job.kind)
                app.do("job.stop", job.kind)

        answers = {"w": "Wait", "s": "Stop it"}
        dialog = Confirm("The model has said nothing for a while", if_stopped(job.request), answers, deaf=DEAF)
        self._silent = (job.kind, dialog)
        app.ask(dialog, take)

    def _welcome(self, app: Host, session: Session) -> None:
        from tui.dialogs import own as dialogs

        def labels() -> None:
            if not session.document.labels and session.disk is not None:
                dialogs.add_label(app)

        if self._marker is not None and not self._marker.exists():
            try:
                self._marker.parent.mkdir(parents=True, exist_ok=True)
                self._marker.touch()
            except OSError:
                pass  # it will be shown again: no harm
            dialogs.first_run(app, labels)
        else:
            labels()

    def _locked(self, app: Host, error: LockedError) -> None:
        from dataclasses import replace

        from tui.screens.confirm import Confirm

        def take(key: str | None) -> None:
            if key != "r":
                self.failure = error
                app.exit(1)
                return
            self.options = replace(self.options, read_only=True)
            self.begin(app)

        text = f"{error.detail}\n\nOpened read-only, you can look at everything and change nothing."
        app.push_screen(Confirm(error.title, text, {"r": "Open read-only", "q": "Quit"}), take)

    def _tick(self, app: Host, session: Session) -> None:
        media = session.media
        if app.screen.is_modal:  # what a dialog asks is about the frame that is seen under it
            return
        if not media.playing or media.loading or time.monotonic() < self._due:
            return
        if media.shown + 1 < len(media.frames):
            here, there = media.frames.time(media.shown), media.frames.time(media.shown + 1)
            lasts = SLIDE if here is None or there is None else max(there - here, FRAME_CLOCK)
            self._due = max(self._due + lasts, time.monotonic())  # a late frame does not make the next ones hurry
        app.do("frames.turn")

    def _autosave(self, app: Host, session: Session) -> None:
        if not files.is_dirty(session):
            self._asked = False
        elif session.disk is not None and not (self._asked or session.read_only) and "save" not in session.jobs.running:
            app.do("file.autosave")

    def _note_effort(self, app: Host, opened: Opened) -> None:
        """Note what objects cost, but on the tour's copy, and not what a recording does."""
        log = opened.effort
        if log is None or app.is_tour:
            return

        def hear(deed: Deed) -> None:
            if not app.recordings.is_playing:
                log.add(deed)

        def flush() -> None:
            if log.is_behind:
                threading.Thread(target=log.flush, name="effort").start()

        opened.session.effort.listeners.append(hear)
        app.set_interval(NOTED, flush)

    def _watch(self, app: Host, opened: Opened) -> None:
        """Say what has become of the lock; while somebody else has it, nothing can be changed, and saving asks anew."""
        for text in opened.project.notices():
            app.say(text, "warning")
        opened.session.read_only = self.options.read_only or opened.project.is_lost

    @property
    def said(self) -> str:
        """What to say on the terminal when the screen has gone: what was saved, and where."""
        return "" if self.opened is None else self.opened.said

    async def end(self, app: Host, *, ask: bool = True, overwrite: bool = False) -> None:
        """Save in a thread, then exit; if that fails, ask, or leave it to the journal and say so at the end."""
        from tui.dialogs import own as dialogs

        self._may_ask = ask and (self._may_ask or not app.is_leaving)
        if app.is_leaving:
            return
        app.is_leaving = True
        await self._wait_for_opening()
        if self.opened is not None:
            patience = app.set_timer(LATE, lambda: app.say("Saving: waiting for the disk …"))
            try:
                await asyncio.to_thread(self.opened.closing(overwrite=overwrite))
            except AppError as error:
                if self._may_ask:
                    app.is_leaving = False
                    dialogs.could_not_save(app, error)
                    return
                self.failure = error
            finally:
                patience.stop()
        if self.workers is not None:
            await asyncio.to_thread(self.workers.close)
        app.exit(0)

    async def _wait_for_opening(self) -> None:
        """Take what is being opened just now: its lock has to be freed."""
        if self.opened is None and self._opening is not None:
            await asyncio.to_thread(self._opening.join, PATIENCE)
            if isinstance(self._result, Opened):
                self.opened = self._result
