"""Which picture every frame of a document is, so that a shape stays on its picture whatever happens to the folder.

A document and a listing go in; an edit that gives everything the numbers of the present listing comes out, and what to
say about it. Pictures that are not there keep what is on them under numbers beyond the last frame, with their lines.

    finding    where they are now: by name, by content       lines   how they come into a document, and are completed
    arranging  the edit that renumbers                        words   what happened, in a sentence
"""

from engine.pictures.arranging import arrange
from engine.pictures.finding import differs
from engine.pictures.lines import completed, introductions, without_unused
from engine.pictures.words import differences

__all__ = ["arrange", "completed", "differences", "differs", "introductions", "without_unused"]
