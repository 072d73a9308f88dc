"""An application that leaves nothing on the terminal but what it draws: prints go to the log, a fault is told later."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

from tui.input.turns import OrderedApp
from tui.output.painting import PaintingApp

Result = TypeVar("Result")


class QuietApp(OrderedApp[Result], PaintingApp[Result]):
    """Hands prints to the real streams, which are diverted while it runs: Textual would drop them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._capture_stdout, self._capture_stderr = sys.__stdout__, sys.__stderr__  # type: ignore[assignment]

    @property
    def fault(self) -> Exception | None:
        """The error that ended the application, if one did."""
        return self._exception

    def _fatal_error(self) -> None:
        """End without showing the fault here: the terminal is still ours, and the text may be a stranger's."""
        self._close_messages_no_wait()
