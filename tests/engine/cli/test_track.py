"""`termwand track` on real clips: result, going on after a kill at any point, filling, and what may go wrong."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.track import main
from engine.document import Document, Keyframe, Track
from engine.edits import PutKeyframe, PutTrack
from engine.geometry import box_iou
from engine.opening import open_session
from engine.options import Options
from engine.project.project import Project
from engine.runs import resume
from engine.runs.resume import CHECKPOINTS
from engine.store import load

ROOT = Path(__file__).resolve().parents[3]
NAME = "annotations.termwand.yaml"


def truth(shared: Path, name: str, frame: int) -> tuple[float, float, float, float]:
    rows = list(csv.DictReader((shared / "data" / "tracks" / name / "gt.csv").read_text().splitlines()))
    x, y, width, height = (float(rows[frame][side]) for side in "xywh")
    return x, y, x + width, y + height


def key(shared: Path, name: str, frame: int, by: str = "human") -> Keyframe:
    x1, y1, x2, y2 = truth(shared, name, frame)
    return Keyframe(frame, ((x1, y1), (x2, y2)), by=by)


def clip(shared: Path, folder: Path, count: int, *tracks: Track, name: str = "tld_pedestrian1") -> Path:
    """Make a folder of a clip's first frames, with a document that has these tracks."""
    folder.mkdir(parents=True)
    for file in sorted((shared / "data" / "tracks" / name / "frames").glob("*.jpg"))[:count]:
        shutil.copy(file, folder)
    opened = open_session(Options((folder,), labels="thing"))
    opened.session.commit("tracks", *(PutTrack(track) for track in tracks))
    opened.close()
    return folder


def track(number: int, *keys: Keyframe, **more) -> Track:
    return Track(number, "thing", "rectangle", keyframes=keys, **more)


def document(folder: Path) -> Document:
    found = load(folder / NAME)
    assert found is not None
    return found


@pytest.fixture
def pedestrian(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clip of 16 frames with two tracks of one human box each."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    other = Keyframe(2, ((100.0, 60.0), (130.0, 100.0)))
    return clip(shared, tmp_path / "one" / "clip", 16, track(1, key(shared, "tld_pedestrian1", 0)), track(2, other))


def test_a_track_is_followed_from_its_human_box_and_saved(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin, other = key(shared, "otb_David", 0), Keyframe(2, ((100.0, 60.0), (130.0, 100.0)))
    folder = clip(shared, tmp_path / "clip", 16, track(1, begin), track(2, other), name="otb_David")
    assert main([str(folder), "--tracker", "mil", "--to", "12", "--tracks", "1"]) == 0
    out, err = capsys.readouterr()
    assert "1 track, 11 keyframes put" in out and "frames/s" in out and "clip: 1 track" in err and "\r" not in err
    one, two = document(folder).tracks[1], document(folder).tracks[2]
    assert one.keyframes[0] == begin and len(two.keyframes) == 1
    assert [(k.frame, k.by) for k in one.keyframes[1:]] == [(frame, "mil") for frame in range(1, 12)]
    for at in one.keyframes:
        assert box_iou((*at.points[0], *at.points[1]), truth(shared, "otb_David", at.frame)) > 0.6
    assert not CHECKPOINTS.place(folder / NAME).exists() and sorted(os.listdir(folder))[-1] == NAME
    assert main([str(folder), "--tracker", "mil", "--to", "12", "--tracks", "1"]) == 0
    assert "Track 1 is left alone: nothing is ahead of frame 12" in capsys.readouterr().out


def test_a_persons_keyframes_never_change_and_end_what_is_followed(shared: Path, tmp_path: Path) -> None:
    name = "otb_David"
    keys = [key(shared, name, 0), key(shared, name, 3, "csrt"), key(shared, name, 7), key(shared, name, 9, "csrt")]
    folder = clip(shared, tmp_path / "clip", 12, track(1, *keys), name=name)
    assert main([str(folder), "--tracker", "mil", "--from", "1", "--tracks", "1", "--no-check"]) == 0
    found = document(folder).tracks[1].keyframes
    assert [one for one in found if one.by == "human"] == [keys[0], keys[2]]
    assert [one.frame for one in found if one.by == "mil"] == [1, 2, 3, 4, 5, 6] and found[-1] == keys[3]
    assert not any(one.by == "csrt" for one in found[:-1]), "a machine's on the way is replaced"


DYING = """
import os, signal, sys
from engine.batch import run
from engine.checkpoints import Checkpoints
from engine.project.project import Project
from engine.runs import resume
from engine.tools.following.family import OpenCvTracker
from engine.cli.track import main
resume.STRETCH = 4
spot, count, how = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
owner = {"save": Checkpoints, "forget": Checkpoints, "commit": run.Run, "_commit": run.Run, "step": OpenCvTracker,
         "_replace": Project}[spot]
inner, calls = getattr(owner, spot), [0]
def outer(*args, **more):
    calls[0] += 1
    if calls[0] == count:
        os.kill(os.getpid(), how)
    return inner(*args, **more)
setattr(owner, spot, outer)
sys.exit(main(sys.argv[4:]))
"""


def dying(spot: str, count: int, how: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that sends itself a signal when it does something for the count-th time."""
    command = [sys.executable, "-c", DYING, spot, str(count), str(int(how)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)


def copied(folder: Path, name: str) -> Path:
    """Return a copy of a clip, in a folder of its own, under the same name."""
    return Path(shutil.copytree(folder, folder.parent.parent / name / folder.name))


@pytest.fixture(scope="module")
def several(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clip of three tracks: one followed, one that is filled twice, one that is lost."""
    name = "tld_pedestrian1"
    keys = [key(shared, name, frame) for frame in (0, 5, 10)]
    other = Keyframe(2, ((100.0, 60.0), (130.0, 100.0)))
    return clip(
        shared, tmp_path_factory.mktemp("clips") / "original" / "clip", 13, track(1, keys[0]), track(2, other),
        track(3, *keys),
    )  # fmt: skip


FOLLOW = ("--tracker", "mil", "--tracks", "1,2", "--from", "3", "--thin", "0.6")
"""To this overlap, keyframes that are thinned once more would get fewer."""
FILL = ("--tracker", "kcf", "--tracks", "3", "--fill")


@pytest.fixture(scope="module")
def whole(several: Path) -> dict[tuple[str, ...], bytes]:
    """Return what the files hold after a run that nothing has cut short."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resume, "STRETCH", 4)
        for number, arguments in enumerate((FOLLOW, FILL)):
            folder = copied(several, f"whole-{number}")
            assert main([str(folder), *arguments]) == 0
            found[arguments] = (folder / NAME).read_bytes()
    return found


@pytest.mark.parametrize(("arguments", "spot", "count"), [
    (FOLLOW, "save", 1),  # before anything is kept
    (FOLLOW, "_commit", 1),  # followed, nothing in the journal
    (FOLLOW, "save", 5),  # in the journal, not in the checkpoint
    (FOLLOW, "step", 17),  # on the way
    (FOLLOW, "save", 9),  # all followed, in the second leg
    (FOLLOW, "_replace", 1),  # thinned, not in the file
    (FOLLOW, "forget", 1),  # in the file
    (FILL, "step", 5), (FILL, "save", 2), (FILL, "step", 14), (FILL, "forget", 1),
])  # fmt: skip
def test_a_run_that_was_killed_goes_on_and_ends_as_one_that_was_not(
    several: Path, whole: dict[tuple[str, ...], bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    arguments: tuple[str, ...], spot: str, count: int, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(resume, "STRETCH", 4)
    folder = Path(shutil.copytree(several, tmp_path / "cut" / several.name))
    died = dying(spot, count, signal.SIGKILL, str(folder), *arguments)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert main([str(folder), *arguments]) == 0
    said = capsys.readouterr().out
    assert (folder / NAME).read_bytes() == whole[arguments], said
    assert not CHECKPOINTS.place(folder / NAME).exists()
    begun, over = (spot, count) != ("save", 1), spot in ("_replace", "forget")
    assert ("Goes on from frame" in said) == (begun and not over), said
    assert ("The run that was cut short had followed everything" in said) == over, said


def test_kill_9_within_a_stretch_leaves_every_frame_that_was_followed(
    several: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = Path(shutil.copytree(several, tmp_path / "cut" / several.name))
    tracker = ("--tracker", "mil", "--tracks", "1", "--from", "1", "--no-check")
    assert dying("step", 7, signal.SIGKILL, str(folder), *tracker).returncode == -signal.SIGKILL
    project, found, _ = Project.open(folder / NAME, read_only=True)
    project.close()
    assert found is not None
    assert [one.frame for one in found.tracks[1].keyframes] == [*range(7)], "the seventh was in work"


def test_kill_9_in_a_gap_loses_what_was_found_for_that_gap_alone(
    several: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = Path(shutil.copytree(several, tmp_path / "cut" / several.name))
    assert dying("step", 14, signal.SIGKILL, str(folder), *FILL).returncode == -signal.SIGKILL
    project, found, _ = Project.open(folder / NAME, read_only=True)
    project.close()
    assert found is not None
    filled = [one.frame for one in found.tracks[3].keyframes if one.by == "fill"]
    assert filled == [1, 2, 3, 4], "one pass of the second gap was there"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_what_came_saved(
    several: Path, whole: dict[tuple[str, ...], bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(resume, "STRETCH", 4)
    folder = Path(shutil.copytree(several, tmp_path / "cut" / several.name))
    ended = dying("step", 7, how, str(folder), *FOLLOW)
    assert ended.returncode == 128 + how and "the same command goes on with it" in ended.stdout
    assert document(folder).tracks[1].keyframes[-1].frame in (6, 7), "saved on the way, within a stretch"
    assert not (folder / f"{NAME}.lock").exists() and not (folder / f"{NAME}.journal").exists()
    assert main([str(folder), *FOLLOW]) == 0
    assert (folder / NAME).read_bytes() == whole[FOLLOW]


def test_a_correction_in_between_begins_it_anew(
    shared: Path, several: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(resume, "STRETCH", 4)
    folder = Path(shutil.copytree(several, tmp_path / "cut" / several.name))
    dying("step", 10, signal.SIGTERM, str(folder), "--tracker", "kcf", "--tracks", "1")
    opened = open_session(Options((folder,)))
    opened.session.commit("corrected", PutKeyframe(1, key(shared, "tld_pedestrian1", 6)))
    opened.close()
    assert main([str(folder), "--tracker", "kcf", "--tracks", "1", "--from", "7"]) == 0
    assert "An earlier run that was cut short is not gone on with" in capsys.readouterr().out
    found = document(folder).tracks[1].keyframes
    assert next(one for one in found if one.frame == 6) == key(shared, "tld_pedestrian1", 6)


def test_gaps_are_filled_from_both_sides_with_the_agreement_and_nothing_else_is_touched(
    shared: Path, several: Path, whole: dict[tuple[str, ...], bytes], tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(whole[FILL])
    before, after = document(several), load(path)
    assert after is not None and {1: before.tracks[1], 2: before.tracks[2]} == {n: after.tracks[n] for n in (1, 2)}
    keys = after.tracks[3].keyframes
    assert [one.frame for one in keys] == list(range(11))
    assert [one for one in keys if one.by == "human"] == list(before.tracks[3].keyframes)
    filled = [one for one in keys if one.by == "fill"]
    assert len(filled) == 8 and all(one.agreement is not None for one in filled)


def test_what_is_lost_ends_outside_and_is_reported(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = clip(shared, tmp_path / "clip", 5, track(1, key(shared, "tld_pedestrian1", 0)))
    david = sorted((shared / "data" / "tracks" / "otb_David" / "frames").glob("*.jpg"))[0]
    for frame in range(5, 9):
        shutil.copy(david, folder / f"{frame:04d}.jpg")
    assert main([str(folder), "--tracker", "kcf"]) == 0
    out = capsys.readouterr().out
    lost = [one for one in document(folder).tracks[1].keyframes if one.outside]
    assert lost[0].frame == 5 and lost[0].by == "kcf" and "lost 1 time" in out
    assert "track 1 was lost on frame 6: " in out


def test_one_that_is_locked_and_one_that_is_broken_do_not_end_the_others(
    shared: Path, pedestrian: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = clip(shared, tmp_path / "good", 4, track(1, key(shared, "tld_pedestrian1", 0)))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"this is no video")
    project, _, _ = Project.open(pedestrian / NAME)
    try:
        assert main([str(broken), str(pedestrian), str(good), "--tracker", "kcf"]) == 1
    finally:
        project.close()
    out = capsys.readouterr().out
    assert "broken.mp4: not done. " in out and f"{pedestrian}: not done. " in out and "in use by" in out
    assert "3 clips, 1 track, 3 keyframes put, lost 0 times, 2 not done" in out
    assert len(document(good).tracks[1].keyframes) == 4 and len(document(pedestrian).tracks[1].keyframes) == 1


@pytest.mark.parametrize(("arguments", "said"), [
    (("--tracker", "kfc"), 'No tracker is called "kfc". did you mean "kcf"?'),
    (("--tracker", "kcf", "--device", "cude"), 'There is no device "cude". did you mean "cuda"?'),
    (("--tracker", "siammask"), "SiamMask has no weights here yet. termwand models get siammask"),
])  # fmt: skip
def test_what_cannot_be_meant_is_said_before_anything_is_opened(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path))
    assert main([str(tmp_path / "none"), *arguments]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--to", "0"), ("--from", "x"), ("--tracks", "a"), ("--thin", "2"), ("--tracks", ",")]
)
def test_values_out_of_range_are_a_sentence(arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["clip", "--tracker", "mil", *arguments])
    assert end.value.code == 2 and f'"{arguments[1]}"' in capsys.readouterr().err


def test_a_track_that_is_not_there_is_said_with_the_nearest(
    pedestrian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(pedestrian), "--tracker", "kcf", "--tracks", "11"]) == 1
    assert "There is no track 11" in capsys.readouterr().out


def test_where_there_is_nothing_to_follow_that_is_said(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = [track(n, key(shared, "otb_David", 0), Keyframe(1, outside=True)) for n in range(1, 23)]
    many = clip(shared, tmp_path / "many", 3, *ended, name="otb_David")
    none = clip(shared, tmp_path / "none", 2, name="otb_David")
    pinned = track(1, key(shared, "otb_David", 0), pinned=True, tracker="mil")
    other = clip(shared, tmp_path / "other", 2, pinned, name="otb_David")
    before = [(folder / NAME).read_bytes() for folder in (many, other)]
    assert [main([str(folder), "--tracker", "kcf"]) for folder in (many, none, other)] == [0, 0, 0]
    out = capsys.readouterr().out
    assert "Track 20 is left alone: it is outside from frame 2 on" in out and "2 more are left alone" in out
    assert "There is no track to follow; it has none" in out and "none is free: name some with --tracks" in out
    assert before == [(folder / NAME).read_bytes() for folder in (many, other)]


def test_on_a_terminal_the_progress_is_one_line_with_rate_and_time_left(shared: Path, tmp_path: Path) -> None:
    folder = clip(shared, tmp_path / "clip", 8, track(1, key(shared, "otb_David", 0)), name="otb_David")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "tui", "track", str(folder), "--tracker", "kcf"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, cwd=ROOT)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0 and b"7 keyframes put" in done.stdout
    assert "\r\x1b[Kclip: 1 track, 7 of 7 frames, 100 %, " in shown and "0 s left" in shown
    assert shown.rstrip().splitlines()[-1].endswith("frames/s") and shown.count("\n") == 1


def test_an_object_with_which_the_tracker_cannot_begin_is_left_as_it_is(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speck = track(2, Keyframe(0, ((10.0, 10.0), (12.0, 12.0))), Keyframe(3, ((11.0, 10.0), (13.0, 12.0)), by="mil"))
    folder = clip(shared, tmp_path / "clip", 6, track(1, key(shared, "otb_David", 0)), speck, name="otb_David")
    assert main([str(folder), "--tracker", "kcf", "--from", "1"]) == 0
    out = capsys.readouterr().out
    assert "Track 2 is left alone: The object is too small in the picture to be followed" in out
    assert document(folder).tracks[2] == speck and len(document(folder).tracks[1].keyframes) == 6


STOPPED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from engine.cli.track import main
from engine.tools.following.family import OpenCvTracker
inner = OpenCvTracker.step
def step(*args, **more):
    os.kill(os.getpid(), signal.SIGTERM)
    return inner(*args, **more)
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
OpenCvTracker.step = step
"""


def test_what_was_stopped_is_not_done(shared: Path, pedestrian: Path, tmp_path: Path) -> None:
    other = clip(shared, tmp_path / "other", 4, track(1, key(shared, "tld_pedestrian1", 0)))
    (tmp_path / "stopped.py").write_text(STOPPED.format(root=str(ROOT)))
    command = [sys.executable, str(tmp_path / "stopped.py"), str(pedestrian), str(other), "--tracker", "kcf"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1 and ended.stdout.count("the same command goes on with it") == 2, ended


def test_a_gap_with_which_the_tracker_cannot_begin_is_noted_and_the_others_are_filled(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speck = track(1, Keyframe(0, ((10.0, 10.0), (12.0, 12.0))), Keyframe(4, ((11.0, 10.0), (13.0, 12.0))))
    other = track(2, key(shared, "otb_David", 0), key(shared, "otb_David", 4))
    folder = clip(shared, tmp_path / "clip", 6, speck, other, name="otb_David")
    assert main([str(folder), "--tracker", "kcf", "--fill"]) == 0
    out = capsys.readouterr().out
    assert "Track 1 is left alone on frames 1 to 5: The object is too small" in out
    assert document(folder).tracks[1] == speck
    assert [one.by for one in document(folder).tracks[2].keyframes] == ["human", *["fill"] * 3, "human"]
