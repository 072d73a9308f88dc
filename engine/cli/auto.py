"""`termwand auto`: a detector over many files, without a screen.

Progress goes to standard error, the report to standard output. What was cut short goes on by the same command.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import printing
from engine.cli.arguments import Parser
from engine.cli.track import Watch, devices_of, heeding, overlap
from engine.errors import AppError, SettingsError, ToolError, nearest

if TYPE_CHECKING:
    from engine.batch.auto_report import Outcome
    from engine.batch.auto_request import Job, Request
    from engine.specs import DetectorSpec

METHODS = ("bytetrack", "ocsort")
"""Those of `engine.runs.by_detection`, which is not imported where only help is asked for."""
USAGE = """Finds objects on every frame of videos, folders and pictures with a detector, and puts them into their
documents: one for each video and folder; pictures named one by one have one together. A second run replaces what the
first has found, never what a person has drawn, changed or verified. The detector's labels become those of the document
that have equal names; a document without labels gets the detector's. What was cut short, by Ctrl+C or a kill, goes on
where it stopped when the same command is given again."""


def main(argv: list[str]) -> int:
    """Annotate; return the exit status: 0 done, 1 something was not, 128 and the signal's number if one has stopped it.

    A file or frame that could not be read is something that was not done.
    """
    options = parser().parse_args(argv)
    try:
        request, devices = request_of(options), devices_of(options.device)
        jobs = jobs_of(options.paths, request)
        ready(request)
    except AppError as error:
        printing.failed(error)
        return 1
    from engine.batch.auto_report import report

    with heeding() as (stop, come):
        try:
            outcomes = run(jobs, devices, options.ray, stop)
        except AppError as error:  # the cluster's: what a file has to say is in its outcome
            printing.failed(error)
            return 1
    printing.say(*report([(job.name, outcome) for job, outcome in zip(jobs, outcomes, strict=True)]))
    if come:
        return 128 + come[0]
    return 1 if any(one.failure or one.stopped or one.failures for one in outcomes) else 0


def parser() -> Parser:
    """Return the parser of `termwand auto`."""
    found = Parser(prog="termwand auto", description=USAGE)
    found.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="videos, folders of pictures, pictures")
    found.add_argument("--detector", required=True, metavar="ID", help="what finds objects: hog, yolox, retinanet, …")
    found.add_argument("--weights", default="", metavar="FILE", help="a weights file of it (default: the one in use)")
    _add_frames(found)
    labels = found.add_argument_group("labels and shapes")
    labels.add_argument("--map", dest="pairs", action="append", default=[], metavar="A=B,…", help="the detector's "
                        "label A becomes B; A= leaves it out, *=B is all others, all keeps each name")  # fmt: skip
    labels.add_argument("--labels", default="", metavar="NAMES|FILE", help="labels to add to the documents first")
    labels.add_argument("--threshold", type=score, metavar="SCORE", help="the lowest score that is taken, 0 to 1")
    labels.add_argument("--polygons", action="store_true", help="convert masks to polygons")
    _add_tracks(found)
    before = found.add_argument_group("what was found before")
    both = before.add_mutually_exclusive_group()
    both.add_argument("--replace", action="store_true", help="replace what this detector has found before (default)")
    both.add_argument("--keep", action="store_true", help="keep it, and add what overlaps none of it")
    before.add_argument("--clean", action="append", type=cleaned, metavar="auto[:ID]", help="take away what detectors, "
                        "or one of them, have found on these frames and nobody has verified")  # fmt: skip
    where = found.add_argument_group("where it runs")
    where.add_argument("--device", default="auto", metavar="NAMES", help="auto (default), cpu, cuda, cuda:N; several "
                       "with commas between share the files")  # fmt: skip
    where.add_argument("--batch", type=whole, default=8, metavar="N", help="pictures at once, where the network takes "
                       "any number (default: 8)")  # fmt: skip
    where.add_argument("--ray", metavar="ADDRESS", help="on a Ray cluster: its address, or local for one of this "
                       "machine")  # fmt: skip
    return found


def _add_tracks(found: Parser) -> None:
    tracks = found.add_argument_group("tracks")
    tracks.add_argument("--track", choices=METHODS, help="join what is found into tracks of one object each, by "
                        "this way; what scores less than the threshold may still go on with one")  # fmt: skip
    tracks.add_argument("--thin", type=overlap, metavar="IOU", help="then reduce their keyframes to the fewest that "
                        "give the rest again to this overlap, as in 0.8")  # fmt: skip


def _add_frames(found: Parser) -> None:
    which = found.add_argument_group("which frames")
    which.add_argument("--frames", type=span, default=(0, None), metavar="A:B", help="from A to B, both counted from 1 "
                       "and included; either may be left out")  # fmt: skip
    which.add_argument("--every", type=whole, default=1, metavar="N", help="only every N-th of them")
    which.add_argument("--tiles", type=tile, default=0, metavar="SIZE", help="look at overlapping tiles of SIZE x SIZE "
                       "pixels and at the whole, for what is small on large pictures")  # fmt: skip
    which.add_argument("--skip", choices=["reviewed"], help="leave out frames with something that a person has "
                       "verified or accepted")  # fmt: skip


def span(text: str) -> tuple[int, int | None]:
    """Return the first and the last frame, from 0, of what people count from 1; None leaves the end open."""
    first, colon, last = (part.strip() for part in text.partition(":"))
    numbers = [int(part) if part.isdecimal() else 0 if part else None for part in (first, last)]
    begin, end = numbers[0] or 1, (numbers[1] if colon else numbers[0])
    if 0 in numbers or not (first or last) or max(begin, end or 1) >= 2**31 or (end is not None and end < begin):
        raise argparse.ArgumentTypeError(f'"{text}" are no frames; give the first and the last, as in 100:200')
    return begin - 1, None if end is None else end - 1


def whole(text: str) -> int:
    """Return a number from 1 on."""
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 on')
    return int(text)


def tile(text: str) -> int:
    """Return the pixels of a tile's side, 0 for no tiles."""
    from engine.tools.detecting.tiles import SMALLEST

    if not text.isdecimal() or not (int(text) == 0 or SMALLEST <= int(text) < 2**31):
        raise argparse.ArgumentTypeError(f'"{text}" is no size of tiles; give pixels from {SMALLEST} on, as in 640')
    return int(text)


def score(text: str) -> float:
    """Return a score from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no score; give a number from 0 to 1, as in 0.5')
    return value


def cleaned(text: str) -> str:
    """Return the detector whose results go, "" for those of all."""
    kind, colon, detector = text.partition(":")
    if kind != "auto" or bool(colon) != bool(detector):
        raise argparse.ArgumentTypeError(f'"{text}" cleans nothing; give auto, or auto: and a detector')
    return detector


def request_of(options: argparse.Namespace) -> Request:
    """Return what is asked for; raise ToolError for an unknown detector, SettingsError for labels that map nothing."""
    from engine.batch.auto_request import Request
    from engine.label_match import pairs
    from engine.tools.registry import detectors

    known = detectors()
    if options.detector not in known:
        raise ToolError(f'No detector is called "{options.detector}"', nearest(options.detector, known))
    _refuse(options, known[options.detector])
    clean, (first, last) = options.clean, options.frames
    return Request(
        options.detector, options.weights, options.threshold, first, last, options.every,
        options.skip == "reviewed", None if clean is None else () if "" in clean else tuple(sorted(set(clean))),
        options.keep, pairs(options.pairs), options.labels, options.polygons, options.batch,
        options.tiles, options.track, options.thin,
    )  # fmt: skip


def _refuse(options: argparse.Namespace, spec: DetectorSpec) -> None:
    """Raise SettingsError for options that cannot go together."""
    if options.keep and options.track:
        raise SettingsError("Tracks replace what the detector found before", "leave out --keep or --track")
    if options.thin is not None and not options.track:
        raise SettingsError("Only tracks have keyframes to reduce", "give --track as well, or leave out --thin")
    if options.tiles and spec.watches:
        raise SettingsError(f"{spec.name} looks at whole frames", "leave out --tiles")


def jobs_of(paths: Sequence[Path], request: Request) -> list[Job]:
    """Return a job for each video and folder, and one for all pictures; each media once."""
    from engine.batch.auto_request import Job
    from engine.media.listing import PICTURES, expand, extension

    files = expand(paths)
    pictures = tuple(file for file in files if extension(file.name) in PICTURES and not file.is_dir())
    jobs = [Job((file,), request) for file in files if file not in pictures]
    if pictures and any(pictures[0].parent == job.paths[0] for job in jobs):
        raise SettingsError("A folder and pictures in it are named together", f"{pictures[0]}: name one of them")
    return jobs + ([Job(pictures, request)] if pictures else [])


def ready(request: Request) -> None:
    """Raise ToolError or WeightsError, before anything is opened, where packages or weights are missing."""
    from engine.tools.cache import checkpoint
    from engine.tools.packages import need
    from engine.tools.registry import find

    module = find(request.detector)
    need(module.SPEC)
    checkpoint(module, request.weights)


def run(jobs: Sequence[Job], devices: Sequence[str], ray: str | None, stop: threading.Event) -> list[Outcome]:
    """Do all jobs, saying how far each is; return what came of each."""
    from engine.batch.auto import annotate
    from engine.batch.auto_report import Outcome, line
    from engine.batch.local import Fleet

    watch = Watch([Path(job.name) for job in jobs], line)
    if ray is not None:
        from engine.batch.ray import annotate_all

        return annotate_all(jobs, ray, devices[0], watch.step, watch.done, stop)
    fleet = Fleet(annotate, jobs, heard=watch.step, died=lambda why: Outcome(failure=why), stop=stop, done=watch.done)
    return [Outcome(stopped=True) if outcome is None else outcome for outcome in fleet.run(devices)]
