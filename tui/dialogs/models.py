"""What the dialogs about models say and do: the list of weights, terms before a fetch, a tool's words in a picker.

Imported when one of them is opened: it brings what fetching needs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine import weights
from engine.actions import models
from engine.cli.model_words import prompts, size, state_of
from engine.cli.models import specs
from engine.jobs import Progress
from engine.session import Session
from engine.specs import DetectorSpec, InteractorSpec, ToolSpec, Weights
from engine.tools import packages, registry
from tui.screens.ask import Ask
from tui.screens.confirm import Confirm
from tui.screens.models import Details, Models, Row
from tui.screens.pick import Choice

if TYPE_CHECKING:
    from tui.window import Window

NAMED = 6
"""Other files of a model that a picker names."""
NO_WEIGHTS = "  (no weights yet)"


def show_models(app: Window, tool: str = "") -> None:
    """Show the list of weights, a tool's first file marked."""

    def do(what: str, row: Row) -> None:
        KEYS[what](app, row)

    app.push_screen(Models(lambda: rows(app.session), do, marked=tool))


def rows(session: Session) -> list[Row]:
    """Return a row for each set of weights that is declared, and for each that was added."""
    found = []
    for spec in specs().values():
        used = weights.named(spec)[0]
        for item, here in weights.listed(spec):
            found.append(_row(session, spec, item, here, used=used))
    return found


def _row(session: Session, spec: ToolSpec, item: Weights | None, here: weights.Here | None, *, used: str) -> Row:
    name = item.name if item else here.name if here else ""
    count = here.size if here and not here.missing else item.size if item else 0
    licence = (item.licence if item else here.licence if here else "") or "none stated"
    state = state_of(item, here, used=used == name)
    progress = session.jobs.progress.get(models.kind_of(name))
    if models.kind_of(name) in session.jobs.running:
        state = _share(progress)
    told = partial(details, session, spec, item, here)
    whole = here is not None and not here.missing
    return Row(spec.id, spec.name, name, size(count), state, licence, whole, used == name, told)


def _share(progress: Progress | None) -> str:
    if progress is None:
        return "starting …"
    word = progress.text.split()[0].lower()
    return f"{word} {100 * progress.done // progress.total} %" if progress.total else f"{word} {size(progress.done)}"


def details(session: Session, spec: ToolSpec, item: Weights | None, here: weights.Here | None) -> str:
    """Return everything that is known of a set of weights and of the model it belongs to."""
    lines = [spec.help]
    if isinstance(spec, InteractorSpec):
        lines += [f"Prompt:    {prompts(spec)}", f"Speed:     {speed(session, spec.id)}"]
    if missing := packages.lacking(spec):
        lines += [f"Not here:  {packages.named(missing)}. This brings it: {packages.command()}"]
    lines += [f"Code:      {spec.licence or 'no licence stated'}", f"Source:    {spec.source}", ""]
    for file in item.files if item else ():
        lines += [
            f"File:      {file.file}, {size(file.size)}{' (if there is one)' if file.optional else ''}",
            f"From:      {file.url or '(no address: add a file that you have)'}",
            f"Checksum:  {file.digest or 'none published: its sha256 is pinned when it comes'}",
        ]
    if item is not None:
        lines += [f"Licence:   {item.licence or 'none stated'}"]
        lines += [f"Terms:     {terms}"] if (terms := weights.terms(item)) else []
    for record in here.records if here else ():
        lines += [f"Here:      {record.path}", f"sha256:    {record.sha256}", f"Came from: {record.source}"]
    lines += [f"Missing:   {', '.join(here.missing)}"] if here and here.missing else []
    return "\n".join(lines)


def speed(session: Session, tool: str) -> str:
    """Say how long a tool's last answers took here."""
    last = session.hand.speeds.get(tool, ())
    if not last:
        return "not used yet in this session"
    return f"{', '.join(f'{seconds:.2f}' for seconds in last)} s for the last answers here"


def _details(app: Window, row: Row) -> None:
    app.push_screen(Details(f"{row.name}: {row.file}", row.details()))


def _use(app: Window, row: Row) -> None:
    if row.here:
        app.do("model.use", row.tool, row.file)
    else:
        app.say(f"{row.file} is not here: g fetches it, a takes in a file that you have", "warning")


def _fetch(app: Window, row: Row) -> None:
    """Say what would come, from where and under which terms, and ask."""
    spec = specs()[row.tool]
    item = next((item for item in spec.weights if item.name == row.file), None)
    if item is None or not item.fetchable:
        app.say(f"{row.file} has no address: fetch it yourself, then a takes it in", "warning")
        return
    if row.here:
        app.say(f"{row.file} is here already: v verifies it")
        return
    terms = weights.terms(item) or f"Licence: {item.licence}"
    places = "\nand ".join(file.url for file in item.files if file.url)
    text = f"{size(item.size)} from {places}\n\n{terms}\n\nIt comes in the background; x in this list stops it."

    def take(key: str) -> None:
        if key == "y":
            app.do("model.fetch", row.tool, row.file)

    app.ask(Confirm(f"Fetch {row.file}?", text, {"y": "Fetch it", "n": "Not now"}), take)


def _adopt(app: Window, row: Row) -> None:
    """Ask for a file; for a detector of many things also for one with their names."""
    spec = specs()[row.tool]
    names = ", ".join(item.files[0].file for item in spec.weights)
    question = Ask(f"Path of a file of {row.name}", f"For example {names}"[:200])
    if isinstance(spec, DetectorSpec) and len(spec.labels) != 1:
        hint = "Its classes in their order, one a line. Enter alone: those beside the file, in it, or as published"
        more = partial(Ask, f"Path of the labels of {row.name}, if they are its own", hint, can_be_empty=True)
        app.ask(question, lambda path: app.ask(more(), lambda labels: app.do("model.adopt", row.tool, path, labels)))
    else:
        app.ask(question, lambda path: app.do("model.adopt", row.tool, path))


def _verify(app: Window, row: Row) -> None:
    if row.here:
        app.do("model.verify", row.tool, row.file)
    else:
        app.say(f"{row.file} is not here: g fetches it", "warning")


def _stop(app: Window, row: Row) -> None:
    app.do("model.stop", row.file)


KEYS = {"details": _details, "use": _use, "fetch": _fetch, "adopt": _adopt, "verify": _verify, "stop": _stop}
"""What the list's keys ask for."""


# in a picker


def choice(session: Session, spec: ToolSpec, *, on: bool = False) -> Choice:
    """Return a tool's row in a picker, with what `?` shows beside it."""
    missing = packages.lacking(spec)
    ready = "  (not installed: Enter says how)" if missing else "" if has_weights(spec) else NO_WEIGHTS
    state = "  on" if on else ready
    install = [f"This brings {packages.named(missing)}:", packages.command()] if missing else []
    short = [spec.help, *install, "Needs no weights" if not spec.weights else f"Weights: {_weights(spec)}"]
    full = [spec.help, *install]
    if isinstance(spec, InteractorSpec):
        takes = "a path of points along the outline" if spec.path else prompts(spec)
        full += [f"Prompt: {takes}", f"Speed here: {speed(session, spec.id)}"]
    full.append("Needs no weights" if not spec.weights else f"Weights: {_weights(spec)}")
    full += [f"Licence of the weights: {spec.weights[0].licence or 'none stated'}"] if spec.weights else []
    full += [f"Licence of the code: {spec.licence or 'none stated'}", spec.source]
    return Choice(spec.id, f"{spec.name}{state}", "\n".join(short), more="\n".join(line for line in full if line))


def _weights(spec: ToolSpec) -> str:
    here, used, wanted = [one.name for one in weights.sets(spec)], weights.named(spec)[0], weights.chosen(spec)
    if not used:
        first = wanted or spec.weights[0].name
        return f"{first} (chosen, not here)" if wanted else f"{first}, {size(spec.weights[0].size)} (not here)"
    others = [name for name in here if name != used]
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return f"{used} (in use){'; also here: ' if others else ''}{', '.join(others[:NAMED])}{more}"


def has_weights(spec: ToolSpec) -> bool:
    """Say whether a tool can be used now: it needs no weights, or has some."""
    return not spec.weights or weights.in_use(spec) is not None


def take_or_fetch(app: Window, tool: str, *command: str) -> None:
    """Run a command that needs a tool; where packages or weights are missing, show how they come instead."""
    where_ready(app, tool, lambda: app.do(*command))


def where_ready(app: Window, tool: str, then: Callable[[], None]) -> None:
    """Go on with a tool; where packages or weights are missing, show how they come instead."""
    spec = registry.find(tool).SPEC
    if missing := packages.lacking(spec):
        app.push_screen(Details(f"{spec.name} is not installed yet", to_install(missing)))
    elif has_weights(spec):
        then()
    else:
        app.say("It has no weights here yet: g fetches them, a takes in a file that you have")
        show_models(app, tool)


def to_install(missing: tuple[str, ...]) -> str:
    """Return what to do where a tool's packages are missing."""
    return (
        f"It needs {packages.named(missing)}: large, and not needed by the tools without networks.\n"
        f"One command brings it for all models; give it in another terminal:\n\n{packages.command()}\n\n"
        "Then take the tool again: this termwand may stay open meanwhile."
    )
