"""What journals mean for the YAML file that is there: which commits it lacks, which of them fit, what is lost.

Pure, apart from the project, which reads and writes. Commits are told by their numbers, which rise by one, and YAML
files by their digests: a file that no digest tells of was changed by another program, and only what fits is replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from engine.document import Document, Label
from engine.edits import Edit, PutShape, PutShapes, PutTags, PutTrack, apply, apply_all
from engine.errors import AppError
from engine.journal.lines import Content, Record
from engine.palette import label_color


@dataclass(frozen=True)
class Plan:
    """What to do with journals, in the order of their commits."""

    records: tuple[Record, ...]
    exact: bool
    """Whether they continue the file that is there; if not, they are tried one by one."""
    newest: int
    """The highest number that anything tells of."""
    lost: int
    """How many commits are missing or unreadable."""
    spare: tuple[Record, ...] = ()
    """Commits of another journal, or whose number is taken: two programs wrote at once, or files were joined."""
    certain: bool = True
    """Whether it is known with which number they begin and end; if not, more may be missing than is counted."""


@dataclass(frozen=True)
class Refused:
    """An edit that does not fit."""

    record: Record
    edit: Edit
    why: str


@dataclass(frozen=True)
class Replayed:
    """A document after the commits that fit."""

    document: Document
    kept: tuple[Record, ...]
    """What was applied, without what was refused, numbered without gaps up to the newest."""
    refused: tuple[Refused, ...]


def plan(contents: Sequence[Content], digest: str) -> Plan:
    """Return which commits of some journals a YAML file of this digest lacks; "" is no file."""
    tied = [content for content in contents if is_about(content, digest)]
    used = tied or contents
    commits, spare = _by_number(used, [content for content in contents if content not in used])
    saved = [record for content in used for record in content.records if record.saving]
    held = max((record.number for record in saved if digest and record.saving == digest), default=-1)
    lowest = min(commits, default=1) - 1
    known = [_before(content, lowest, digest) for content in used]
    first = held if held >= 0 else min((number for number in known if number >= 0), default=lowest)
    numbers = [number for number in sorted(commits) if number > held]
    newest = max([*commits, *(record.number for record in saved), first, 0])
    missing = newest - first - sum(number > first for number in numbers)
    unknown = held < 0 and max(known, default=-1) < 0
    lost = max(missing, 0) + sum(_unreadable(content, unknown=unknown) for content in used)
    certain = not unknown and all(map(_is_in_order, used))
    return Plan(tuple(commits[number] for number in numbers), bool(tied), newest, lost, tuple(spare), certain)


def _before(content: Content, lowest: int, digest: str) -> int:
    """Return the number of the last commit before a journal's first; -1 if nothing tells."""
    after = content.head.after
    if content.sure or 0 <= after <= lowest:
        return after
    return -1 if digest else 0  # where no file was saved, the first commit is the first of all


def is_about(content: Content, digest: str) -> bool:
    """Say whether a journal continues a YAML file of this digest."""
    if content.head.base == digest:
        return content.sure or bool(digest)
    return bool(digest) and any(record.saving == digest for record in content.records)


def _by_number(used: Sequence[Content], apart: Sequence[Content]) -> tuple[dict[int, Record], list[Record]]:
    commits: dict[int, Record] = {}
    spare = [record for content in (*used, *apart) for record in content.foreign]
    for content in used:
        for record in content.records:
            if not record.saving and commits.setdefault(record.number, record) != record:
                spare.append(record)
    spare += [record for content in apart for record in content.records]
    return commits, [record for record in spare if not record.saving and commits.get(record.number) != record]


def _unreadable(content: Content, *, unknown: bool) -> int:
    """Count the damaged places that no gap between two numbers tells of: before the first commit, after the last."""
    places = [place for place, record in enumerate(content.records) if not record.saving]
    first, last = (places[0], places[-1]) if places else (0, -1)
    return sum(damaged > last or (unknown and damaged <= first) for damaged in content.damaged)


def _is_in_order(content: Content) -> bool:
    """Say whether the lines stand as they were written; if not, a damaged one may have held any number."""
    numbers = [record.number for record in content.records if not record.saving]
    return numbers == sorted(numbers)


def replay(document: Document, plan: Plan) -> Replayed:
    """Apply the commits that fit; of one that does not, the edits that do."""
    kept: list[Record] = []
    refused: list[Refused] = []
    for record in plan.records:
        document, edits = fitting(document, record, refused)
        if edits or not record.edits:
            kept.append(replace(record, edits=edits))
    first = plan.newest - len(kept) + 1
    numbered = (replace(record, number=first + place) for place, record in enumerate(kept))
    return Replayed(document, tuple(numbered), tuple(refused))


def fitting(document: Document, record: Record, refused: list[Refused]) -> tuple[Document, tuple[Edit, ...]]:
    """Apply the edits of a commit that fit; return them, and note the others."""
    try:
        return apply_all(document, record.edits)[0], record.edits
    except AppError:
        pass
    done: list[Edit] = []
    for edit in record.edits:
        try:
            document, _ = apply(document, edit)
            done.append(edit)
        except AppError as error:
            refused.append(Refused(record, edit, error.detail or error.title))
    return document, tuple(done)


def with_labels(document: Document, records: Iterable[Record]) -> Document:
    """Return a document that also has the labels that commits need."""
    names = {name for record in records for edit in record.edits for name in _labels_of(edit)}
    for name in sorted(names - {label.name for label in document.labels}):
        color = label_color(len(document.labels))
        document = replace(document, labels=(*document.labels, Label(name, color=color)))
    return document


def _labels_of(edit: Edit) -> tuple[str, ...]:
    match edit:
        case PutShape():
            return (edit.shape.label,)
        case PutShapes():
            return tuple(shape.label for shape in edit.shapes)
        case PutTrack():
            return (edit.track.label,)
        case PutTags():
            return tuple(tag.label for tag in edit.tags)
        case _:
            return ()
