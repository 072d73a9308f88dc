"""What `termwand models` says of models and their files, in words."""

from __future__ import annotations

from engine import weights
from engine.cli.printing import say
from engine.specs import DetectorSpec, InteractorSpec, ToolSpec, Weights
from engine.tools import packages

LABELS = 12
"""Names of labels that are printed."""


def state_of(item: Weights | None, here: weights.Here | None, *, used: bool) -> str:
    """Say whether a set is here: `item` is its declaration, None if it was added."""
    if here is None:
        return "no" if item and item.fetchable else "no, add it"
    if here.missing:
        return "in part"
    if used:
        return "yes, in use" if item else "added, in use"
    return "yes" if item else "yes, added"


def declared(item: Weights, here: weights.Here | None) -> list[str]:
    """Return what a set's publisher offers."""
    installed = "" if here is None else "  in part" if here.missing else "  installed"
    lines = [f"{item.name}  {size(item.size)}{installed}"]
    for file in item.files:
        if not item.alone:
            lines.append(f"  {file.file}  {size(file.size)}{'  (if there is one)' if file.optional else ''}")
        lines.append(f"  from       {file.url or '(no address: termwand models add)'}")
        checksum = file.digest or "none published: its sha256 is pinned when it is fetched or added"
        lines.append(f"  checksum   {checksum}")
    lines.append(f"  licence    {item.licence or 'none stated'}")
    if terms := weights.terms(item):
        lines.append(f"  note       {terms}")
    return lines


def lines_here(one: weights.Here) -> list[str]:
    """Return what is known of the files of a set."""
    lines = [f"{record.label} here: sha256 {record.sha256}, from {record.source}" for record in one.records]
    return [*lines, *(f"{file} of {one.name} is missing" for file in one.missing)]


def why_none(spec: ToolSpec) -> str:
    wanted = weights.chosen(spec)
    return f"nothing: {wanted} is chosen and not here" if wanted else "nothing: no file is here yet"


def prompts(spec: InteractorSpec) -> str:
    """Say in words what an interactor takes."""
    most = f" to {spec.max_points}" if spec.max_points > spec.min_points else ""
    parts = [f"{spec.min_points}{most} point(s) inside" if spec.min_points else "points inside if wanted"]
    parts += ["points outside"] if spec.negatives else []
    parts += ["a box first"] if spec.needs_box else ["a box"] if spec.accepts_box else []
    parts += ["starts from a mask"] if spec.refines else []
    return ", ".join(parts)


def tell(spec: ToolSpec, here: weights.Here) -> None:
    what = f" ({here.variant})" if here.variant else ""
    say(f"{here.name}{what} is installed in {here.path.parent}")
    for record in here.records:
        name = f"{record.file} has" if record.set else "It has"
        if record.published:
            say(f"{name} its publisher's checksum, {record.published}.")
        else:
            whose = f"The publisher of {record.file}" if record.set else "Its publisher"
            say(f"{whose} gives no checksum; its sha256 is pinned from now on:", record.sha256)
    _tell_labels(spec, here)
    tell_use(spec, here)


def _tell_labels(spec: ToolSpec, here: weights.Here) -> None:
    """Say what a detector finds with a set."""
    if isinstance(spec, DetectorSpec):
        from engine.tools.detecting.labels import labels_of

        found = labels_of(spec, here.name)
        more = f" and {len(found) - LABELS} more" if len(found) > LABELS else ""
        say(f"It finds {len(found)} kinds of things: {', '.join(found[:LABELS])}{more}")


def tell_use(spec: ToolSpec, here: weights.Here) -> None:
    if packages.lacking(spec):
        say(f"{spec.name} needs packages, too: {packages.command()}")
    used = weights.named(spec)[0]
    if used != here.name:
        now = used or why_none(spec)
        say(f"{spec.name} uses {now}; to use this one: termwand models use {spec.id} {here.name}")


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if not count:
        return "?"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count} bytes"
