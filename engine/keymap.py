"""Keys to actions: reads `keymaps/*.yaml`, overlays a user's file, answers (mode, key) -> action and arguments.

A file maps mode -> key -> "action argument ...". A key is the character itself where it prints one ("N" is Shift+N,
"[" is that bracket), else its name ("space", "enter", "shift+left", "ctrl+s", "f1"). A mode inherits what it does not
name from `main`. Two entries for one key in one mode are an error, in whatever spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.errors import FormatError, KeymapError, nearest
from engine.modes import MAIN, NAMES
from engine.source import ROOT
from engine.textfile import text_in

ALWAYS = ("app.help", "app.palette", "app.quit")
"""Actions that keep their keys while the jump reads letters, those apart that are letters themselves."""
LEADER = "track.keys"
"""The action after which the next key is one of the mode `track`."""
LEAVES = "tool.cancel"
"""The action that leads from what is in hand to the mode `main`."""
ACTION = re.compile(r"\{([a-z]+\.[a-z_]+(?: [\w.-]+)*)\}")
"""An action named in a message, with its arguments, where its key is to stand."""
SHIPPED = ROOT / "keymaps"
MAX_BYTES = 1_000_000
NAMED = (
    "space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
CTRL_ALONE = ("at", "backslash", "circumflex_accent", "left_square_bracket", "right_square_bracket", "underscore")
"""What a terminal calls the characters that it can send with Ctrl."""
MODIFIERS = ("ctrl", "alt", "shift", "super")


@dataclass(frozen=True, slots=True)
class Command:
    """An action's name and the arguments that the keymap gives it."""

    action: str
    args: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Command:
        """Read "action argument ..."."""
        name, *args = text.split()
        return cls(name, tuple(args))

    def __str__(self) -> str:
        return " ".join((self.action, *self.args))


@dataclass(frozen=True, slots=True)
class Keymap:
    """A complete keymap."""

    name: str
    modes: Mapping[str, Mapping[str, Command]]

    def command(self, mode: str, key: str) -> Command | None:
        """Return what a key does in a mode, or None."""
        own = self.modes.get(mode, {}).get(key)
        if own is not None:
            return own
        found = self.modes[MAIN].get(key)
        if mode == "jump" and found is not None and (found.action not in ALWAYS or (key.isalnum() and len(key) == 1)):
            return None
        return found

    def keys(self, action: str, *args: str, mode: str = MAIN) -> list[str]:
        """Return the keys that do an action in a mode, in the file's order."""
        wanted = Command(action, args)
        found = [key for key, command in self.modes.get(mode, {}).items() if command == wanted]
        if not found and mode != MAIN:
            found = [key for key in self.modes[MAIN] if self.command(mode, key) == wanted]
        return found

    def told(self, text: str, mode: str) -> str:
        """Return a message with keys in place of actions: "{tool.finish} finishes" -> "N finishes".

        An action that has its key in another mode alone is named with the key that leads there.
        """

        def key(match: re.Match[str]) -> str:
            action = match[1].split()
            keys = self.keys(*action, mode=mode)
            if keys:
                return spelled(keys[0])
            for first, then in ((LEADER, "track"), (LEAVES, MAIN)):
                before, keys = self.keys(first, mode=mode), self.keys(*action, mode=then)
                if before and keys:
                    return f"{spelled(before[0])} {spelled(keys[0])}"
            return match[0]

        return ACTION.sub(key, text)


def shipped() -> list[str]:
    """Return the names of the keymaps that ship."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_keymap(name_or_file: str, actions: Collection[str] = ()) -> Keymap:
    """Read a keymap by name or file; a user's file may name a shipped one to start from with `base: NAME`."""
    path = SHIPPED / f"{name_or_file}.yaml"
    if name_or_file not in shipped():
        path = Path(name_or_file).expanduser()
        if not path.is_file():
            raise KeymapError(f'No keymap is called "{name_or_file}"', nearest(name_or_file, shipped()))
    data = _read(path)
    base = data.pop("base", None)
    modes: dict[str, dict[str, Command]] = {mode: {} for mode in NAMES}
    if base is not None:
        below = load_keymap(str(base), actions)
        modes = {mode: dict(entries) for mode, entries in below.modes.items()}
    for mode, entries in data.items():
        _merge(modes, str(mode), entries, path, actions)
    return Keymap(path.stem, modes)


def check(keymap: Keymap, actions: Collection[str]) -> None:
    """Raise KeymapError if a key does what nobody can do, for a keymap that was read before the actions were there."""
    for mode, entries in keymap.modes.items():
        for key, command in entries.items():
            if command.action not in actions:
                hint = f"{keymap.name}, mode {mode}, key {key}: {nearest(command.action, actions)}"
                raise KeymapError(f'No action is called "{command.action}"', hint)


def _merge(modes: dict[str, dict[str, Command]], mode: str, entries: Any, path: Path, actions: Collection[str]) -> None:
    if mode not in NAMES:
        raise KeymapError(f'No mode is called "{mode}"', f"{path.name}: {nearest(mode, NAMES)}")
    if not isinstance(entries, dict):
        raise KeymapError(f'Mode "{mode}" is not a list of keys', path.name)
    for key, text in entries.items():
        if text is None or text == "":
            modes[mode].pop(str(key), None)
            continue
        _check(str(key), path)
        command = Command.parse(str(text))
        if actions and command.action not in actions:
            hint = nearest(command.action, actions)
            raise KeymapError(f'No action is called "{command.action}"', f"{path.name}, key {key}: {hint}")
        modes[mode][str(key)] = command


def _check(key: str, path: Path) -> None:
    """Raise KeymapError with the nearest name for a key that no terminal sends under this name."""
    *modifiers, name = key.split("+") if len(key) > 1 and not key.endswith("+") else [key]
    printing = len(name) == 1 and name.isprintable() and name != " "
    if modifiers == ["shift"] and printing:
        raise KeymapError(f'No key is called "{key}"', f'{path.name}: did you mean "{name.upper()}"?')
    if set(modifiers) <= set(MODIFIERS) and (name in NAMED or printing or (modifiers and name in CTRL_ALONE)):
        return
    known = [*NAMED, *MODIFIERS, *(f"{modifier}+{name}" for modifier in MODIFIERS)]
    raise KeymapError(f'No key is called "{key}"', f"{path.name}: {nearest(key.lower(), known)}")


def _read(path: Path) -> dict[Any, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise KeymapError("The keymap is too large", str(path))
        data = _UniqueKeys(text_in(path)).get_single_data()
    except (OSError, FormatError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise KeymapError("The keymap cannot be read", f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise KeymapError("The keymap is not a list of modes", str(path))
    return data


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A SafeLoader that keeps every key a string and refuses the same key twice.

    Libyaml's where it is there: it takes a tenth of the time, and the first screen waits for it.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice or is no key", key_node.start_mark
                )
            seen[key] = self.construct_object(value_node, deep=True)
        return seen


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    return _UniqueKeys.construct_mapping(loader, node, deep=True)


_UniqueKeys.add_constructor("tag:yaml.org,2002:map", _mapping)


def spelled(key: str) -> str:
    """Return a key as a person writes it: "N" -> "Shift+N", "ctrl+s" -> "Ctrl+S"."""
    if len(key) == 1 and key.isalpha():
        return f"Shift+{key}" if key.isupper() else key.upper()
    special = {"space": "Space", "enter": "Enter", "escape": "Esc", "backspace": "Backspace", "delete": "Del"}
    parts = key.split("+") if len(key) > 1 else [key]
    return "+".join(special.get(part, part.capitalize() if len(part) > 1 else part.upper()) for part in parts)


def table(keymap: Keymap, describe: Callable[[Command], str]) -> Iterable[tuple[str, str, str]]:
    """Yield (mode, keys, what they do) for each command of a keymap, in the file's order."""
    for mode in NAMES:
        by_command: dict[Command, list[str]] = {}
        for key, command in keymap.modes.get(mode, {}).items():
            by_command.setdefault(command, []).append(spelled(key))
        for command, keys in by_command.items():
            yield mode, ", ".join(keys), describe(command)
