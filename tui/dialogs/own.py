"""The App's own actions, `app.*`: they open a dialog, and hand what it returns to an action of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine import topics
from engine.app_actions import describe
from engine.counting import counted
from engine.errors import AppError, ChangedError
from engine.gestures import Prompting, Tracing
from engine.keymap import spelled
from engine.specs import ToolSpec
from engine.tools import registry
from tui.dialogs import detectors, repairs, review, tracks
from tui.dialogs.meant import for_what_is_shown, unchanged
from tui.screens.ask import Ask
from tui.screens.confirm import DEAF, Confirm
from tui.screens.help import FirstRun, Help
from tui.screens.modal import Palette
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from engine.session import Session
    from tui.window import Window

FIRST_KEYS = (
    ("app.add_label", "add a label"), ("app.interactors", "magic wand: pick an interactor"),
    ("app.opencv", "scissors and equalization"), ("draw.start rectangle", "draw a box"),
    ("cursor.move left", "move the cursor (arrows too)"), ("cursor.jump", "jump the cursor by four letters"),
    ("cursor.precise", "move by single pixels"), ("point.positive", "click: inside, vertex, corner, select"),
    ("point.negative", "right click: outside"), ("tool.finish", "finish, or repeat the last tool"),
    ("tool.cancel", "cancel one step"), ("frames.step 1", "next frame"), ("frames.step -1", "previous frame"),
    ("history.undo", "undo"), ("file.save", "save (every step is safe at once anyway)"), ("app.quit", "quit"),
)  # fmt: skip


def go(app: Window) -> None:
    """Ask for a frame's number."""
    last = len(app.session.media.frames)
    app.ask(Ask(f"Go to frame (1 to {last})"), lambda text: app.do("frames.go", text))


def interactors(app: Window) -> None:
    """Pick an interactor."""
    from tui.dialogs.models import take_or_fetch

    found = registry.interactors()
    _pick_tool(app, "Interactors", found, lambda tool: take_or_fetch(app, tool, "tool.interact", tool))


def refine(app: Window) -> None:
    """Pick an interactor to refine the selected object with."""
    from tui.dialogs.models import take_or_fetch

    found = {tool: spec for tool, spec in registry.interactors().items() if not spec.path}
    title = "Refine the selected object with"
    _pick_tool(app, title, found, lambda tool: take_or_fetch(app, tool, "prompt.refine", tool))


def models(app: Window) -> None:
    """Show the models and their weights, those of the tool in hand marked."""
    from tui.dialogs.models import show_models

    held = app.session.gesture
    show_models(app, held.tool if isinstance(held, Prompting) else "")


def opencv(app: Window) -> None:
    """Pick one of the OpenCV tools: drawing aids and filters."""
    from tui.dialogs.models import choice

    drawing = {tool: spec for tool, spec in registry.interactors().items() if spec.family == "opencv"}
    filters = registry.filters()
    choices = [choice(app.session, spec) for spec in drawing.values()]
    on = app.session.media.filter
    choices += [choice(app.session, spec, on=on == spec.id) for spec in filters.values()]

    def take(tool: str) -> None:
        app.do(*(("filter.toggle", tool) if tool in filters else ("tool.interact", tool)))

    app.ask(Pick("OpenCV", choices, hint="Enter takes a tool, or turns a filter on or off"), take)


def _pick_tool(app: Window, title: str, found: Mapping[str, ToolSpec], take: Callable[[str], None]) -> None:
    from tui.dialogs.models import choice

    held = app.session.gesture
    marked = held.tool if isinstance(held, Prompting | Tracing) else (app.session.hand.last_tool or ("",))[-1]
    hint = f"Label: {app.session.label or 'none yet'}. Enter or a digit chooses, ? tells more, Esc gives up"
    choices = [choice(app.session, spec) for spec in found.values()]
    app.ask(Pick(title, choices, marked=marked, hint=hint), take)


def labels(app: Window) -> None:
    """Pick a label, or ask for one where there is none."""
    from engine.palette import label_color

    known = app.session.document.labels
    if not known:
        add_label(app)
        return
    choices = [Choice(item.name, item.name, color=item.color or label_color(i)) for i, item in enumerate(known)]
    choices.append(Choice("", "add a label …"))

    def take(name: str) -> None:
        if name:
            app.do("label.use", name)
        else:
            add_label(app)

    app.ask(Pick("Label", choices, marked=app.session.label), take)


def add_label(app: Window, after: Callable[[], None] | None = None) -> None:
    """Ask for a new label's name."""

    def take(name: str) -> None:
        app.do("label.add", name)
        if after is not None:
            after()

    app.ask(Ask("New label", "Several with commas between: car, person"), take)


def attributes(app: Window) -> None:
    """Show and set attributes of the selected object and tags of the frame."""
    from tui.dialogs.labels import attributes

    attributes(app)


def edit_label(app: Window) -> None:
    """Change a label's name, colour or attributes."""
    from tui.dialogs.labels import edit_label

    edit_label(app)


def propagate(app: Window) -> None:
    """Ask to which frame the selected object is to be copied."""
    session = app.session
    if session.shape(session.selection.selected) is None:
        app.say("Select an object first (Tab, or click it)", "warning")
        return
    last = len(session.media.frames)
    value = str(min(counted(session.frame) + 10, last))
    take = for_what_is_shown(app, lambda text: app.do("shape.propagate", text))
    app.ask(Ask(f"Copy to every frame up to (…{last})", value=value), take)


def steps(app: Window) -> None:
    """List the steps that can be taken back or done again; the chosen one becomes the last that is done."""
    done, undone = list(app.session.history.done()), list(app.session.history.undone())
    if not done and not undone:
        app.say("Nothing has been done yet")
        return
    again = [Choice(str(-number), f"{step.title}  (taken back)") for number, step in enumerate(undone, 1)]
    back = [Choice(str(number), step.title) for number, step in enumerate(done)]
    choices = [*reversed(again), *back, Choice(str(len(done)), "before the first of these")]
    hint = "Enter goes back, or on, to that step; Esc gives up"
    otherwise = "Another step has been done meanwhile: ask again"  # places in the list are counted from the last one
    take = unchanged(app, lambda count: app.do("history.go", count), _last_done, otherwise)
    app.ask(Pick("Steps", choices, marked="0", hint=hint), take)


def _last_done(session: Session) -> int:
    """Return what tells the last step from any other that there is."""
    return id(next(session.history.done(), None))


def panels(app: Window) -> None:
    """Fold panels away, one more each time."""
    app.main.fold()


def log(app: Window) -> None:
    """Show the last lines of the log."""
    from tui.log import in_use
    from tui.screens.log import LogLines

    kept = in_use()
    if kept is None or kept.path is None:
        app.say("No log is kept: its folder cannot be written. --log FILE names another place", "warning")
    else:
        app.push_screen(LogLines(str(kept.path), kept.last))


def redraw(app: Window) -> None:
    """Draw everything again."""
    app.redraw()


def help(app: Window) -> None:
    """Show every key, those of what is in hand first."""
    shown = topics.sections(app.keymap, lambda command: describe(app.actions, command), app.session.mode)
    app.push_screen(Help(app.keymap.name, shown))


def first_run(app: Window, after: Callable[[], None]) -> None:
    """Show the few keys that a new annotator needs, and offer the tour."""
    rows = []
    for command, what in FIRST_KEYS:
        keys = [spelled(key) for key in app.keymap.keys(*command.split())]
        rows.append((", ".join(keys[:2]), what))
    app.push_screen(FirstRun(rows), lambda value: tour(app) if value == "tour" else after())


def tour(app: Window) -> None:
    """Leave for the first minute on a copy of the sample; this session is opened again after it."""
    if app.is_tour:
        app.say("This is the tour")
    else:
        app.leave(tour=True)


def palette(app: Window) -> None:
    """Open the command palette."""
    app.push_screen(Palette())


def quit(app: Window) -> None:
    """Save and leave; ask if the file cannot be written."""
    app.leave()


def changed_on_disk(app: Window, error: ChangedError) -> None:
    """Ask what to do with a file that another program has changed."""
    text = f"{error.detail}\n\nYour work is safe in memory and in the journal. What shall become of the file?"
    answers = {"o": "Overwrite it with mine", "k": "Keep it for now"}

    def take(key: str) -> None:
        if key == "o":
            app.do("file.overwrite")

    app.ask(Confirm(error.title, text, answers, deaf=DEAF), take)


def could_not_save(app: Window, error: AppError) -> None:
    """Ask what to do when saving at the end has failed."""
    why = f"{error.title}. {error.detail}"
    text = f"{why}\n\nEvery step is in the journal beside the file where that could be written."
    answers = {"s": "Stay", "q": "Quit all the same"}
    if isinstance(error, ChangedError):
        answers = {"o": "Overwrite it with mine", **answers}

    def take(key: str) -> None:
        if key == "o":
            app.leave(overwrite=True)
        elif key == "q":
            app.exit()

    app.ask(Confirm("The file could not be saved", text, answers), take)


OWN: dict[str, Callable[[Window], None]] = {
    "app.go": go,
    "app.interactors": interactors,
    "app.detectors": detectors.detectors,
    "app.trackers": tracks.trackers,
    "app.track_to": tracks.track_to,
    **repairs.OWN,
    "app.review_filter": review.filters,
    "app.flag": review.flag,
    "app.opencv": opencv,
    "app.refine": refine,
    "app.models": models,
    "app.labels": labels,
    "app.add_label": add_label,
    "app.attributes": attributes,
    "app.edit_label": edit_label,
    "app.propagate": propagate,
    "app.delete": tracks.delete,
    "app.steps": steps,
    "app.panels": panels,
    "app.redraw": redraw,
    "app.log": log,
    "app.help": help,
    "app.palette": palette,
    "app.tour": tour,
    "app.quit": quit,
}
"""What they do is said in `engine.app_actions`."""
