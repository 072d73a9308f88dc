"""What is found beside a YAML file when it is opened: its journal is read, replayed, and kept aside if it holds more.

Apart from the project, which goes on writing where this ends. Whatever is lost or does not fit is said, in a sentence
that tells the annotator where it is kept; `termwand recover` reads it there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine import disk
from engine.document import Document, MediaInfo
from engine.errors import FormatError, StoreError
from engine.journal.journal import path_of, read
from engine.journal.lines import Content, Head, Record, head_line, line_of
from engine.journal.replay import Plan, Refused, Replayed, is_about, plan, replay, with_labels
from engine.store.read import decode
from engine.store.write import encode
from engine.text import plain

_MENDED = 20
"""So many damaged lines are left out of a first text before it is given up."""
_LISTED = 3


@dataclass(frozen=True)
class Recovered:
    """A document with what its journal holds, and how the journal goes on."""

    document: Document | None
    notes: tuple[str, ...] = ()
    kept: tuple[Record, ...] = ()
    """The commits that the YAML file does not hold."""
    number: int = 0
    """That of the last commit."""
    initial: str = ""
    """What the document began as, where there is no YAML file."""
    good: int = 0
    """Bytes of the journal after which writing goes on; 0: it is written anew."""


def recover(
    yaml: Path, digest: str, document: Document | None, *, read_only: bool = False, also: Sequence[Path] = ()
) -> Recovered:
    """Replay the journals of a YAML file, of this digest and holding this document, or not there.

    `also` are further journals of it; one of them counts alone where the one beside the file is not there.
    """
    contents, unread = _contents(yaml, also)
    if not contents:
        return Recovered(document, tuple(unread))
    found = plan(list(contents.values()), digest)
    content = next((one for one in contents.values() if is_about(one, digest)), next(iter(contents.values())))
    initial = ""
    if document is None:
        document, content = _begun(content, found, yaml.name)
        if document is None:
            return _nothing_to_continue(yaml.name, contents, content, found, read_only=read_only)
        initial = encode(document).decode()
    done = replay(document, found)
    read = contents.values()
    sure = content.sure and all(one.sure for one in read)
    damage = Damage(sure, any(one.damaged for one in read), any(one.torn for one in read))
    notes = _notes(yaml.name, damage, found, done)
    names = [] if read_only else _keep(contents, found, done)
    aside = bool(names or done.refused or found.spare or _is_damaged(contents, found))
    if aside:
        notes[-1:] = [". ".join([*notes[-1:], _kept(names)])]
    beside = contents.get(path_of(yaml))
    goes_on = beside is content and not aside and content.whole and found.exact and len(contents) == 1
    good = content.good if goes_on else 0
    notes += _elsewhere(contents, path_of(yaml), found.records)
    return Recovered(done.document, (*notes, *unread), done.kept, found.newest, initial, good)


def _elsewhere(contents: Mapping[Path, Content], beside: Path, records: Sequence[Record]) -> list[str]:
    """Say how many of the commits only further journals had, and where these are."""
    here = {record.number for record in contents[beside].records} if beside in contents else set[int]()
    notes = []
    for place, content in contents.items():
        numbers = {record.number for record in content.records} - here if place != beside else set[int]()
        if count := sum(record.number in numbers for record in records):
            notes.append(f"{count} of them were in the second journal, {plain(str(place))}")
    return notes


def _contents(yaml: Path, also: Sequence[Path]) -> tuple[dict[Path, Content], list[str]]:
    """Return what is in the journals that are there, and what is to be said of further ones that cannot be read."""
    beside, notes = read(path_of(yaml)), []
    contents = {} if beside is None else {path_of(yaml): beside}
    for place in also:
        try:
            content = read(place)
        except StoreError as error:
            if os.path.lexists(place):  # where not even that can be seen, it is somebody else's folder
                notes.append(f"The second journal was not read: {error.detail}")
            continue
        if content is not None:
            contents[place] = content
    return contents, notes


@dataclass(frozen=True)
class Damage:
    """What is wrong with journals."""

    sure: bool
    """Whether the first line is whole."""
    inside: bool
    torn: bool


def _begun(content: Content, found: Plan, name: str) -> tuple[Document | None, Content]:
    """Return what a document that was never saved began as; None if the commits continue a file that is gone."""
    text = content.head.initial
    if (content.sure and not text) or not (content.sure or found.records):
        return None, content
    if content.sure:
        with contextlib.suppress(FormatError):
            return decode(text.encode(), name), content
    # of a damaged beginning no number is believed: the media says how many frames it has, and how large they are
    media = MediaInfo(name.partition(".")[0], frames=0)
    mended = _mended(text, name)
    document = Document(media) if mended is None else replace(mended, media=replace(media, path=mended.media.path))
    return with_labels(document, found.records), content._replace(sure=False)


def _mended(text: str, name: str) -> Document | None:
    """Return the document in a damaged text without the lines that cannot be read, if there is one."""
    lines = text.split("\n")
    for _ in range(_MENDED):
        try:
            return decode("\n".join(lines).encode(errors="replace"), name)
        except FormatError as error:
            if not 0 < error.line <= len(lines):
                return None
            del lines[error.line - 1]
    return None


def _nothing_to_continue(
    name: str, contents: Mapping[Path, Content], content: Content, found: Plan, *, read_only: bool
) -> Recovered:
    if found.records:
        note = f"{plain(name)} is not there, but its journal: {len(found.records)} changes in it were not replayed"
    elif found.lost or not content.sure:
        note = f"{plain(name)}.journal is damaged: nothing in it could be read"
    else:
        return Recovered(None)
    why = "left" if content.whole else "damaged"
    names = [] if read_only else [set_aside(path, why) for path in contents]
    return Recovered(None, (f"{note}. {_kept(names)}",))


def _notes(name: str, damage: Damage, found: Plan, done: Replayed) -> list[str]:
    notes = []
    if done.kept:
        count = sum(bool(record.title) for record in done.kept)  # without what opening itself notes
        notes += [f"{count} unsaved changes were recovered from the journal"] * bool(count)
    if not found.exact and damage.sure and found.records:
        notes.append(
            f"{plain(name)} is not the file that its journal continues: it was changed by another program, "
            "or the journal's end is missing. What fits was replayed"
        )
    if not damage.sure and not found.records:
        notes.append("The journal is damaged: no change in it could be read")
    elif not damage.sure:
        notes.append("The journal's first line is damaged: what could be read of the rest was replayed")
    if found.lost:
        notes.append(f"{found.lost} changes in the journal were damaged and are lost")
    elif damage.inside:
        known = found.certain and not damage.torn
        missing = "no change is missing" if known else "whether changes are missing cannot be told"
        notes.append(f"The journal was damaged, but {missing}")
    if found.spare:
        notes.append(f"{len(found.spare)} changes in the journal are of another program or another file: not replayed")
    if damage.torn and (damage.sure or found.records):
        notes.append("The journal's last line is incomplete: what was being written then is not there")
    if done.refused:
        notes.append(refusals(done.refused))
    return notes


def refusals(refused: Sequence[Refused]) -> str:
    """Return a sentence about changes that do not fit."""
    texts = [f"{plain(one.record.title, 40) or 'change'} ({plain(one.why, 80)})" for one in refused[:_LISTED]]
    more = f" and {len(refused) - _LISTED} more" if len(refused) > _LISTED else ""
    return f"{len(refused)} changes do not fit: {'; '.join(texts)}{more}"


def _is_damaged(contents: Mapping[Path, Content], found: Plan) -> bool:
    return bool(found.lost) or any(content.damaged or not content.sure for content in contents.values())


def _keep(contents: Mapping[Path, Content], found: Plan, done: Replayed) -> list[Path]:
    """Keep damaged journals as they are, and what was not replayed in a journal of its own; return where."""
    kept = []
    if _is_damaged(contents, found):
        kept += [set_aside(path, "damaged") for path in contents]
    by_record: dict[int, Record] = {}
    for one in done.refused:
        before = by_record.get(id(one.record))
        by_record[id(one.record)] = replace(one.record, edits=(*(before.edits if before else ()), one.edit))
    left = [*by_record.values(), *found.spare]
    return [*kept, _write_left(next(iter(contents)), left)] if left else kept


def _write_left(path: Path, records: Sequence[Record]) -> Path:
    aside = disk.aside(path, "left")
    try:
        data = head_line(Head()) + b"".join(map(line_of, records))
        disk.commit(disk.prepare(path, data), aside)
    except OSError:
        return set_aside(path, "damaged")  # another name for the whole of it needs no room on a full disk
    return aside


def _kept(names: Sequence[Path]) -> str:
    if not names:
        return "The journal stays as it is"
    return f"Kept as {', '.join(plain(path.name) for path in names)}: termwand recover shows what it holds"


def set_aside(path: Path, why: str) -> Path:
    """Keep a file under another name too, as it is now, and return that; `path` itself stays."""
    aside = disk.aside(path, why)
    try:
        _link_or_copy(path, aside)
    except OSError as error:
        raise disk.failure(error, path, "set aside") from error
    return aside


def _link_or_copy(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside, follow_symlinks=False)  # needs no room on a full disk
    except OSError:
        disk.commit(disk.prepare(path, disk.read_ours(path)), aside)
