"""`termwand models`: what models there are, where their weights come from, fetching and adopting them.

The one place that asks before something is fetched: which file, how large, under which terms. Text only, no terminal
application is started, so it works in scripts.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from engine import weights
from engine.cli import terminal
from engine.cli.arguments import Parser
from engine.cli.printing import complain, is_watched, progress, say, say_bytes
from engine.errors import AppError, WeightsError, nearest
from engine.specs import InteractorSpec, ToolSpec, Weights
from engine.tools import packages

USAGE = """what is installed, where it comes from, its licence and size; fetch it or adopt a file"""


def main(argv: list[str]) -> int:
    """Run a sub-command; return the exit status: 0 done, 1 a failure that was explained."""
    options = parser().parse_args(argv)
    try:
        status: int = options.run(options)
    except AppError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("", "Stopped. What has arrived is kept: run it again to go on from there.")
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of `termwand models`."""
    top = Parser(prog="termwand models", description=USAGE)
    top.set_defaults(run=show_list)
    commands = top.add_subparsers(metavar="COMMAND")
    commands.add_parser("list", help="all models and what is installed").set_defaults(run=show_list)
    info = commands.add_parser("info", help="what a model is, how to prompt it, its files and their terms")
    info.set_defaults(run=show_info)
    get = commands.add_parser("get", help="fetch a model's weights from their publisher")
    get.set_defaults(run=get_weights)
    add = commands.add_parser("add", help="adopt a file that is there already")
    add.set_defaults(run=add_file)
    use = commands.add_parser("use", help="choose which of a model's files is used")
    use.set_defaults(run=use_file)
    for command in (info, get, add, use):
        command.add_argument("id", metavar="ID", help="the model's id, as in the list")
    get.add_argument("--file", default="", help="which of its files (default: the first)")
    get.add_argument("--accept", action="store_true", help="agree to the terms that it would ask about")
    add.add_argument("path", metavar="FILE", type=Path)
    use.add_argument("file", metavar="FILE", nargs="?", default="", help="default: the first that is here")
    commands.add_parser("verify", help="read every installed file whole and compare").set_defaults(run=verify_all)
    commands.add_parser("path", help="print the folder of weights").set_defaults(run=show_path)
    return top


def show_list(_options: argparse.Namespace) -> int:
    """Print a line for each file of each model."""
    weights.reach()
    rows = [("MODEL", "FILE", "SIZE", "HERE", "LICENCE OF THE WEIGHTS")]
    for spec in specs().values():
        here = {path.name for path in weights.files(spec)}
        known = [item.file for item in spec.weights]
        used = weights.in_use(spec)
        for item in spec.weights:
            state = state_of(item, here=item.file in here, used=used is not None and used.name == item.file)
            rows.append((spec.id, item.file, size(item.size), state, item.licence or "none stated"))
        for name in sorted(here - set(known)):
            state = state_of(None, here=True, used=used is not None and used.name == name)
            rows.append((spec.id, name, size(_size_here(name)), state, ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        say("  ".join([*cells, row[4]]).rstrip())
    if idle := [spec.id for spec in specs().values() if packages.lacking(spec)]:
        say("", f"Packages are missing for {', '.join(idle)}. This brings them:", packages.command())
    return 0


def state_of(item: Weights | None, *, here: bool, used: bool) -> str:
    """Say whether a file is here: `item` is its declaration, None if it was added."""
    if not here:
        return "no" if item and item.url else "no, add it"
    if used:
        return "yes, in use" if item else "added, in use"
    return "yes" if item else "yes, added"


def show_info(options: argparse.Namespace) -> int:
    """Print everything a model declares."""
    spec = spec_of(options.id)
    weights.reach()
    lines = [f"{spec.name} ({spec.id})", spec.help]
    if isinstance(spec, InteractorSpec):
        lines.append(f"Prompt:  {prompts(spec)}")
    if missing := packages.lacking(spec):
        lines.append(f"Missing: {packages.named(missing)}. This brings it: {packages.command()}")
    lines += [f"Code:    {spec.licence}", f"Source:  {spec.source}"]
    here = {record.file: record for record in weights.records() if record.tool == spec.id}
    used = weights.in_use(spec)
    lines.append(f"In use:  {used.name if used else _why_none(spec)}")
    for item in spec.weights:
        lines += ["", f"{item.file}  {size(item.size)}{'  installed' if item.file in here else ''}"]
        lines.append(f"  from       {item.url or '(no address: termwand models add)'}")
        checksum = item.digest or "none published: its sha256 is pinned when it is fetched or added"
        lines += [f"  checksum   {checksum}", f"  licence    {item.licence or 'none stated'}"]
        if terms := weights.terms(item):
            lines.append(f"  note       {terms}")
    for record in here.values():
        lines += ["", f"{record.file} here: sha256 {record.sha256}, from {record.source}"]
    say(*lines)
    return 0


def _why_none(spec: ToolSpec) -> str:
    wanted = weights.chosen(spec)
    return f"nothing: {wanted} is chosen and not here" if wanted else "nothing: no file is here yet"


def use_file(options: argparse.Namespace) -> int:
    """Choose the file that a model uses."""
    spec = spec_of(options.id)
    weights.choose(spec, options.file)
    used = weights.in_use(spec)
    say(f"{spec.name} uses {used.name} from now on." if used else f"{spec.name}: no file is here yet.")
    return 0


def get_weights(options: argparse.Namespace) -> int:
    """Fetch a file after saying what it is; ask where its terms ask for it."""
    spec = spec_of(options.id)
    item = _item(spec, options.file)
    if here := weights.installed(spec, item, _progress()):
        say(f"{item.file} is here already, unchanged, and nothing is fetched.")
        _tell_use(spec, here)
        return 0
    say(f"{item.file}, {size(item.size)}, from {item.url or 'nowhere'}")
    say(f"Licence: {item.licence or 'none stated'}")
    terms = weights.terms(item)
    if terms and not options.accept and not _agreed(terms):
        complain("Nothing was fetched.")
        return 1
    record = weights.fetch(spec, item, _progress())
    _tell(spec, record)
    return 0


def add_file(options: argparse.Namespace) -> int:
    """Adopt a local file."""
    from engine.tools.adopting import adopt

    spec = spec_of(options.id)
    _tell(spec, adopt(spec, options.path, _progress()))
    return 0


def verify_all(_options: argparse.Namespace) -> int:
    """Compare every installed file with its record; the status is 1 if one differs."""
    weights.reach()
    wrong = 0
    for record in weights.records():
        try:
            weights.verify(record, _progress())
        except WeightsError as error:
            wrong += 1
            what = f"WRONG  {record.file}" if isinstance(error, weights.MismatchError) else f"unread {error.title}"
            say(f"{what}: {error.detail}")
            continue
        against = record.published or "its pinned sha256; its publisher gives no checksum"
        say(f"good   {record.file} ({against})")
    if not weights.records():
        say("No weights are installed.")
    return 1 if wrong else 0


def show_path(_options: argparse.Namespace) -> int:
    """Print the folder of weights, for a script: its very bytes."""
    say_bytes(os.fsencode(weights.folder()) + b"\n")
    return 0


def specs() -> dict[str, ToolSpec]:
    """Return the tools that use weights, by id."""
    from engine.tools.registry import tools

    return {name: module.SPEC for name, module in sorted(tools().items()) if module.SPEC.weights}


def spec_of(tool_id: str) -> ToolSpec:
    """Return a model's declaration; raise WeightsError with the nearest id."""
    found = specs()
    if tool_id not in found:
        raise WeightsError(f'No model is called "{tool_id}"', nearest(tool_id, found))
    return found[tool_id]


def _item(spec: ToolSpec, name: str) -> Weights:
    if not name:
        return spec.weights[0]
    for item in spec.weights:
        if item.file == name:
            return item
    raise WeightsError(f'{spec.name} has no file called "{name}"', nearest(name, [item.file for item in spec.weights]))


def prompts(spec: InteractorSpec) -> str:
    """Say in words what an interactor takes."""
    most = f" to {spec.max_points}" if spec.max_points > spec.min_points else ""
    parts = [f"{spec.min_points}{most} point(s) inside" if spec.min_points else "points inside if wanted"]
    parts += ["points outside"] if spec.negatives else []
    parts += ["a box first"] if spec.needs_box else ["a box"] if spec.accepts_box else []
    parts += ["starts from a mask"] if spec.refines else []
    return ", ".join(parts)


def _agreed(terms: str) -> bool:
    say(terms)
    if terminal.source() < 0:
        complain("Add --accept to agree to this.")
        return False
    return input("Fetch it under these terms? [y/N] ").strip().lower() in ("y", "yes")


def _tell(spec: ToolSpec, record: weights.Record) -> None:
    what = f" ({record.variant})" if record.variant else ""
    say(f"{record.file}{what} is installed in {weights.folder()}")
    if record.published:
        say(f"It has its publisher's checksum, {record.published}.")
    else:
        say("Its publisher gives no checksum; its sha256 is pinned from now on:", record.sha256)
    _tell_use(spec, record)


def _tell_use(spec: ToolSpec, record: weights.Record) -> None:
    if packages.lacking(spec):
        say(f"{spec.name} needs packages, too: {packages.command()}")
    used = weights.in_use(spec)
    if used is None or used.name != record.file:
        now = used.name if used else _why_none(spec)
        say(f"{spec.name} uses {now}; to use this one: termwand models use {spec.id} {record.file}")


def _progress() -> Callable[[str, int, int], None]:
    """Return a progress line for a terminal, rewritten five times a second; silent elsewhere."""
    last = [0.0]

    def show(text: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not is_watched() or (now - last[0] < 0.2 and done != total):
            return
        last[0] = now
        share = f" {100 * done // total:3d} %" if total else ""
        progress(f"{text}{share}  {size(done)}", last=bool(total) and done >= total)

    return show


def _size_here(name: str) -> int:
    record = weights.record_of(weights.folder() / name)
    return record.size if record else 0


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if not count:
        return "?"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count} bytes"
