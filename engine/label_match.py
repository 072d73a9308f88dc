"""Which label of ours a detector's label means: equal names found, pairs of a command line read, tables made of both.

Names are equal if they differ only in case, in blanks, `_` and `-`, in singular and plural, or by a pair of `SYNONYMS`.
Pure functions of plain values, shared by the screen's label table and `termwand auto`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from engine.document import TableRow
from engine.errors import SettingsError, nearest
from engine.text import plain

SYNONYMS = (
    ("motorbike", "motorcycle"), ("aeroplane", "airplane"), ("sofa", "couch"), ("pottedplant", "potted plant"),
    ("diningtable", "dining table"), ("tvmonitor", "tv"), ("people", "person"),
)  # fmt: skip
"""Names of one class in PASCAL VOC or COCO's first lists and in COCO; the plural that no rule gives."""
REST = "*"
"""In place of a detector's label in `pairs`: all of its labels that no other pair names."""
ALL = "all"
"""In place of pairs: each label under the name of ours that it equals, or else under its own."""
_GAPS = re.compile(r"[\s_\-]+")


def folded(name: str) -> str:
    """Return a name without case, blanks, `_` and `-`, and as the second of its synonyms."""
    bare = _GAPS.sub("", name.casefold())
    return _CANONICAL.get(bare, bare)


_CANONICAL = {_GAPS.sub("", one): _GAPS.sub("", two) for one, two in SYNONYMS}


def singulars(word: str) -> tuple[str, ...]:
    """Return what a folded name may be the plural of."""
    found = list[str]()
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        found.append(word[:-1])
    for ending, singular in (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            found.append(word.removesuffix(ending) + singular)
    return tuple(_CANONICAL.get(one, one) for one in found)


def equal(one: str, other: str) -> bool:
    """Say whether two names mean the same class."""
    a, b = folded(one), folded(other)
    return bool(a) and (a == b or a in singulars(b) or b in singulars(a))


def match(name: str, ours: Iterable[str]) -> str:
    """Return the label of ours that a name means, the nearest spelling first; "" for none."""
    found = [label for label in ours if equal(name, label)]
    ranks = (lambda label: label == name, lambda label: label.casefold() == name.casefold(),
             lambda label: folded(label) == folded(name))  # fmt: skip
    for same in ranks:
        if nearer := [label for label in found if same(label)]:
            return nearer[0]
    return found[0] if found else ""


def pairs(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return pairs (theirs, ours) of `--map` texts: `car=vehicle,bus=vehicle`; raise SettingsError for what is none.

    Empty on the right: dropped. `*` on the left: all others. `car` alone or `all`: under its own name, see `table`.
    """
    found = list[tuple[str, str]]()
    for part in (part.strip() for text in texts for part in text.split(",")):
        theirs, sign, ours = (side.strip() for side in part.partition("="))
        if part == ALL:
            found.append((REST, REST))
        elif theirs:
            found.append((theirs, ours if sign else theirs))
        elif part:
            raise SettingsError(f'"{plain(part, 80)}" maps no label', "Write it as in --map car=vehicle")
    return tuple(dict.fromkeys(found))


def table(
    theirs: Sequence[str], ours: Collection[str], asked: Sequence[tuple[str, str]] = (), *,
    off: Collection[str] = (), create: bool = False,
) -> tuple[TableRow, ...]:  # fmt: skip
    """Return a label table with each of a detector's labels; those that nothing is matched with are dropped in it.

    `asked` (of `pairs`) goes before equal names; `create` has every other label under its own name too, but not those
    in `off`. A label of ours that is asked for need not be there. Raise SettingsError for a label the detector has not.
    """
    named = dict[str, list[str]]()
    for name, label in asked:
        if name != REST:
            named.setdefault(_known(name, theirs), []).append(match(label, ours) or label if label else "")
    rest, near = [label for name, label in asked if name == REST], _Near(ours)
    rows = list[TableRow]()
    for name in theirs:
        if name in named:
            rows += [TableRow(name, label) for label in dict.fromkeys(named[name])]
            continue
        own = "" if name in off else match(name, near.to(name))
        wanted = [label for label in rest if name not in off]
        labels = [own or name if label == REST else label for label in wanted]
        rows += [TableRow(name, label) for label in labels or [own or (name if create and name not in off else "")]]
    return tuple(rows)


class _Near:
    """Labels among which are all that may equal a name: to compare each with each takes seconds for a thousand."""

    def __init__(self, labels: Iterable[str]) -> None:
        self._labels = [*labels]
        self._by_form = dict[str, list[int]]()
        for number, label in enumerate(self._labels):
            for form in _forms(label):
                self._by_form.setdefault(form, []).append(number)

    def to(self, name: str) -> list[str]:
        """Return them in the order of all."""
        found = {number for form in _forms(name) for number in self._by_form.get(form, ())}
        return [self._labels[number] for number in sorted(found)]


def _forms(name: str) -> tuple[str, ...]:
    bare = folded(name)
    return bare, *singulars(bare)


def _known(name: str, theirs: Sequence[str]) -> str:
    found = match(name, theirs)
    if not found:
        raise SettingsError(f'The detector has no label "{plain(name, 80)}"', nearest(name, theirs))
    return found


def unmatched(rows: Iterable[TableRow]) -> tuple[str, ...]:
    """Return the detector's labels whose objects are dropped."""
    kept = dict[str, bool]()
    for row in rows:
        kept[row.theirs] = kept.get(row.theirs, False) or bool(row.ours)
    return tuple(name for name, some in kept.items() if not some)
