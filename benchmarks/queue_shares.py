"""What share of planted faults a queue shows, how early, and how much of what it shows is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.planted import KINDS, Fault, planted
from benchmarks.truths import Truth
from engine.document import Document
from engine.geometry import box_iou
from engine.review.base import Finding
from engine.review.queue import Entry
from engine.tracks.course import course

MUST = ("swap", "drift", "jump", "truncation")
GEOMETRY = ("swap", "jump", "truncation", "duplicate", "jitter")
SHARE = 0.1
BESIDE = 2
"""Frames beside a fault on which its entry may lie: a step has two ends."""


Ask = Callable[[Truth, Document], tuple[Entry, ...]]


def hits(entry: Entry, fault: Fault) -> bool:
    """Say whether an entry shows a fault."""
    if not {*entry.ids} & {*fault.tracks}:
        return False
    if fault.shows:
        return any(abs(entry.worst - frame) <= BESIDE + 1 for frame in fault.shows)
    return fault.first - BESIDE <= entry.worst <= fault.last + BESIDE


def touches(entry: Entry, fault: Fault) -> bool:
    """Say whether an entry lies on wrong frames of a track, wherever the fault shows best."""
    near = entry.first <= fault.last + BESIDE and fault.first - BESIDE <= entry.last
    return near and bool({*entry.ids} & {*fault.tracks})


def looked(entry: Entry) -> set[int]:
    """Return the frames that are looked at for an entry."""
    return {entry.first, entry.worst, entry.last}


def three_frames(document: Document) -> list[Finding]:
    """Return what a check of three frames in a row finds."""
    found = []
    for track in document.tracks.values():
        path = course(document, track)
        boxes = [tuple(box) for box in path.boxes.tolist()]
        for place in range(1, len(boxes) - 1):
            a, b, c = boxes[place - 1 : place + 2]
            score = box_iou(a, c) - max(box_iou(a, b), box_iou(b, c))
            if score > 0.1 and not path.human[place]:
                frame = int(path.frames[place])
                found.append(Finding("three", frame, frame, frame, (track.id,), score, "differs from its neighbours"))
    return found


@dataclass
class Tally:
    """What was counted over all rounds."""

    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Faults in the queue, by kind."""
    all_of: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Entries on a fault, by kind of trouble."""
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    must: list[bool] = field(default_factory=list)
    """Of each fault that must be found, whether it was."""
    early: int = 0
    missed: list[tuple[str, int, Fault]] = field(default_factory=list)

    def result(self) -> dict[str, Any]:
        """Return the shares."""
        right, wrong = self.right, self.wrong
        told, faults = sorted({*right, *wrong} - {"all"}), sum(self.all_of.values())
        return {
            "recall_by": {k: round(self.found[k] / self.all_of[k], 3) for k in KINDS if self.all_of[k]},
            "faults": dict(self.all_of),
            "recall": sum(self.must) / max(len(self.must), 1),
            "in_10_percent": self.early / max(faults, 1),
            "precision": right["all"] / max(right["all"] + wrong["all"], 1),
            "precision_by": {k: round(right[k] / max(right[k] + wrong[k], 1), 3) for k in told},
            "entries": right["all"] + wrong["all"],
            "missed": self.missed,
        }


Listed = list[tuple[float, int, Entry]]
"""Entries of all clips by their likelihood, negative, each with its clip's place."""
Faults = list[tuple[int, Fault]]


def measure(truths: Sequence[Truth], rounds: int, seed: int, ask: Ask) -> dict[str, Any]:
    """Return shares over all rounds: recall and precision by kind of fault, what the first entries find."""
    tally = Tally()
    for number in range(seed, seed + rounds):
        listed, faults = Listed(), Faults()
        for place, truth in enumerate(truths):
            document, planted_here = planted(truth, number)
            listed += [(-entry.likely, place, entry) for entry in ask(truth, document)]
            faults += [(place, fault) for fault in planted_here]
        listed.sort(key=lambda one: one[:2])
        tally.early += _early(listed, faults, SHARE * sum(truth.count for truth in truths))
        _judge(tally, truths, listed, faults)
        for place, fault in faults:
            ok = any(where == place and hits(entry, fault) for _, where, entry in listed)
            tally.all_of[fault.kind] += 1
            tally.found[fault.kind] += ok
            if fault.kind in MUST and (fault.bad >= 5 or fault.kind != "drift"):
                tally.must.append(ok)
            if not ok:
                tally.missed.append((truths[place].name, number, fault))
    return tally.result()


def _early(listed: Listed, faults: Faults, most: float) -> int:
    """Return how many faults the first entries show that take no more than `most` frames to be looked at."""
    budget, used = set[tuple[int, int]](), set[int]()
    for _, place, entry in listed:
        budget |= {(place, frame) for frame in looked(entry)}
        if len(budget) > most:
            break
        used.update(i for i, (where, fault) in enumerate(faults) if where == place and hits(entry, fault))
    return len(used)


def _judge(tally: Tally, truths: Sequence[Truth], listed: Listed, faults: Faults) -> None:
    """Count the entries that lie on a fault and those that do not."""
    for _, place, entry in listed:
        own = [fault for where, fault in faults if where == place]
        if entry.ids[0] == truths[place].fixed and not any(hits(entry, fault) for fault in own):
            continue  # it is no true track: what is before it hides it
        counted = tally.right if any(touches(entry, fault) for fault in own) else tally.wrong
        for kind in (*entry.kinds, "all"):
            counted[kind] += 1


def clean(truths: Sequence[Truth], ask: Ask, say: Callable[[str], None]) -> float:
    """Return the entries on the truth itself for each 300 frames."""
    count = 0
    for truth in truths:
        entries = ask(truth, truth.document())
        count += len(entries)
        for entry in entries:
            scores = ", ".join(f"{f.kind} {f.score:.2f}" for f in entry.findings)
            say(f"  {truth.name} track {entry.ids[0]} frames {entry.first}-{entry.last}: {entry.likely:.2f} {scores}")
    return 300 * count / max(sum(truth.count for truth in truths), 1)


def f1(result: dict[str, Any]) -> float:
    """Return the harmonic mean of recall, of the kinds of fault that geometry shows, and precision."""
    total = sum(result["faults"].get(kind, 0) for kind in GEOMETRY)
    recall = sum(result["recall_by"].get(kind, 0) * result["faults"].get(kind, 0) for kind in GEOMETRY) / max(total, 1)
    return 2 * recall * result["precision"] / max(recall + result["precision"], 1e-9)
