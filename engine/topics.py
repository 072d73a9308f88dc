"""What actions are for and what else people call them: help and palette are ordered by the one, found by the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.keymap import Command, Keymap, spelled
from engine.modes import MAIN, TITLES

TASKS = {
    "Frames": ("frames.", "app.go"),
    "Cursor and clicks": ("cursor.", "point.", "jump.", "mouse."),
    "Cut out, detect, track": ("tool.", "prompt.", "scissors.", "app.interactors", "app.detectors", "app.trackers",
                               "app.opencv", "app.refine", "app.models", "model.", "job.", "track.draw",
                               "detect.", "hints."),
    "Review": ("review.", "certify.", "app.flag", "app.review_filter"),
    "Tracks": ("track.", "app.track_to", "app.swap", "app.relabel", "app.merge", "app.gap", "app.interpolate"),
    "Draw and paint": ("draw.", "brush."),
    "Labels and attributes": ("label.", "frame.", "shape.attribute", "app.labels", "app.add_label", "app.edit_label",
                              "app.attributes"),
    "Objects": ("shape.", "edit.", "app.propagate", "app.delete"),
    "View and picture": ("view.", "filter.", "app.panels"),
    "Undo, save, help": ("",),
}  # fmt: skip
"""Tasks in the order of the help, and how the names of their actions begin: the first that fits counts."""
IN_HAND = ("point.positive", "point.negative", "tool.finish", "tool.cancel", "history.undo")
"""What is wanted with anything in hand, and comes from the keys that hold everywhere."""
WORDS = {
    "app.attributes": "properties, tags, classification, metadata",
    "app.add_label": "new class, category, create label",
    "app.edit_label": "rename class, colour, color, category",
    "app.go": "jump to image, goto, number",
    "app.help": "shortcuts, hotkeys, keyboard, cheat sheet, manual",
    "app.interactors": "segment, smart, click, magic, mask, cut out, SAM and others, AI, model",
    "app.log": "messages, errors, warnings, traceback, debug, what went wrong",
    "app.labels": "class, category, choose label",
    "app.models": "weights, checkpoints, download, install, network",
    "app.opencv": "contour, lasso, magnetic, histogram",
    "app.palette": "commands, search, find, menu",
    "app.panels": "sidebar, full screen, layout, bigger picture",
    "app.propagate": "duplicate, repeat on next frames, copy forward",
    "app.quit": "exit, close, leave, end",
    "app.refine": "correct, improve, fix mask, smart",
    "app.tour": "tutorial, first steps, introduction, learn, sample",
    "app.detectors": "auto annotate, YOLO, Mask RCNN, faces, match labels, label table",
    "app.delete": "remove, erase, clear",
    "app.gap": "occlusion, hidden for a while, ends and begins again, leave out frames",
    "app.interpolate": "linear, between keyframes, drop tracker's boxes, smooth",
    "app.merge": "join tracks, link, same object, lost and found again",
    "app.relabel": "change class from here on, rename track",
    "app.swap": "exchange ids, identity switch, crossed",
    "app.track_to": "track until, run tracker",
    "app.trackers": "follow, tracking, video object, TransT, SiamMask, CSRT",
    "brush.erase": "rubber, remove paint, clear",
    "brush.start": "paint, draw mask, freehand, pencil",
    "certify.wrong": "errors, mistakes, list, bad boxes",
    "cursor.jump": "grid, go to place, teleport",
    "cursor.precise": "pixel, fine, exact",
    "detect.again": "auto annotate, repeat detector, YOLO",
    "detect.run": "auto annotate, automatic annotation",
    "detect.tiles": "SAHI, slices, small objects, large pictures",
    "detect.tracks": "ByteTrack, OC-SORT, SORT, tracking by detection, MOT",
    "detect.sift": "threshold, score, filter detections, slider",
    "draw.start ellipse": "circle, oval, round",
    "draw.start points": "keypoints, landmarks, dots",
    "draw.start polygon": "outline, region, shape",
    "draw.start polyline": "line, path, lane",
    "draw.start rectangle": "box, bounding box, bbox",
    "edit.insert": "add vertex, new corner",
    "edit.rotate": "angle, turn",
    "edit.start": "move, resize, change shape, modify, handles, corners",
    "file.save": "write, store, export, keep",
    "filter.toggle": "enhance, dark, histogram, sharpen",
    "frames.play": "start, stop, video, slide show",
    "frames.step": "forward, back, image, picture, page",
    "frames.with_object": "annotated image, skip empty",
    "hints.all": "accept all, confirm all",
    "hints.open": "suggestions, proposals, vimium, pick by letter",
    "history.redo": "again, repeat, forward",
    "history.undo": "back, revert, take back, mistake",
    "label.choose": "class, category",
    "point.positive": "foreground, select, left click",
    "point.negative": "background, subtract, exclude",
    "prompt.block": "wait, pause, several points",
    "prompt.points": "simplify, detail, vertices, smooth, brush size",
    "prompt.polygons": "mask to polygon, vectorize",
    "app.flag": "comment, report a problem, remark, note",
    "app.review_filter": "only some reasons, label, track, state",
    "review.accept": "right, confirm, approve, ok",
    "review.back": "previous, entry before",
    "review.close": "leave, end",
    "review.next": "entry after, worst frame, suspicious",
    "review.open": "check, quality, QA, errors, mistakes, suspicious frames, queue",
    "review.unsee": "reopen, take back, unaccept",
    "shape.copy": "duplicate, clone",
    "shape.delete": "remove, erase, clear",
    "shape.group": "combine, unite",
    "shape.hide": "invisible, eye",
    "shape.join": "merge, unite, combine masks",
    "shape.lock": "protect, freeze",
    "shape.next": "choose object, pick, cycle",
    "shape.occluded": "hidden behind, covered",
    "shape.paste": "insert copy",
    "shape.sort": "order by score, doubtful first",
    "shape.z": "order, layer, in front, behind",
    "tool.cancel": "escape, stop, abort, deselect",
    "tool.finish": "accept, done, confirm, commit, again",
    "tool.redraw": "reopen, correct, edit prompt",
    "review.certify": "quality, error rate, spot check, sample, audit, acceptance, contact sheet",
    "track.again": "retrack, correct and follow",
    "track.ask": "where next, active learning, doubtful frame, review",
    "track.convert": "shapes to track, track to shapes, explode",
    "track.fill": "interpolate with the tracker, between keyframes",
    "track.follow": "run tracker, propagate, auto annotate",
    "track.gap": "occlusion, hidden for a while, ends and begins again",
    "track.interpolate": "linear, between keyframes, drop tracker's boxes, smooth",
    "track.keyframe": "key frame, set pose",
    "track.merge": "join tracks, link, same object",
    "track.outside": "leaves the picture, disappears, gone",
    "track.pin": "trackable, lock to tracker",
    "track.split": "cut track, new identity",
    "track.step": "previous key frame, next key frame",
    "track.stop": "abort, cancel tracking",
    "track.thin": "simplify, fewer keyframes, decimate",
    "view.actual": "100 %, original size, 1:1",
    "view.brightness": "lighter, darker, exposure",
    "view.fill": "transparency, alpha, see through",
    "view.fit": "reset zoom, whole image",
    "view.hide_all": "clean picture, no overlay",
    "view.pan": "scroll, move the picture",
    "view.plain": "reset colours",
    "view.strip": "thumbnails, film strip, crops",
    "view.texts": "names, captions",
    "view.zoom": "magnify, closer, bigger, smaller",
}
"""Other names of actions, or of one with its arguments."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the help: keys, what they do, and what else it may be looked for by."""

    keys: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Some lines under a title."""

    title: str
    rows: tuple[Row, ...]


def task_of(action: str) -> str:
    """Return the task that an action is for."""
    return next(task for task, beginnings in TASKS.items() if action.startswith(beginnings))


def words_of(command: Command) -> tuple[str, ...]:
    """Return what else people call a command."""
    found = [WORDS.get(name, "") for name in dict.fromkeys((str(command), command.action))]
    return tuple(word for words in found if words for word in words.split(", "))


def sections(keymap: Keymap, describe: Callable[[Command], str], mode: str = MAIN) -> list[Section]:
    """Return all keys: those of the present mode first, then by task what holds everywhere, then the other modes."""
    others = [Section(title, _rows(_of(keymap, name), describe)) for name, title in TITLES.items() if name != mode]
    by_task: dict[str, dict[Command, list[str]]] = {task: {} for task in TASKS}
    for command, keys in _of(keymap, MAIN).items():
        by_task[task_of(command.action)][command] = keys
    everywhere = [Section(task, _rows(entries, describe)) for task, entries in by_task.items()]
    now = [Section(f"Now: {TITLES[mode]}", _rows(_in_hand(keymap, mode), describe))] if mode in TITLES else []
    return [section for section in (*now, *everywhere, *others) if section.rows]


def found(among: Iterable[Section], query: str) -> list[Section]:
    """Return what has every word of the query: in its keys, in what it does, in its title or in its other names."""
    parts = query.lower().split()

    def has(section: Section, row: Row) -> bool:
        text = f"{row.keys} {row.what} {section.title} {row.words}".lower()
        return all(part in text for part in parts)

    kept = [Section(section.title, tuple(row for row in section.rows if has(section, row))) for section in among]
    return [section for section in kept if section.rows]


def _of(keymap: Keymap, mode: str) -> dict[Command, list[str]]:
    """Return the keys of each command that a mode names itself, in the file's order."""
    by_command: dict[Command, list[str]] = {}
    for key, command in keymap.modes.get(mode, {}).items():
        by_command.setdefault(command, []).append(spelled(key))
    return by_command


def _in_hand(keymap: Keymap, mode: str) -> dict[Command, list[str]]:
    """Return a mode's own keys, and before them those that it has from everywhere and that are wanted in it."""
    own = _of(keymap, mode)
    inherited = {Command(name): keymap.keys(name, mode=mode) for name in IN_HAND if Command(name) not in own}
    if mode == "jump":  # it has only keys of its own
        inherited = {}
    return {command: [spelled(key) for key in keys] for command, keys in inherited.items() if keys} | own


def _rows(entries: dict[Command, list[str]], describe: Callable[[Command], str]) -> tuple[Row, ...]:
    """Return a line for each command, one for all the labels."""
    rows: dict[Command, Row] = {}
    labels = [command for command in entries if command.action == "label.choose"]
    for command, keys in entries.items():
        if command in labels[1:]:
            continue
        text = ", ".join(keys)
        what = describe(command)
        if command in labels and len(labels) > 1:
            text = f"{keys[0]} … {entries[labels[-1]][0]}"
            what = what.replace(f" {command.args[0]} ", f" {command.args[0]} to {labels[-1].args[0]} ", 1)
        rows[command] = Row(text, what, ", ".join(words_of(command)))
    return tuple(rows.values())
