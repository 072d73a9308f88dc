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
from engine.cli.model_words import declared, lines_here, prompts, size, state_of, tell, tell_use, why_none
from engine.cli.printing import agrees, complain, is_watched, progress, say, say_bytes
from engine.errors import AppError, WeightsError, nearest
from engine.specs import DetectorSpec, InteractorSpec, ToolSpec, TrackerSpec, Weights
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
    add = commands.add_parser("add", help="adopt a file that is there already, with its companions")
    add.set_defaults(run=add_file)
    use = commands.add_parser("use", help="choose which of a model's weights are used")
    use.set_defaults(run=use_file)
    add.add_argument("id", metavar="ID", nargs="?", default="", help="the model's id; left out, the content tells")
    for command in (info, get, use):
        command.add_argument("id", metavar="ID", help="the model's id, as in the list")
    get.add_argument("--file", default="", help="which of its weights, as in the list (default: the first)")
    get.add_argument("--accept", action="store_true", help="agree to the terms that it would ask about")
    add.add_argument("path", metavar="FILE", type=Path)
    add.add_argument("--labels", metavar="FILE", type=Path, help="names of what a detector finds, one a line")
    use.add_argument("file", metavar="FILE", nargs="?", default="", help="default: the first that is here")
    commands.add_parser("verify", help="read every installed file whole and compare").set_defaults(run=verify_all)
    path = commands.add_parser("path", help="print the folder of weights, or a model's files in use")
    path.add_argument("id", metavar="ID", nargs="?", default="", help="print the files that this model uses")
    path.set_defaults(run=show_path)
    return top


def show_list(_options: argparse.Namespace) -> int:
    """Print a line for each set of weights of each model."""
    weights.need_folder()
    rows = [("MODEL", "WEIGHTS", "SIZE", "HERE", "LICENCE OF THE WEIGHTS")]
    for spec in specs().values():
        for item, one in weights.listed(spec):
            name = item.name if item else one.name if one else ""
            state = state_of(item, one, used=weights.named(spec)[0] == name)
            count = item.size if item else one.size if one else 0
            rows.append((spec.id, name, size(count), state, (item.licence or "none stated") if item else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        say("  ".join([*cells, row[4]]).rstrip())
    if idle := [spec.id for spec in specs().values() if packages.lacking(spec)]:
        say("", f"Packages are missing for {', '.join(idle)}. This brings them:", packages.command())
    return 0


def show_info(options: argparse.Namespace) -> int:
    """Print everything a model declares."""
    spec = spec_of(options.id)
    weights.need_folder()
    lines = [f"{spec.name} ({spec.id})", spec.help]
    if isinstance(spec, InteractorSpec):
        lines.append(f"Prompt:  {prompts(spec)}")
    if missing := packages.lacking(spec):
        lines.append(f"Missing: {packages.named(missing)}. This brings it: {packages.command()}")
    lines += [f"Code:    {spec.licence}", f"Source:  {spec.source}"]
    lines.append(f"In use:  {weights.named(spec)[0] or why_none(spec)}")
    for item, one in weights.listed(spec):
        lines += ["", *declared(item, one)] if item else []
    for one in weights.found(spec):
        lines += ["", *lines_here(one)]
    say(*lines)
    return 0


def use_file(options: argparse.Namespace) -> int:
    """Choose the set of weights that a model uses."""
    spec = spec_of(options.id)
    weights.choose(spec, options.file)
    used = weights.named(spec)[0]
    say(f"{spec.name} uses {used} from now on." if used else f"{spec.name}: no file is here yet.")
    return 0


def get_weights(options: argparse.Namespace) -> int:
    """Fetch a set after saying what it is; ask where its terms ask for it."""
    spec = spec_of(options.id)
    item = _item(spec, options.file)
    if here := weights.installed(spec, item, _progress()):
        say(f"{item.name} is here already, unchanged, and nothing is fetched.")
        tell_use(spec, here)
        return 0
    say(f"{item.name}, {size(item.size)}, from {item.files[0].url or 'nowhere'}")
    say(*(f"  with {file.file}, from {file.url}" for file in item.files[1:] if file.url))
    say(f"Licence: {item.licence or 'none stated'}")
    terms = weights.terms(item)
    if terms and not options.accept and not _agreed(terms):
        complain("Nothing was fetched.")
        return 1
    tell(spec, weights.fetch(spec, item, _progress()))
    return 0


def add_file(options: argparse.Namespace) -> int:
    """Adopt a local file."""
    from engine.tools.adopting import adopt, owner_of

    spec = spec_of(options.id) if options.id else owner_of(options.path, _progress())
    here = adopt(spec, options.path, _progress(), options.labels)
    if not options.id:
        say(f"{options.path.name} is a file of {spec.name} ({spec.id}).")
    tell(spec, here)
    return 0


def verify_all(_options: argparse.Namespace) -> int:
    """Compare every installed file with its record; the status is 1 if one differs or is missing."""
    weights.need_folder()
    wrong, here = 0, weights.everything()
    for one in here:
        wrong += sum(not _verified(record) for record in one.records) + len(one.missing)
        for file in one.missing:
            say(f"WRONG  {file} of {one.name}: it is missing; it belongs into {one.path.parent}")
    if not here:
        say("No weights are installed.")
    return 1 if wrong else 0


def _verified(record: weights.Record) -> bool:
    """Read a file and say what has become of it; return whether it is good."""
    try:
        weights.verify(record, _progress())
    except WeightsError as error:
        what = f"WRONG  {record.label}" if isinstance(error, weights.MismatchError) else f"unread {error.title}"
        say(f"{what}: {error.detail}")
        return False
    against = record.published or "its pinned sha256; its publisher gives no checksum"
    say(f"good   {record.label} ({against})")
    return True


def show_path(options: argparse.Namespace) -> int:
    """Print the folder of weights, or the files that a model uses, for a script: their very bytes."""
    paths = [weights.folder()]
    if options.id:
        spec = spec_of(options.id)
        first = weights.weights_for(spec, on_progress=_progress())
        paths = [first, *weights.companions(first)]
    say_bytes(b"".join(os.fsencode(path) + b"\n" for path in paths))
    return 0


def specs() -> dict[str, ToolSpec]:
    """Return the tools that use weights: what is prompted first, then trackers, then detectors, each by id."""
    from engine.tools.registry import tools

    found = [module.SPEC for _, module in sorted(tools().items()) if module.SPEC.weights]
    found.sort(key=lambda spec: isinstance(spec, TrackerSpec) + 2 * isinstance(spec, DetectorSpec))
    return {spec.id: spec for spec in found}


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
        if item.name == name:
            return item
    raise WeightsError(f'{spec.name} has no file called "{name}"', nearest(name, [item.name for item in spec.weights]))


def _agreed(terms: str) -> bool:
    say(terms)
    if terminal.source() < 0:
        complain("Add --accept to agree to this.")
        return False
    return agrees("Fetch it under these terms? [y/N] ")


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
