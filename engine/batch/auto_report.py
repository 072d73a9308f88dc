"""What came of a detector over many files, in words: counts and scores by label, empty frames, files that failed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.batch.progress import number
from engine.detected.tracking import is_untouched
from engine.document import Document

BINS = 10
BARS = " ▁▂▃▄▅▆▇█"
NAMED = 20
"""Empty frames, and files that failed, that are named for each media."""


@dataclass
class Outcome:
    """What came of a media."""

    labels: dict[str, list[int]] = field(default_factory=dict)
    """Label -> how many of the detector's shapes have scores in each tenth from 0 to 1."""
    frames: int = 0
    """Of the plan that are done, by this run or an earlier one that it went on with."""
    total: int = 0
    fresh: int = 0
    """Frames that this run has done itself."""
    tracks: int = 0
    """Of the detector, that nobody has touched; their keyframes count among the shapes."""
    empty: int = 0
    empties: list[str] = field(default_factory=list)
    """Names of the first of them."""
    unmatched: dict[str, int] = field(default_factory=dict)
    unfit: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Name and reason, of the first of them."""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False
    failure: str = ""
    """Why it was not done to the end, in a sentence."""

    @property
    def shapes(self) -> int:
        """Return how many shapes of the detector there are on the frames that are done."""
        return sum(map(sum, self.labels.values()))

    @property
    def rate(self) -> float:
        """Return frames per second."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0


def count(
    outcome: Outcome, document: Document, detector: str, frames: Iterable[int], unread: Container[int],
    name: Callable[[int], str],
) -> None:  # fmt: skip
    """Note what the detector's shapes and tracks on some frames are; `name` gives those frames for people."""
    on_tracks = _keyframes(document, detector)
    outcome.tracks = on_tracks.count
    for frame in frames:
        own = [shape for shape in document.shapes(frame) if shape.source == "auto" and shape.model == detector]
        found = [(shape.label, shape.score) for shape in own] + on_tracks.scores.get(frame, [])
        for label, score in found:
            bins = outcome.labels.setdefault(label, [0] * BINS)
            bins[min(int((score or 0.0) * BINS), BINS - 1)] += 1
        if not found and frame not in unread and frame not in on_tracks.between:
            outcome.empty += 1
            if len(outcome.empties) < NAMED:
                outcome.empties.append(name(frame))


@dataclass(frozen=True)
class _Tracks:
    """A detector's tracks: how many, frame -> label and score of each keyframe, and frames that lie between two."""

    count: int
    scores: dict[int, list[tuple[str, float | None]]]
    between: set[int]


def _keyframes(document: Document, detector: str) -> _Tracks:
    own = [track for track in document.tracks.values() if is_untouched(track, detector)]
    scores, between = dict[int, list[tuple[str, float | None]]](), set[int]()
    for track in own:
        for key, after in pairwise((*track.keyframes, None)):
            if key is not None and not key.outside:
                scores.setdefault(key.frame, []).append((track.label, key.score))
                between.update(range(key.frame, key.frame if after is None else after.frame))
    return _Tracks(len(own), scores, between)


def line(name: str, outcome: Outcome) -> str:
    """Return what came of a media, on one line."""
    if outcome.failure:
        return f"{name}: not done. {outcome.failure.partition(chr(10))[0]}"
    parts = [f"{outcome.frames} of {number(outcome.total, 'frame')}", number(outcome.shapes, "shape")]
    parts += [number(outcome.tracks, "track")] if outcome.tracks else []
    parts += [f"{outcome.empty} empty"] if outcome.empty else []
    parts += [f"{outcome.failures} failed"] if outcome.failures else []
    parts += [f"{outcome.rate:.1f} frames/s"] if outcome.fresh else []
    ended = " (stopped; the same command goes on with it)" if outcome.stopped else ""
    return f"{name}: {', '.join(parts)}{ended}"


def histogram(bins: Sequence[int]) -> str:
    """Return counts as a row of bars, the highest full; what is not 0 is never blank."""
    most = max(bins, default=0)
    steps = len(BARS) - 1
    return "".join(BARS[max(-(-steps * one // most), 0)] if most else BARS[0] for one in bins)


def report(outcomes: Sequence[tuple[str, Outcome]]) -> list[str]:
    """Return the report at the end: for each media what came of it, and the sum if there are several."""
    lines = list[str]()
    for name, outcome in outcomes:
        lines += [line(name, outcome), *(f"  {more}" for more in outcome.failure.split("\n")[1:]), *_details(outcome)]
    if len(outcomes) > 1:
        every = [outcome for _, outcome in outcomes]
        total = Outcome(frames=sum(one.frames for one in every), total=sum(one.total for one in every))
        for one in every:
            for label, bins in one.labels.items():
                before = total.labels.get(label, [0] * BINS)
                total.labels[label] = [a + b for a, b in zip(before, bins, strict=True)]
        failed = sum(bool(one.failure) for one in every)
        lines.append(
            f"{number(len(every), 'file')}: {total.frames} of {number(total.total, 'frame')}, "
            f"{number(total.shapes, 'shape')}, {sum(one.empty for one in every)} empty, "
            f"{sum(one.failures for one in every)} failed" + (f"; {failed} not done" if failed else "")
        )
        lines += _labels(total)
    return lines


def _labels(outcome: Outcome) -> list[str]:
    if not outcome.labels:
        return []
    width = max(map(len, outcome.labels))
    ordered = sorted(outcome.labels.items(), key=lambda item: (-sum(item[1]), item[0]))
    rows = [f"  {name:<{width}} {sum(bins):>8}  |{histogram(bins)}|" for name, bins in ordered]
    return [f"  {'label':<{width}} {'shapes':>8}  scores 0 to 1", *rows]


def _details(outcome: Outcome) -> list[str]:
    lines = [f"  {note}" for note in outcome.notes] + _labels(outcome)
    for counts, what in (
        (outcome.unmatched, "matched with no label, so left out (--map takes them)"),
        (outcome.unfit, "of a kind that the label does not take, so left out"),
    ):
        most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        lines += [f"  {what}: {', '.join(f'{name} {count}' for name, count in most)}"] if most else []
    lines += _named("empty", outcome.empties, outcome.empty)
    lines += [f"  failed: {name}: {why}" for name, why in outcome.failed[:NAMED]]
    if outcome.failures > NAMED:
        lines.append(f"  failed: {outcome.failures - NAMED} more")
    return lines


def _named(what: str, names: Sequence[str], count: int) -> list[str]:
    if not names:
        return []
    rest = f" and {count - len(names)} more" if count > len(names) else ""
    return [f"  {what}: {', '.join(names)}{rest}"]
