"""`termwand recover`: what journals that were kept aside hold, and applying what fits of it.

A journal is kept aside when a crash, a damaged disk or another program's change kept some of it from being replayed.
Nothing is changed without `--apply`. Text only, no terminal application is started.
"""

from __future__ import annotations

from pathlib import Path

from engine.cli import printing
from engine.cli.arguments import Parser
from engine.cli.printing import say
from engine.errors import AppError, StoreError
from engine.project.asides import Aside, apply, asides_of, describe, stamp, yaml_of
from engine.text import plain

USAGE = """Shows the changes in journals that were kept aside for FILE, and whether they fit the file as it is now."""
NONE = "No journal has been kept aside for it: nothing is left to recover."


def main(argv: list[str]) -> int:
    """Show or apply; return the exit status: 0 done, 1 a failure that was explained."""
    options = parser().parse_args(argv)
    try:
        return run(options.file, options.journal, applying=options.apply)
    except AppError as error:
        printing.failed(error)
        return 1


def parser() -> Parser:
    """Return the parser of `termwand recover`."""
    found = Parser(prog="termwand recover", description=USAGE)
    found.add_argument("file", metavar="FILE", type=Path, help="an annotation file, or the media that it belongs to")
    found.add_argument("--apply", action="store_true", help="apply what fits, save, and keep the file as it was")
    found.add_argument("--journal", metavar="NAME", default="", help="only the journal of this name")
    return found


def run(file: Path, name: str, *, applying: bool) -> int:
    """Show the journals that were kept aside for a file; apply them if asked to."""
    yaml = yaml_of(file)
    found = [aside for aside in asides_of(yaml) if name in ("", aside.path.name)]
    if name and not found:
        raise StoreError(f"There is no journal {plain(name)}", f"nothing of that name was kept for {plain(str(yaml))}")
    say(str(yaml))
    for aside in found:
        show(aside)
    if not found:
        say(NONE)
    elif applying:
        outcome = apply(yaml, name)
        say(f"{outcome.changes} changes were applied and saved.")
        if outcome.backup is not None:
            say(f"The file as it was is {outcome.backup.name}, beside it.")
    else:
        say("", "Nothing was changed. With --apply, what fits is applied and saved.")
    return 0


def show(aside: Aside) -> None:
    """Print what a journal holds."""
    say("", f"{aside.path.name}  (of {stamp(aside.path)}, in {aside.path.parent})")
    if aside.problem:
        say(f"  {aside.problem}")
    for change in aside.changes:
        why = f": {plain(change.why, 100)}" if change.why else ""
        title = plain(change.record.title, 40) or "change"
        say(f"  {change.record.number:>6}  {title} - {describe(change.record)} - {change.state}{why}")
    if aside.is_copy:
        say("  A copy of a damaged journal: what could be read was replayed then, and may have been made over since.")
        say(f"  To apply it all the same: --apply --journal {aside.path.name}")
    if aside.unreadable:
        say(f"  {aside.unreadable} places in it cannot be read")
