"""`termwand review --report` on the command line: formats, exit status, pixels, what may go wrong."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.cli.commands import opens
from engine.cli.review import certifies, main, opening
from engine.document import Keyframe, Track
from engine.edits import PutCertificate, PutKeyframe, PutReview, PutTrack, apply
from engine.errors import SettingsError
from engine.opening import open_session
from engine.options import Options
from engine.review.certify import drawn, looked, toggled
from engine.review.states import judged
from engine.store import load, save
from tests.engine.review.courses import document, moved, straight, track

JUMPED = {frame: moved(straight(frame), 50, 30) for frame in range(28, 34)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save(tmp_path / "c.termwand.yaml", document(track(spoiled=JUMPED)))
    return tmp_path / "c.termwand.yaml"


def test_a_table_for_people(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--report", str(file)]) == 0
    said = capsys.readouterr()
    head, line = said.out.splitlines()
    assert head == f"{file}: 1 entries, 1 to be looked at, 60 frames"
    assert "unseen" in line and "track 1 (car) jumps by" in line and " 26-37 " in line
    assert "is not there: reviewed by geometry alone" in said.err


def test_json_and_csv_have_the_same_for_scripts(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--report", str(file), "--format", "json", "--no-pixels"]) == 0
    said = json.loads(capsys.readouterr().out)
    (entry,) = said["reviewed"][0]["entries"]
    assert said["first_frame"] == 1 and entry["ids"] == [1] and entry["state"] == "unseen"
    assert 0.9 < entry["likely"] <= 1
    assert 28 <= entry["worst"] <= 35 and entry["first"] <= entry["worst"] <= entry["last"] and "jump" in entry["kinds"]
    assert main(["--report", str(file), "--format", "csv", "--no-pixels"]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (
        row["text"] == entry["text"] and row["kinds"].split() == entry["kinds"] and row["worst"] == str(entry["worst"])
    )


def test_the_exit_status_says_how_many_are_left(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["--report", "--no-pixels", str(file)]
    assert (main([*call, "--fail-on", "1"]), main([*call, "--fail-on", "2"])) == (1, 0)
    found = load(file)
    assert found is not None
    save(file, apply(found, PutReview(1, judged(found.tracks[1], 20, 40, "accepted")))[0])
    assert main([*call, "--fail-on", "1"]) == 0
    assert "0 entries" in capsys.readouterr().out.splitlines()[-1]
    assert main([*call, str(file.parent / "none.mp4"), "--fail-on", "1"]) == 2


def test_kinds_and_parameters(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["--report", "--no-pixels", str(file)]
    assert main([*call, "--kinds", "jitter,size"]) == 0 and "0 entries" in capsys.readouterr().out
    assert main([*call, "--kinds", "jump", "--set", "jump.threshold=1000"]) == 0
    assert "0 entries" in capsys.readouterr().out
    for wrong, hint in (
        (["--kinds", "jupm"], '"jump"'), (["--set", "jump.leest=1"], '"least"'),
        (["--set", "jump.least"], "jump.threshold=2"),
        (["--set", "jmp.least=1"], '"jump"'), (["--set", "jump.least=nan"], "a number"),
    ):  # fmt: skip
        assert main([*call, *wrong]) == 2 and hint in capsys.readouterr().err
    assert main(["--kinds"]) == 0
    said = capsys.readouterr().out
    assert "slip: a box that slides off its object (pixels)" in said and "jump.threshold=" in said


def test_nothing_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2 and "--report" in capsys.readouterr().err


def test_text_from_a_file_cannot_command_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from engine.document import Label

    made = document(track(spoiled=JUMPED, label="\x1b]0;x"))
    save(tmp_path / "a.termwand.yaml", replace(made, labels=(Label("\x1b]0;x"),)))
    for form in ("table", "json", "csv"):
        main(["--report", "--no-pixels", str(tmp_path / "a.termwand.yaml"), "--format", form])
    assert "\x1b" not in capsys.readouterr().out


def test_a_real_clip_is_looked_at_and_left_as_it_is(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source, folder = shared / "data" / "tracks" / "davis_blackswan", tmp_path / "clip"
    folder.mkdir()
    for image in sorted((source / "frames").glob("*.jpg"))[:50]:
        shutil.copy(image, folder)
    rows = [row.split(",") for row in (source / "gt.csv").read_text().splitlines()[1:51]]
    keys = []
    for frame, x, y, w, h in ((int(row[0]), *map(float, row[1:])) for row in rows):
        off = 45.0 * max(0, min(frame - 9, 20 - frame, 5))  # it drifts off the swan, and comes back
        keys.append(Keyframe(frame, ((x + off, y), (x + w + off, y + h)), by="human" if frame in (0, 49) else "csrt"))
    opened = open_session(Options((folder,), labels="swan"))
    opened.session.commit("track", PutTrack(Track(1, "swan", "rectangle", keyframes=tuple(keys))))
    opened.close()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert main(["--report", str(folder), "--format", "json", "--kinds", "slip", "--fail-on", "1"]) == 1
    (entry, *_) = json.loads(capsys.readouterr().out)["reviewed"][0]["entries"]
    assert entry["kinds"] == ["slip"] and 6 <= entry["worst"] <= 26
    yaml = folder / "annotations.termwand.yaml"
    assert main(["--report", str(yaml), "--format", "json", "--kinds", "slip", "--fail-on", "1"]) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_certificates_are_printed_and_told_of_when_they_no_longer_hold(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = load(file)
    one = drawn(document, 0.05, by="eva")
    one = looked(toggled(one, 2), len(one.crops), by="eva", at="2026-01-02")
    document, _ = apply(document, PutCertificate(1, one))
    save(file, document)
    assert main(["--certificates", str(file)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{file}: 1 certificate"
    assert one.statement and f"{one.population} boxes: {one.statement} (eva, 2026-01-02)" in said[1]
    assert main(["--report", str(file), "--no-pixels"]) == 0
    assert f"certified: {one.population} boxes: {one.statement}" in capsys.readouterr().out
    assert main(["--certificates", str(file), "--format", "csv"]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    number, frame = one.crops[2]
    assert (row["wrong"], row["stands"], row["wrong_boxes"]) == ("1", "True", f"{number}@{frame + 1}")
    moved_one = Keyframe(5, ((0.0, 0.0), (9.0, 9.0)))
    save(file, apply(document, PutKeyframe(1, moved_one))[0])
    assert main(["--certificates", "--format", "json", str(file), str(file.with_name("none.mp4"))]) == 2
    said = capsys.readouterr()
    (found,) = json.loads(said.out)["certified"][0]["certificates"]
    assert not found["stands"] and found["statement"] == one.statement and found["looked"] == len(one.crops)
    assert found["shares"][0]["label"] == "car" and "none.mp4" in said.err
    assert main(["--certificates", str(file)]) == 0
    assert "no longer of what stands there" in capsys.readouterr().out


def test_certify_opens_media_with_the_options_of_opening() -> None:
    assert certifies(["--certify=1%", "x"]) and certifies(["x", "--certify", "1%"]) and not certifies(["x"])
    assert opens(["review", "x", "--certify", "1%"]) and not opens(["review", "--certificates", "x"])
    options = opening(["--certify", "0.5%", "a.mp4", "--label", "car", "--labels", "car,bus", "--frame", "7"])
    assert options.action == ("review.certify", "0.5%", "car", "") and options.labels == "car,bus"
    assert options.paths == [Path("a.mp4")] and options.frame == 7
    with pytest.raises(SettingsError, match="no share"):
        opening(["--certify", "much", "a.mp4"])
