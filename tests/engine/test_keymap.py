"""The keymaps that ship, and what a person's own file may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.actions import load_actions
from engine.app_actions import HELP
from engine.errors import KeymapError
from engine.keymap import SHIPPED, Command, Keymap, load_keymap, shipped
from engine.modes import NAMES

ACTIONS = [*load_actions(), *HELP]
BY_DIALOG = {
    "frame.tag", "frames.go", "history.go", "jump.type", "label.add", "label.edit", "label.use", "prompt.refine",
    "detect.run", "detect.table", "detect.tiles", "detect.tracks", "hints.type", "certify.mark", "shape.attribute",
    "review.filter", "review.flag", "review.go", "shape.attributes", "shape.delete", "shape.propagate", "tool.interact",
    "track.draw", "track.gap", "track.relabel", "track.swap", "track.tracker", "app.tour",
    "app.log",
}  # fmt: skip
"""Actions that only dialogs and letters of the grid call: their arguments are not known beforehand; the tour, which is
for once, by the welcome, the palette or the command line; and the log, which is for trouble, by the palette."""
OF_THE_SCREEN = {
    "mouse.move", "mouse.press", "mouse.release", "mouse.wheel", "mouse.ctrl", "view.resize", "shape.select",
    "frames.turn", "job.stop", "review.at", "file.autosave", "file.overwrite",
    "model.fetch", "model.adopt", "model.verify", "model.use", "model.stop",
}  # fmt: skip
"""Actions that the mouse, the window, a clock or an answer about one file sets off."""
SOMETIMES = re.compile(r"ctrl\+(\d|shift\+.|[a-z]{2,}|[^a-z])|.*alt\+.*|f\d+|shift\+(?!tab).+|super\+.*")
"""Keys that some terminals cannot send: see docs/terminals.md."""


@pytest.fixture(params=["cvat", "keyboard", "left-hand"])
def keymap(request) -> Keymap:
    return load_keymap(request.param, ACTIONS)


def test_three_keymaps_ship():
    assert shipped() == ["cvat", "keyboard", "left-hand"]


def test_every_action_has_a_key(keymap):
    bound = {command.action for entries in keymap.modes.values() for command in entries.values()}
    assert set(ACTIONS) - bound == BY_DIALOG | OF_THE_SCREEN


def test_every_key_that_some_terminals_cannot_send_has_one_that_all_can(keymap):
    for mode, entries in keymap.modes.items():
        for key, command in entries.items():
            others = [other for other, same in entries.items() if same == command and not SOMETIMES.fullmatch(other)]
            assert others or not SOMETIMES.fullmatch(key), f"{mode}: {key} is the only key of {command}"


def test_no_key_is_one_that_arrives_under_another_name(keymap):
    from tui.input.keys import ALIASES

    assert not {key for entries in keymap.modes.values() for key in entries} & {*ALIASES}


def test_the_keyboard_keymap_needs_no_modifier_but_shift():
    modes = load_keymap("keyboard").modes.values()
    keys = [key for entries in modes for key, command in entries.items() if command.action != "app.redraw"]
    assert not [key for key in keys if "ctrl" in key or "alt" in key or re.fullmatch(r"f\d+", key)]


def test_no_mode_hides_the_keys_that_finish_and_cancel(keymap):
    for mode in set(NAMES) - {"jump"}:
        for action in ("tool.finish", "tool.cancel", "point.positive", "history.undo"):
            keys = [*keymap.modes[mode], *keymap.modes["main"]]
            assert any(keymap.command(mode, key) == Command(action) for key in keys), (mode, action)


def test_arguments_are_such_that_the_action_takes_them(keymap):
    from engine.session import Session

    for entries in keymap.modes.values():
        for command in entries.values():
            if command.action in HELP:
                assert not command.args
            else:
                import inspect

                signature = inspect.signature(load_actions()[command.action].run)
                signature.bind(Session.__new__(Session), *command.args)


@pytest.mark.parametrize("name", ["cvat", "keyboard", "left-hand"])
def test_no_key_stands_twice_in_a_mode(name):
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    mode, seen = "", set()
    for line in text.splitlines():
        if re.fullmatch(r"\w+:", line):
            mode = line
        elif match := re.match(r"  ((?:\"[^\"]+\")|(?:'[^']+')|\S+): ", line):
            key = (mode, match[1][1:-1] if match[1][0] in "\"'" else match[1])
            assert key not in seen, key
            seen.add(key)
    assert len(seen) == sum(len(entries) for entries in load_keymap(name).modes.values())


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_overlays_a_keymap_that_ships(tmp_path):
    path = written(tmp_path, 'base: cvat\nmain:\n  f: frames.step 5\n  d:\nedit:\n  "9": edit.rotate 90\n')
    mine = load_keymap(str(path), ACTIONS)
    assert mine.command("main", "f") == Command("frames.step", ("5",))
    assert mine.command("main", "d") is None
    assert mine.command("edit", "9") == Command("edit.rotate", ("90",))
    assert mine.command("main", "v") == Command("frames.step", ("10",))
    assert load_keymap("cvat", ACTIONS).command("main", "f") == Command("frames.step", ("1",))


def test_a_mode_inherits_from_main_but_the_grid_does_not(keymap):
    assert keymap.command("draw", "escape") == Command("tool.cancel")
    assert keymap.command("jump", "b") is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("main:\n  f: frames.stpe 1\n", 'did you mean "frames.step"'),
        ("mian:\n  f: frames.step 1\n", 'did you mean "main"'),
        ("main:\n  f: frames.step 1\n  'f': frames.step 2\n", "'f' stands twice"),
        ("main:\n  f: frames.step 1\nmain:\n  g: frames.step 2\n", "'main' stands twice"),
        ("base: cvatt\n", 'did you mean "cvat"'),
        ("main: frames.step\n", "mine.yaml"),
        ("- a\n", "mine.yaml"),
        ("main: [\n", "line 2"),
        ("main:\n  ? [a, b]\n  : frames.step 1\n", "no key"),
        ("main:\n  f: !!python/object/apply:os.system ['true']\n", "mine.yaml"),
        ("main:\n  ctlr+s: file.save\n", 'did you mean "ctrl+s"'),
        ("main:\n  shift+n: tool.redraw\n", 'did you mean "N"'),
        ("main:\n  Enter: tool.finish\n", 'did you mean "enter"'),
    ],
)
def test_what_is_wrong_is_refused_with_the_nearest_name(tmp_path, text, hint):
    with pytest.raises(KeymapError) as caught:
        load_keymap(str(written(tmp_path, text)), ACTIONS)
    assert hint in str(caught.value)


def test_an_unknown_keymap_names_the_nearest():
    with pytest.raises(KeymapError, match="left-hand"):
        load_keymap("left-hnad")


@pytest.mark.parametrize(
    ("name", "said"), [("cvat", "N, Esc, L"), ("keyboard", "Space, Esc, Shift+C"), ("left-hand", "E, Esc, Ctrl+L")]
)
def test_messages_name_the_keys_of_the_keymap_in_use(name, said):
    keymap = load_keymap(name)
    assert keymap.told("{tool.finish}, {tool.cancel}, {shape.lock}", "prompt") == said
    assert keymap.told("{no.such} {0} {x}", "main") == "{no.such} {0} {x}"


def test_the_jump_reads_letters_and_leaves_help_and_quit_their_keys(keymap):
    main = keymap.modes["main"]
    assert keymap.command("jump", "?") == Command("app.help") and keymap.keys("app.help", mode="jump")
    kept = {key for key in main if keymap.command("jump", key) == main[key] and key not in keymap.modes["jump"]}
    assert {main[key].action for key in kept} <= {"app.help", "app.palette", "app.quit"}
    assert not any(key.isalnum() and len(key) == 1 for key in kept)


@pytest.mark.parametrize(
    ("name", "said"), [("cvat", "Shift+Z, Shift+G Z"), ("keyboard", "= A, = Z"), ("left-hand", "_, M Z")]
)
def test_messages_name_the_key_before_those_for_tracks(name, said):
    assert load_keymap(name).told("{track.again}, {track.stop}", "main") == said


@pytest.mark.parametrize(
    ("name", "said"), [("cvat", "Esc L, X"), ("keyboard", "Esc Shift+C, W"), ("left-hand", "Ctrl+L, Shift+X")]
)
def test_messages_in_a_review_name_the_way_to_keys_that_mean_something_else_there(name, said):
    keymap = load_keymap(name)
    assert keymap.told("{shape.lock}, {app.swap}", "review") == said
