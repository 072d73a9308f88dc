"""Rate and time left in words, and the report at the end."""

from __future__ import annotations

from engine.batch.progress import Outcome, Pace, Step, left, report


def test_the_rate_counts_from_the_first_step_so_that_loading_and_an_earlier_run_do_not() -> None:
    now = [100.0]
    pace = Pace(lambda: now[0])
    assert pace.text(Step(300, 500, 1)) == "1 track, 300 of 500 frames, 60 %"
    now[0] = 104.0
    assert pace.text(Step(340, 500, 3)) == "3 tracks, 340 of 500 frames, 68 %, 10.0 frames/s, 16 s left"


def test_times_are_as_people_say_them() -> None:
    assert [left(value) for value in (3.4, 119, 121, 7100, 9000)] == ["3 s", "119 s", "2 min", "118 min", "2.5 h"]


def test_the_report_says_what_came_of_each_clip_and_the_sum() -> None:
    good = Outcome(2, 30, [(7, 11, "it has gone")], ["a note"], frames=40, seconds=4.0)
    bad, cut = Outcome(failure="It is broken. Mend it\nand more"), Outcome(1, 1, stopped=True)
    assert report([("a", good), ("b", bad), ("c", cut)]) == [
        "a: 2 tracks, 30 keyframes put, lost 1 time, 10.0 frames/s",
        "  a note",
        "  track 7 was lost on frame 12: it has gone",
        "b: not done. It is broken. Mend it",
        "  and more",
        "c: 1 track, 1 keyframe put (stopped; the same command goes on with it)",
        "3 clips, 3 tracks, 31 keyframes put, lost 1 time, 1 not done",
    ]
    assert len(report([("a", Outcome())])) == 1
