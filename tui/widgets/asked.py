"""What every panel says when it is clicked: which action is asked for, the same as a key would."""

from __future__ import annotations

from textual.message import Message


class Asked(Message):
    """An action's name and its arguments."""

    def __init__(self, name: str, *arguments: str | int) -> None:
        super().__init__()
        self.name, self.arguments = name, arguments

    @classmethod
    def command(cls, text: str) -> Asked:
        """Ask for what a keymap writes as "action argument ..."."""
        return cls(*text.split())
