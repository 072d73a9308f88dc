"""The commands of the program: what the first argument may be instead of something to open, and a line on each.

Imports nothing: the stub asks for the names before the first byte.
"""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "tour": ("tour", "the first minute: three steps on a copy of the sample"),
    "check": ("check FILE…", "say what is wrong with annotation files, by line and column"),
    "doctor": ("doctor", "what this terminal and this machine can do, and what to do about the rest"),
    "keys": ("keys", "print the keymap as a table"),
    "models": ("models …", "model files: list, info, get, add, use, verify, path"),
    "auto": ("auto PATH…", "find objects in many files with a detector, without a screen"),
    "track": ("track PATH…", "follow the tracks of clips with a tracker, without a screen"),
    "labels": ("labels FILE", "print what each label of a detector is in a document"),
    "review": ("review PATH…", "go through what looks wrong; --report lists it, --certify 1% draws crops"),
    "stats": ("stats [PATH…]", "keys, seconds and corrections for each object, by the tool that made it"),
    "recover": ("recover FILE", "changes that a crash kept from being replayed: show them, apply them"),
}
"""Name -> how it is called, what it does; in the order of the help. A command that needs no screen is the file of its
name in this package, with `main(argv) -> exit status`."""

PRINTED: dict[str, tuple[str, ...]] = {"review": ("--report", "--certificates", "--kinds", "-h", "--help")}
"""Command that opens media on the screen -> options with which it prints instead, as those in this package do."""


def opens(arguments: list[str]) -> bool:
    """Say whether a command opens media on the screen."""
    given = {argument.partition("=")[0] for argument in arguments[1:]}
    return arguments[0] == "tour" or (arguments[0] in PRINTED and not given.intersection(PRINTED[arguments[0]]))


def listed() -> str:
    """Return the commands as lines for the help."""
    return "\n".join(f"  {usage:<22} {what}" for usage, what in COMMANDS.values())
