"""The status line's words: where in the media, what is in hand, lamps.

Apart from the widget because they need the engine, and the first screen does not wait for that.
"""

from __future__ import annotations

from itertools import islice

from rich.text import Text

from engine import items
from engine.actions.files import is_dirty
from engine.counting import counted
from engine.declarations import shown
from engine.frame_bounds import is_foreign
from engine.gestures import (
    Certifying,
    Drawing,
    Editing,
    Hinting,
    Idle,
    Painting,
    Prompting,
    Sifting,
    Tracing,
    certifying,
    hinting,
    sifting,
)
from engine.gestures.interactors import spec_of
from engine.gestures.preparing import AHEAD
from engine.jobs import Progress
from engine.prompt import Prompt
from engine.scene_of import color_of, vertices_now
from engine.session import Session
from engine.text import plain
from engine.tracks.origin import told
from tui.output.cells import cut
from tui.widgets.parts import Part

MOST = 20
"""Tags and values of which the line is made: more have no room in it."""


def in_hand(session: Session) -> str:
    """Return what the annotator has in hand, in words."""
    held = session.gesture
    if isinstance(held, Prompting):
        waiting = "interact" in session.jobs.running
        state = " … finishing" if held.finishing else " …" if waiting else " box: two corners" if held.boxing else ""
        many = held.answer.alternatives if held.answer else ()
        choice = f", mask {held.choice + 1} of {len(many) + 1}" if many else ""
        empty = ", an empty mask" if held.chosen is not None and not held.chosen.mask.any() else ""
        points = f"{len(held.prompt.positive)}+ {len(held.prompt.negative)}-"
        variant = plain(session.hand.variants.get(held.tool, ""), 12)
        name = f"{spec_of(held.tool).name}{' ' if variant else ''}{variant}"
        return f"{name} {points}{choice}{empty}{state}{stale_text(held.prompt, held.answered)}"
    if isinstance(held, Tracing):
        return f"{spec_of(held.tool).name} {len(held.points)} pts, reach {session.hand.reach}"
    if isinstance(held, Drawing):
        return f"draw {held.type} {len(held.points)}"
    if isinstance(held, Painting):
        return f"{'eraser' if held.erase else 'brush'} {session.hand.brush:g} px{' down' if held.down else ''}"
    if isinstance(held, Hinting):
        return f"{len(hinting.left(session, held))} proposals {held.typed.upper()}".rstrip()
    if isinstance(held, Sifting):
        taken = sifting.objects_now(session, held)
        return f"confidence {held.confidence:.2f}: {'no result here' if taken is None else f'{len(taken)} here'}"
    if isinstance(held, Editing):
        return f"edit {held.shape.type} {held.shape.id}{' (holding)' if held.grabbed else ''}"
    return ""


def stale_text(prompt: Prompt, answered: Prompt | None) -> str:
    """Say which prompt the preview answers where that is not the present one."""
    if answered is None or answered == prompt:
        return ""
    told, now = len(answered.clicks), len(prompt.clicks)
    if prompt.clicks[:told] == answered.clicks and prompt.box == answered.box:
        return f", answers {told} of {now} points" if told else f", answers the box without the {now} points"
    return ", answers an older prompt"


def status_parts(session: Session) -> list[Part]:
    """Return the status line: frame, cursor, zoom, label, tool, slider, lamps."""
    view, held = session.view, session.gesture
    x, y = view.cursor
    width, height = view.viewport.frame_size
    precise = "precise " if view.precise else ""
    room = len(f"{width:.1f},{height:.1f}")  # what comes behind it stays where it is, and need not be written again
    if isinstance(held, Certifying):
        return [*danger(session), *_certified(session, held), *(Part(Text(" ") + lamp) for lamp in lamps(session))]
    place = Text(f"│ {f'{x:.1f},{y:.1f}':{room}} {precise}{view.viewport.scale * 100:.0f}% ", style="dim")
    parts = [*_media(session), Part(place, 3, follows_cursor=True), Part(_label(session))]
    if tool := in_hand(session):
        full = spec_of(held.tool).name if isinstance(held, Prompting | Tracing) else ""
        brief = tool.replace(full, full.partition(" (")[0], 1)
        parts.append(Part(Text(f" │ {tool}"), brief=Text(f" │ {brief}")))
    if vertices := vertices_now(session):
        parts.append(Part(Text(f" │ {vertices} points [{session.settings.points}/13]"), 2))
    parts += selected(session)
    parts += [Part(Text(f" │ {cut(note, 40)}"), 5) for note in notes(session)]
    return [*danger(session), *parts, *(Part(Text(" ") + lamp) for lamp in lamps(session))]


def danger(session: Session) -> list[Part]:
    """Return the word, first of all, that nothing new is safe, for as long as that is so."""
    if not (why := session.safety.trouble):
        return []
    style = "bold #ffffff on #b00020"
    return [Part(Text(f" NOT SAFE: {why} ", style=style), brief=Text(" NOT SAFE ", style=style))]


def _certified(session: Session, held: Certifying) -> list[Part]:
    """Return how far a sample is: no frame is shown, so nothing is said of one."""
    full, brief = certifying.told(session.safety.document, held, certifying.sheet_of(session))
    return [Part(Text(f" {full}"), brief=Text(f" {brief}"))]


def _media(session: Session) -> list[Part]:
    media, frames = session.media, session.media.frames
    waiting = "…" if media.target != media.shown else ""
    seconds = frames.time(session.frame)
    name = f"{seconds:.2f}s " if seconds is not None else f"{cut(frames.name(session.frame), 28)} "
    return [Part(Text(f" {counted(session.frame)}{waiting}/{len(frames)} ", style="bold")), Part(Text(name), 4)]


def _label(session: Session) -> Text:
    if session.safety.document.label(session.label) is None:
        return Text.assemble(("│ ", "dim"), ("no label", "yellow"))
    red, green, blue = color_of(session, session.label)
    return Text.assemble(("│ ", "dim"), ("■ ", f"rgb({red},{green},{blue})"), (cut(session.label, 16), "bold"))


def under_way(session: Session) -> list[str]:
    """Return what jobs are at: the shown frame's before the next one's, each thing once."""
    ahead = AHEAD[(session.frame + 1) % 2]
    told = sorted(session.jobs.progress.items(), key=lambda item: item[0] == ahead)
    texts = [("next: " if kind == ahead else "") + progress_text(step) for kind, step in told if step.text]
    return list(dict.fromkeys(texts))


def progress_text(step: Progress) -> str:
    """Return what a job is at, and how far where that is known."""
    share = f" {100 * step.done // step.total} %" if step.total else ""
    return f"{plain(step.text, 56)}{share}"


def selected(session: Session) -> list[Part]:
    """Say in words what the list of objects has letters for: type, number, source and flags of the selected one."""
    shape = (
        None
        if session.selection.selected is None
        else items.find(session.safety.document, session.frame, session.selection.selected)
    )
    if shape is None or not isinstance(session.gesture, Idle):
        return []
    known = (
        ("locked", shape.id in session.selection.locked),
        ("hidden", shape.id in session.selection.hidden),
        ("occluded", shape.occluded),
    )
    flags = [word for word, is_so in known if is_so]
    full, brief = (", ".join((f" │ {shape.type} {shape.id}", *words)) for words in ([shape.source, *flags], flags))
    return [Part(Text(full), 2, Text(brief)), *_of_track(session, shape.id)]


def _of_track(session: Session, number: int) -> list[Part]:
    """Say of a selected track whose keyframe is here, with score and agreement, and what follows it."""
    track = session.safety.document.tracks.get(number)
    if track is None:
        return []
    here = plain(told(track, session.frame))
    follows = f", {plain(track.tracker, 12)}{' pinned' if track.pinned else ''}" if track.tracker else ""
    return [Part(Text(f" │ {here}{follows}"), 1, Text(f" │ {here}"))]


def notes(session: Session) -> list[str]:
    """Return the tags of the frame, and what the selected object is said to be."""
    document = session.safety.document
    tags = " ".join(f"#{tag.label}" for tag in document.tags.get(session.frame, ())[:MOST])
    shape = (
        None if session.selection.selected is None else items.find(document, session.frame, session.selection.selected)
    )
    values = () if shape is None else islice(shape.attributes.items(), MOST)
    said = [f"{name}: {shown(value)}" for name, value in values]
    if shape is not None and shape.mask is not None and is_foreign(shape, session.view.viewport.frame_size):
        said.insert(0, f"of another size: {shape.mask.size[1]} x {shape.mask.size[0]}")
    return [note for note in (tags, ", ".join(said)) if note]


def lamps(session: Session) -> list[Text]:
    """Return what is lit: Block, filter, playing, progress, what is not in the file yet."""
    lit = []
    if session.hand.blocked:
        lit.append(Text(" BLOCK ", style="bold #ffffff on #1f5fbf"))
    if session.media.filter:
        lit.append(Text(f" {session.media.filter[:2].upper()} ", style="bold black on yellow"))
    if session.media.playing:
        lit.append(Text(" ▶ ", style="bold black on green"))
    lit += [Text(f" {text} ", style="black on cyan") for text in under_way(session)]
    if session.safety.is_waiting:
        lit.append(Text(" writing ", style="black on cyan"))
    if session.safety.is_elsewhere:
        lit.append(Text(" kept elsewhere ", style="black on yellow"))
    if "save" in session.jobs.running:
        lit.append(Text(" saving ", style="black on cyan"))
    elif session.disk is None:
        lit.append(Text(" read-only ", style="black on yellow"))
    elif is_dirty(session):
        lit.append(Text("●", style="yellow"))
    return lit
