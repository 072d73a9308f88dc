"""What is in hand with the steps that led there, and how tools are set: Block, the scissors' square, the brush."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.session.gesture import Gesture, Idle, bounded


@dataclass
class Hand:
    """The gesture, the steps before and after it, and what holds for whatever is in hand."""

    reach: int
    """Side of the scissors' square, in frame pixels."""
    brush: float
    """Radius of the brush, in frame pixels."""
    gesture: Gesture = field(default_factory=Idle)
    past: list[Gesture] = field(default_factory=list)
    """What undo goes back to, the oldest first."""
    future: list[Gesture] = field(default_factory=list)
    """What undo has taken back, the next one last."""
    last_tool: tuple[str, ...] = ()
    """The action, with arguments, that `finish` repeats."""
    speeds: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Tool -> seconds that its last answers took, the newest last."""
    variants: dict[str, str] = field(default_factory=dict)
    """Tool -> what tells the weights file that it uses from its others; "" if it has no others here."""
    block_held: bool = False
    block_on: bool = False

    @property
    def tool(self) -> str:
        """The interactor, tracker or type of shape that is in hand, "" for none."""
        match self.gesture.taken_by():
            case (_, tool):
                return tool
            case ("brush.start",):
                return "mask"
            case _:
                return ""

    @property
    def blocked(self) -> bool:
        """Whether requests wait while points are added."""
        return self.block_held or self.block_on

    def take(self, gesture: Gesture) -> None:
        """Take something in hand; undo does not go back beyond this."""
        self.past, self.future, self.gesture = [], [], gesture

    def advance(self, gesture: Gesture) -> None:
        """Go on with what is in hand: one step that undo takes back."""
        self.past = bounded([*self.past, self.gesture])
        self.future.clear()
        self.gesture = gesture
