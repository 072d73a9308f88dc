"""What a run leaves behind in memory, beside what it is to leave."""

from __future__ import annotations

import gc
from pathlib import Path

from msgspec.structs import replace

from engine.document import Document, Keyframe, Label, MediaInfo, Track
from engine.edits import Edit, PutTrack
from engine.jobs import Job, OnFrame
from engine.journal.safekeeping import Outcome
from engine.journal.safety import Safety
from engine.project.project import Project
from engine.runs.follow import Followed
from engine.runs.plan import plans
from engine.session import Session, following
from engine.tools.base import Target
from tests.engine.actions.conftest import Pictures

FRAMES, TRACKS = 400, [1, 2, 3, 4, 5]


class Long(Pictures):
    """Many frames."""

    def __len__(self) -> int:
        """Return how many there are."""
        return 100_000


def test_the_garbage_collector_has_no_more_to_visit_after_a_run_than_before(tmp_path: Path) -> None:
    """It stops everything while it goes through what it has to visit: 0.1 s and more if that were all of a run."""
    project, _, _ = Project.open(tmp_path / "a.yaml")
    document = Document(MediaInfo("x", "video", 100_000, 320, 200), (Label("car"),))
    project.start(document)
    session, jobs = Session(document, Long(), disk=project), list[Job]()
    session.jobs.connect(jobs.append)
    start = Keyframe(0, ((1, 2), (9, 8)))
    session.commit(
        "Draw", *(PutTrack(Track(number, "car", "rectangle", tracker="csrt", keyframes=(start,))) for number in TRACKS)
    )
    following.start(session, plans(session.document, TRACKS, 0, FRAMES + 1))

    def tracked(frames: range) -> int:
        for frame in frames:
            targets = {number: Target((number + frame / 8, 2.0, 60.5, 50.25)) for number in TRACKS}
            session.jobs.accept(
                jobs[-1], OnFrame(jobs[-1].ticket, Followed(frame, targets, dict.fromkeys(TRACKS, 0.5)))
            )
        session.safety.settle()
        gc.collect()
        gc.collect()  # a tuple is known to need no visit once what it holds is
        return len(gc.get_objects())

    before = tracked(range(1, 20))
    after = tracked(range(20, FRAMES))
    assert len(session.document.tracks[1].keyframes) == FRAMES
    assert after - before < FRAMES, "fewer than one for each frame"
    project.close()


def test_what_waits_for_a_slow_disk_does_not_pile_up_and_is_shown_in_the_end() -> None:
    """Each document that waits has lists of all keyframes of its own."""

    class Slow:
        number = 0

        def add(self, title: str, edits: tuple[Edit, ...]) -> int:
            self.number += 1
            return self.number

        def write(self, *, lazily: bool = False) -> None:
            """Do nothing: the disk has not answered yet."""

        def on_kept(self, outcome: Outcome) -> None:
            """Tell."""

    keeper, told = Slow(), list[str]()
    document = Document(MediaInfo("x", "video", 10, 320, 200))
    safety = Safety(document, keeper, lambda: None, lambda text, severity: told.append(text))
    documents = [replace(document, next_id=2 + number) for number in range(5000)]
    for one in documents[:4000]:
        safety.commit(one, "Follow", (), lazily=True)
    safety.commit(documents[4000], "Draw", ())
    for one in documents[4001:]:
        safety.commit(one, "Follow", (), lazily=True)
    assert len(safety._waiting) < 100 and safety.is_waiting
    for number in (1, 2500, 4000, 4001, 4500):
        safety.kept(Outcome(number))
        assert safety.number <= number and safety.document.next_id <= 1 + number, "nothing is shown before it is safe"
        assert safety.is_waiting == (number < 4001)
    assert safety.number >= 4001, "what a person does is shown as soon as it is safe"
    safety.kept(Outcome(5000))
    assert safety.number == 5000 and safety.document is documents[-1]
