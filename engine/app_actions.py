"""The window's own actions: their names and what they do. The functions are the window's, these words are everybody's.

Apart so that whatever lists actions (a keymap's check, `termwand keys`, help, palette, documents) needs no window.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.actions import Action, described
from engine.keymap import Command

HELP: dict[str, str] = {
    "app.go": "Go to a frame by number",
    "app.interactors": "Magic wand: interactors",
    "app.detectors": "Magic wand: detectors",
    "app.trackers": "Magic wand: trackers",
    "app.track_to": "Follow to a frame by number",
    "app.swap": "Swap identities with another track from here on",
    "app.merge": "Merge the track with another one, of a list: the nearest in time and place first",
    "app.gap": "Outside from here on, and back on a later frame by its number",
    "app.interpolate": "Interpolate in place of what a machine made, on frames that are asked for",
    "app.relabel": "Another label for the track from here on",
    "app.review_filter": "Limit the list of a review: by reason, label, track or state",
    "app.flag": "Flag what is reviewed, with a comment",
    "app.opencv": "OpenCV: scissors, equalization",
    "app.refine": "Refine the selected object with another interactor",
    "app.models": "Models and their weights",
    "app.labels": "Pick a label",
    "app.add_label": "Add a label",
    "app.attributes": "Attributes of the selected object, tags of the frame",
    "app.edit_label": "Change a label: name, colour, attributes",
    "app.propagate": "Copy the selected object to following frames",
    "app.delete": "Delete the selected object; of a track how much of it",
    "app.steps": "List of steps: undo or redo to one of them",
    "app.panels": "Fold panels away",
    "app.redraw": "Draw everything again, also in a dialog: ask the terminal anew what it can do",
    "app.log": "The log: what went wrong, and what libraries and models printed",
    "app.help": "Every key",
    "app.palette": "Command palette",
    "app.tour": "First minute: three steps on a copy of the sample, then back here",
    "app.quit": "Quit",
}
"""What each does, in the order of the palette."""


def describe(actions: Mapping[str, Action], command: Command) -> str:
    """Return what a command does, in words: an action of the engine or one of the window's own."""
    if command.action in HELP:
        return HELP[command.action]
    return described(actions[command.action].help, command.action, command.args)
