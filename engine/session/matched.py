"""Label tables of detectors as they are used here: those that are kept, and what equal names match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.detected import rows_of
from engine.document import TableRow
from engine.session.detecting import labels_of
from engine.tools.registry import detectors

if TYPE_CHECKING:
    from engine.session.session import Session


def tables_with(session: Session, ours: str) -> dict[str, tuple[TableRow, ...]]:
    """Return the label tables with rows that go to a label, of detectors that are used here also by equal names."""
    document, known = session.document, detectors()
    models = {shape.model for shape in document.all_shapes() if shape.label == ours and shape.source == "auto"}
    found = dict(document.tables)
    for spec in (known[name] for name in sorted({*models, *session.runs.results.seen}) if name in known):
        kept = found.get(spec.id, ())
        rows = rows_of(document, spec, labels_of(session, spec))[len(kept) :]
        found[spec.id] = (*kept, *(row for row in rows if row.ours == ours))
    return {name: rows for name, rows in found.items() if any(row.ours == ours for row in rows)}
