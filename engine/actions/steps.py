"""Where the steps of jobs arrive: each goes to the file of its noun, unless a newer job has made it obsolete."""

from __future__ import annotations

from engine.actions import copying, files, frames, prompts, scissors, snapping
from engine.actions.preparing import AHEAD
from engine.jobs import Answer, Done, Failed, FrameReady, Job, Others, Progress, Saved, Sized, Step, Traced
from engine.session import Session
from engine.work import Interact


def accept(session: Session, job: Job, step: Step) -> None:
    """Take a step of a job; drop it if the job is not the newest of its kind."""
    if isinstance(step, Saved):
        files.receive(session, step)  # true whatever was started since
        return
    if isinstance(step, Others):
        session.changed()  # they belong to an answer that is there, which is shown if it still counts
        return
    if session.running.get(job.kind) != step.ticket:
        return
    if isinstance(step, Failed):
        _failed(session, job.kind, step)
    elif isinstance(step, FrameReady):
        frames.receive(session, step)
    elif isinstance(step, Answer) and job.kind == snapping.KIND:
        snapping.receive(session, step)
    elif isinstance(step, Answer):
        prompts.receive(session, step)
    elif isinstance(step, Traced):
        scissors.receive(session, step)
    elif isinstance(step, Sized):
        copying.receive(session, step)
    elif isinstance(step, Progress):
        session.progress[job.kind] = step
        session.changed()
    elif isinstance(step, Done):
        session.tell(step.text)


def ended(session: Session, job: Job) -> None:
    """Note that a job has no further steps."""
    if session.running.get(job.kind) == job.ticket:
        session.running.pop(job.kind)
        session.progress.pop(job.kind, None)
        session.changed()


def _failed(session: Session, kind: str, step: Failed) -> None:
    session.cancel(kind)
    if kind == "frame":
        frames.failed(session, step.error)
        return
    if kind == "interact":
        prompts.failed(session)
    elif kind == "segment":
        scissors.failed(session)
    elif kind in AHEAD and not _first_word(session):
        return
    session.tell(f"{step.error.title}. {step.error.detail}", "error")
    session.changed()


def _first_word(session: Session) -> bool:
    """Say whether a picture that could not be prepared is news: a request for an answer tells it itself, and so does
    the other picture that is being prepared."""
    asked = isinstance(session.work, Interact) and bool(session.work.prompt)
    return not asked and not any(kind in session.running for kind in AHEAD)
