"""The dialogs of a review: the comment of a flag, which entries are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.ask import Ask
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from tui.window import Window


def flag(app: Window) -> None:
    """Ask what is wrong with the entry that is looked at."""
    if app.session.review.at is None:
        app.do("review.flag")  # says that there is none
    else:
        app.ask(Ask("What is wrong here?"), lambda text: app.do("review.flag", text))


def narrow(app: Window) -> None:
    """Pick a label that the listed entries have."""
    labels = dict.fromkeys(entry.label for entry in app.session.review.entries)
    choices = [Choice("", "all"), *(Choice(label, label) for label in labels)]
    app.ask(Pick("List the entries of", choices), lambda label: app.do("review.filter", "label", label))
