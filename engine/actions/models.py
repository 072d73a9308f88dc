"""Models' weights as the screen works with them: chosen, and in the background fetched, adopted and verified.

No keys lead here: the dialog that lists the models calls these functions. A job for each file, so that several may be
under way; closing the dialog ends none of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.gestures.prompting import ask_again
from engine.session import Session
from engine.tools.registry import find

if TYPE_CHECKING:
    from engine.process.carrier import What


def kind_of(file: str) -> str:
    """Return the kind of the job that works on a file."""
    return f"weights {file}"


def fetch(session: Session, tool: str, file: str) -> None:
    """Fetch a declared file from its publisher."""
    _start(session, "get", tool, file, file)


def adopt(session: Session, tool: str, path: str) -> None:
    """Take in a file that is on this machine already."""
    full = Path(path).expanduser().absolute()
    _start(session, "add", tool, full.name, str(full))


def verify(session: Session, tool: str, file: str) -> None:
    """Read an installed file whole and compare it with what is known of it."""
    _start(session, "verify", tool, file, file)


def use(session: Session, tool: str, file: str) -> None:
    """Let a tool use this file from now on, in later sessions too; raise WeightsError if it is not here."""
    from engine import weights  # brings what fetching needs

    spec = find(tool).SPEC
    weights.choose(spec, file)
    session.speeds.pop(tool, None)
    session.tell(f"{spec.name} uses {file} from now on")
    ask_again(session, tool)
    session.changed()


def stop(session: Session, file: str) -> bool:
    """End the work on a file; what has arrived of it is kept. Say whether there was any."""
    kind = kind_of(file)
    running = kind in session.jobs.running
    session.jobs.cancel(kind)
    session.changed()
    return running


def _start(session: Session, what: What, tool: str, name: str, file: str) -> None:
    from engine.process.carrier import carry  # brings what fetching needs: not before somebody fetches

    kind = kind_of(name)
    if kind in session.jobs.running:
        session.tell(f"{name} is being worked on already")
        return
    session.jobs.start(kind, lambda ticket: carry(ticket, what, tool, file))
    session.changed()
