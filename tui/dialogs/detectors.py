"""The dialogs about detectors: which one, what its labels are here, which frames it is to annotate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from engine.counting import counted
from engine.document import Document, TableRow
from engine.tools import registry
from tui.guard import attempt
from tui.screens.ask import Ask
from tui.screens.label_table import Answer, LabelTable, Shown
from tui.screens.pick import Pick

if TYPE_CHECKING:
    from engine.session import Session
    from engine.specs import DetectorSpec
    from tui.window import Window

FEW = 3
"""Labels of a detector that are offered as ours where there is none of ours yet."""


def detectors(app: Window) -> None:
    """Pick a detector, those that can be used now first; then match its labels and run it."""
    from tui.dialogs.models import choice, has_weights, where_ready

    found = sorted(registry.detectors().values(), key=lambda spec: (not has_weights(spec), spec.name.lower()))
    choices = [choice(app.session, spec) for spec in found]
    hint = "Enter or a digit goes on to its labels, ? tells more, Esc gives up"
    marked = app.session.runs.results.last or min(app.session.document.tables, default="")
    pick = Pick("Detectors", choices, marked=marked, hint=hint)
    app.ask(pick, lambda tool: where_ready(app, tool, partial(attempt, app, table, app, tool)))


def table(app: Window, tool: str) -> None:
    """Show a detector's label table; keep it as it is left, and run the detector where that is asked for.

    Raise WeightsError where its weights' file of labels is damaged.
    """
    session, spec = app.session, registry.detectors()[tool]
    rows, counts = rows_for(session, spec)
    shown = Shown(
        spec.name, tuple(label.name for label in session.document.labels), spec.threshold, counts,
        frames=len(session.media.frames), polygons=session.settings.polygons if spec.gives_masks else None,
        attributes=tuple(attribute.name for attribute in spec.attributes),
        tiles=None if spec.watches else session.settings.tiles, tracks=len(session.media.frames) > 1,
    )  # fmt: skip

    def take(answer: Answer) -> None:
        if answer.polygons is not None and answer.polygons != app.session.settings.polygons:
            app.do("prompt.polygons")
        if answer.tiles is not None and answer.tiles != app.session.settings.tiles:
            app.do("detect.tiles", answer.tiles)
        if answer.rows != rows or answer.what == "keep" or _offers(app.session.document, spec, rows):
            app.do("detect.table", tool, msgspec.to_builtins(answer.rows))
        does = ("detect.tracks", answer.tracks) if answer.tracks else ("detect.run",)
        if answer.what == "range":
            _range(app, tool, does)
        elif answer.what != "keep":
            app.do(does[0], tool, answer.what, *does[1:])

    app.ask(LabelTable(rows, shown), take)


def rows_for(session: Session, spec: DetectorSpec) -> tuple[tuple[TableRow, ...], dict[str, int]]:
    """Return a detector's rows, the matched ones first, then those found here; and label -> how many were found."""
    from engine.detected import rows_of, threshold_of
    from engine.session import detecting

    document, results = session.document, session.runs.results
    confidence = detecting.confidence_of(session, spec)
    rows = rows_of(document, spec, detecting.labels_in_use(session, spec))
    least = {row.theirs: threshold_of(row, spec, confidence) for row in rows}
    counts = results.counts(spec.id, lambda label: least.get(label, spec.threshold))
    ordered = sorted(rows, key=lambda row: (not row.ours, -counts[row.theirs] if not row.ours else 0))
    kept = spec.id in document.tables
    return tuple(ordered) if kept else _offered(document, ordered, session.label), dict(counts)


def _offered(document: Document, rows: list[TableRow], label: str) -> tuple[TableRow, ...]:
    """Return rows with a label offered for those that nothing is matched with.

    The one in use for a detector's only label, which may be no class ("moving"); where a document has none of ours and
    the detector few, its own.
    """
    if document.labels and len(rows) == 1:
        return (msgspec.structs.replace(rows[0], ours=rows[0].ours or label),)
    if document.labels or len(rows) > FEW:
        return tuple(rows)
    return tuple(msgspec.structs.replace(row, ours=row.ours or row.theirs) for row in rows)


def _offers(document: Document, spec: DetectorSpec, rows: tuple[TableRow, ...]) -> bool:
    """Say whether rows match anything that a document would not match by itself."""
    from engine.detected import rows_of

    known = rows_of(document, spec, [row.theirs for row in rows])
    return any(row not in known for row in rows)


def _range(app: Window, tool: str, does: tuple[str, ...]) -> None:
    """Ask for the frames, then do an action with them and its further arguments."""
    here, last = app.session.frame, len(app.session.media.frames)
    value = f"{counted(here)}-{min(counted(here) + 9, last)}"
    question = Ask(f"Annotate frames, from-to (1 to {last})", value=value)
    app.ask(question, lambda text: app.do(does[0], tool, text.replace(" ", ""), *does[1:]))
