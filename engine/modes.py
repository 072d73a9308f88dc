"""The modes of a keymap: name, title and hints of each, once, for the keymap's reader, the help and the line of keys.

A mode is what keys mean while something is in hand. Two things may share one and still want other hints (an interactor
and the scissors have the keys of `prompt`), so hints belong to a look, which names its mode.
"""

from __future__ import annotations

from dataclasses import dataclass

Word = tuple[str, str]
"""A command as a keymap writes it, and a word for it; a command of "" is a word without a key."""

MAIN = "main"
"""Nothing in hand; what the other modes do not name, they have from here."""
REVIEW = "review"
"""Nothing in hand while a review is on."""
DONE, CANCEL, BLOCK = ("tool.finish", "Done"), ("tool.cancel", "Cancel"), ("prompt.block", "Block")
HELP = ("app.help", "help")
"""Stands at the end of every line of hints."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of the keymap, or another look of one."""

    name: str
    title: str
    """What stands over its keys in the help; "" for `main`, whose keys stand under their tasks."""
    hints: tuple[Word, ...]
    """The keys that help beside those that always stand there, the most needed first."""
    buttons: tuple[Word, ...] = ()
    """What a hand on the mouse needs while a tool is on."""
    keys: str = ""
    """The mode whose keys it has, where that is another."""

    @property
    def keymap(self) -> str:
        """The mode to ask a keymap for."""
        return self.keys or self.name


MODES: tuple[Mode, ...] = (
    Mode("main", "", (
        ("app.interactors", "wand"), ("app.opencv", "OpenCV"), ("draw.start rectangle", "box"),
        ("draw.start polygon", "polygon"), ("frames.step 1", "next"), ("frames.step -1", "back"),
        ("history.undo", "undo"), ("shape.next 1", "select"), ("cursor.jump", "jump"),
    )),
    Mode("prompt", "While an interactor or the scissors are in hand", (
        ("point.positive", "inside"), ("point.negative", "outside"), ("prompt.box", "box"),
        ("prompt.points -1", "fewer"), ("prompt.points 1", "more"), ("prompt.undo", "take back"),
        ("cursor.jump", "jump"),
    ), (DONE, CANCEL, BLOCK)),
    Mode("draw", "While drawing", (
        ("point.positive", "point"), ("prompt.undo", "take back"), ("cursor.jump", "jump"),
        ("cursor.precise", "precise"),
    ), (DONE, CANCEL)),
    Mode("brush", "With the brush", (
        ("point.positive", "down/up"), ("brush.erase", "eraser"), ("prompt.points -1", "smaller"),
        ("prompt.points 1", "larger"), ("prompt.undo", "take back"),
    ), (DONE, CANCEL)),
    Mode("edit", "While editing an object", (
        ("point.positive", "grab/drop"), ("edit.vertex 1", "vertex"), ("edit.insert", "insert"),
        ("edit.delete", "delete"), ("edit.grab", "move all"), ("edit.snap", "snap"), ("edit.rotate 5", "turn"),
    ), (DONE, CANCEL)),
    Mode("hints", "With object hints (a letter accepts, with Shift it rejects)", (
        ("", "a letter accepts, Shift rejects"), ("hints.all", "accept all"), ("hints.back", "take back"),
    ), (DONE, CANCEL)),
    Mode("certify", "With contact sheets (a letter marks a wrong crop, again takes that back)", (
        ("", "a letter marks a wrong one"), ("tool.finish", "next sheet"), ("certify.back", "sheet before"),
        ("certify.wrong", "go to a wrong one"), ("certify.again", "draw others"),
    )),
    Mode("sift", "With the slider of confidence in hand", (
        ("detect.confidence -0.05", "more"), ("detect.confidence 0.05", "fewer"),
        ("frames.step 1", "next"), ("frames.step -1", "back"),
    ), (DONE, CANCEL)),
    Mode("track", "Keys for tracks and detectors (one key, then they are put away)", (
        ("track.follow end", "to the end"), ("app.track_to", "to frame"), ("track.fill", "fill"), ("track.ask", "ask"),
        ("track.again", "anew"), ("track.pin", "pin"), ("track.split", "split"), ("app.swap", "swap"),
        ("app.relabel", "label"), ("track.thin", "thin"), ("track.follow back", "back"),
        ("hints.open", "hints"), ("detect.sift", "confidence"), ("detect.again", "detect"),
    )),
    Mode("review", "In a review", (
        ("review.next", "next"), ("review.accept", "right"), ("app.flag", "flag"), ("edit.start", "edit"),
        ("track.again", "anew"), ("app.swap", "swap"), ("track.split", "split"), ("track.outside", "outside"),
        ("app.delete", "delete"), ("review.back", "back"), ("history.undo", "undo"), ("app.relabel", "label"),
        ("app.merge", "merge"),
    )),
    Mode("jump", "In the jump's grid (letters choose a place)", (
        ("", "letters choose a place"), ("point.positive", "click"), ("jump.end", "stay"), ("jump.back", "letter back"),
        ("tool.finish", "finish"),
    )),
)  # fmt: skip
"""Every mode of a keymap, in the order of its file."""
SCISSORS = Mode("scissors", "", (
    ("point.positive", "point"), ("prompt.undo", "take back"), ("scissors.reach -1", "smaller"),
    ("scissors.reach 1", "larger"), ("prompt.points -1", "fewer"), ("cursor.jump", "jump"),
), (DONE, CANCEL, BLOCK), keys="prompt")  # fmt: skip
"""The scissors have the keys of an interactor, and no use for half of its hints."""

TRACKED = Mode("tracked", "", (
    ("frames.step 1", "next"), ("frames.step -1", "back"), ("track.keys", "track keys"),
    ("track.follow end", "to the end"), ("track.fill", "fill"), ("track.again", "anew"), ("track.ask", "ask"),
    ("track.keyframe", "keyframe"), ("track.outside", "outside"), ("history.undo", "undo"), ("shape.next 1", "select"),
    ("cursor.jump", "jump"),
), keys="main")  # fmt: skip
"""Nothing in hand, and a track selected: what is most likely done with it."""

NAMES: tuple[str, ...] = tuple(mode.name for mode in MODES)
TITLES: dict[str, str] = {mode.name: mode.title for mode in MODES if mode.title}
LOOKS: dict[str, Mode] = {mode.name: mode for mode in (*MODES, SCISSORS, TRACKED)}
"""What the line of keys can be about."""
