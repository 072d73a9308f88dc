"""Models' weights as the screen works with them: chosen, and in the background fetched, adopted and verified.

No keys lead here: the dialog that lists the models asks for these actions. A job for each file, so that several may be
under way; closing the dialog ends none of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.actions import action
from engine.gestures.prompting import ask_again
from engine.session import Session
from engine.tools.registry import find

if TYPE_CHECKING:
    from engine.process.carrier import What


def kind_of(file: str) -> str:
    """Return the kind of the job that works on a file."""
    return f"weights {file}"


@action("model.fetch", "Fetch a model's file")
def fetch(session: Session, tool: str, file: str) -> None:
    """Fetch a declared file from its publisher."""
    _start(session, "get", tool, file, file)


@action("model.adopt", "Take in a model's file that is here already")
def adopt(session: Session, tool: str, path: str, labels: str = "") -> None:
    """Take in a file that is on this machine already, with a file of a detector's labels where one is given."""
    full = Path(path).expanduser().absolute()
    _start(session, "add", tool, full.name, str(full), str(Path(labels).expanduser().absolute()) if labels else "")


@action("model.verify", "Compare a model's file with what is known of it")
def verify(session: Session, tool: str, file: str) -> None:
    """Read an installed file whole and compare it with what is known of it."""
    _start(session, "verify", tool, file, file)


@action("model.use", "Let a model use this file of its weights")
def use(session: Session, tool: str, file: str) -> None:
    """Let a tool use this file from now on, in later sessions too; raise WeightsError if it is not here."""
    from engine import weights  # brings what fetching needs

    spec = find(tool).SPEC
    weights.choose(spec, file)
    session.hand.speeds.pop(tool, None)
    session.tell(f"{spec.name} uses {file} from now on")
    ask_again(session, tool)
    session.changed()


@action("model.stop", "Stop the work on a model's file")
def stop(session: Session, file: str) -> None:
    """End the work on a file; what has arrived of it is kept."""
    kind = kind_of(file)
    running = kind in session.jobs.running
    session.jobs.cancel(kind)
    session.tell(f"Stopped. What has arrived of {file} is kept" if running else "Nothing is under way for this file")
    session.changed()


def _start(session: Session, what: What, tool: str, name: str, file: str, labels: str = "") -> None:
    from engine.process.carrier import carry  # brings what fetching needs: not before somebody fetches

    kind = kind_of(name)
    if kind in session.jobs.running:
        session.tell(f"{name} is being worked on already")
        return
    session.jobs.start(kind, lambda ticket: carry(ticket, what, tool, file, labels))
    session.changed()
