"""What is in the folder and may be used: adopted, changed behind our back, chosen among several."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import weights
from engine.errors import WeightsError
from engine.specs import DetectorSpec, InteractorSpec, WeightFile, Weights

_spec = importlib.util.spec_from_file_location("rights", Path(__file__).parent / "rights.py")
assert _spec and _spec.loader
rights = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rights)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "weights"


GOOD = b"weights" * 1000
SPEC = InteractorSpec(
    id="net", name="Net", help="",
    weights=(
        Weights("a.pth", "https://x/a.pth", "md5:" + hashlib.md5(GOOD).hexdigest(), len(GOOD), "MIT"),
        Weights("b.pth", "https://x/b.pth"),
    ),
)  # fmt: skip


def put(path: Path, content: bytes = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_nothing_here_says_how_to_get_it() -> None:
    assert weights.in_use(SPEC) is None and weights.records() == []
    with pytest.raises(WeightsError) as failure:
        weights.weights_for(SPEC)
    assert "termwand models get net" in failure.value.detail


def test_an_adopted_file_is_used(tmp_path: Path, folder: Path) -> None:
    (record,) = weights.adopt(put(tmp_path / "a.pth"), SPEC).records
    assert weights.weights_for(SPEC) == folder / "a.pth" == weights.in_use(SPEC)
    assert record.published.startswith("md5:") and record.sha256 == hashlib.sha256(GOOD).hexdigest()


def test_a_file_of_that_name_with_another_content_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(WeightsError, match="wrong checksum"):
        weights.adopt(put(tmp_path / "a.pth", b"other"), SPEC)
    assert not folder.exists() or not list(folder.iterdir())


def test_without_a_published_checksum_its_own_is_pinned(tmp_path: Path, folder: Path) -> None:
    (record,) = weights.adopt(put(tmp_path / "b.pth", b"anything"), SPEC).records
    assert record.published == "" and record.sha256 == hashlib.sha256(b"anything").hexdigest()
    put(folder / "b.pth", b"ANYTHING")
    os.utime(folder / "b.pth", (1, 1))
    with pytest.raises(WeightsError, match="wrong checksum") as failure:
        weights.weights_for(SPEC)
    assert "changed after it was verified" in failure.value.detail


def test_a_file_that_somebody_laid_there_is_not_used(folder: Path) -> None:
    put(folder / "a.pth")
    with pytest.raises(WeightsError) as failure:
        weights.weights_for(SPEC)
    assert "not verified" in failure.value.detail and "models add net" in failure.value.detail
    weights.adopt(folder / "a.pth", SPEC)  # in place
    assert weights.weights_for(SPEC) == folder / "a.pth"


def test_a_new_time_with_the_old_content_is_looked_into_once(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    os.utime(folder / "a.pth", (1, 1))
    heard: list[str] = []
    weights.weights_for(SPEC, on_progress=lambda text, done, total: heard.append(text))
    assert heard
    heard.clear()
    weights.weights_for(SPEC, on_progress=lambda text, done, total: heard.append(text))
    assert not heard


def test_a_good_file_in_a_folder_that_cannot_be_written_is_used(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    os.utime(folder / "a.pth", (1, 1))
    folder.chmod(0o555)
    with rights.ordinary():
        assert weights.weights_for(SPEC) == folder / "a.pth"
        assert weights.verify(weights.records()[0]).mtime_ns == 10**9
    folder.chmod(0o755)


def test_a_file_that_has_grown_is_not_read_to_its_end(tmp_path: Path, folder: Path) -> None:
    (record,) = weights.adopt(put(tmp_path / "a.pth"), SPEC).records
    os.truncate(folder / "a.pth", 1 << 40)
    heard: list[str] = []
    with pytest.raises(weights.MismatchError, match="wrong checksum") as failure:
        weights.verify(record, lambda text, done, total: heard.append(text))
    assert f"{len(GOOD)} bytes expected, {1 << 40} found" in failure.value.detail and not heard


@pytest.mark.parametrize("mode", [0, 0o444])
@pytest.mark.parametrize("above", [False, True])
def test_a_folder_that_cannot_be_read_is_not_called_empty(
    mode: int, above: bool, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights" / "own"))
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    locked = folder if above else folder / "own"
    locked.chmod(mode)
    try:
        with rights.ordinary():
            assert weights.records() == [] and weights.in_use(SPEC) is None and weights.named(SPEC) == ("", "")
            for ask in (
                lambda: weights.weights_for(SPEC),
                lambda: weights.choose(SPEC, "a.pth"),
                lambda: weights.adopt(tmp_path / "a.pth", SPEC),
            ):
                with pytest.raises(WeightsError, match="folder of weights cannot be read: Permission denied"):
                    ask()
    finally:
        locked.chmod(0o755)


@pytest.mark.parametrize("name", ["b.pth.part", "b.pth.tmp", "b.pth.verified.json", "b" * 220 + ".pth"])
def test_some_names_cannot_be_taken_in(name: str, tmp_path: Path, folder: Path) -> None:
    with pytest.raises(WeightsError, match="rename it"):
        weights.adopt(put(tmp_path / name), SPEC)
    assert not folder.exists()


def test_the_longest_name_can_be_taken_in(tmp_path: Path, folder: Path) -> None:
    name = "b" * 219 + ".pth"
    weights.adopt(put(tmp_path / name, GOOD + b"."), SPEC)  # of its own content: it would be told as a.pth otherwise
    os.utime(folder / name, (1, 1))
    assert weights.weights_for(SPEC, name) == folder / name
    assert weights.records()[0].mtime_ns == 10**9


def test_what_is_no_readable_file_is_not_added(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    put(tmp_path / "locked" / "b.pth").chmod(0)
    cases = {
        "is a folder": tmp_path, "is no file": tmp_path / "pipe.pth", "no such file": tmp_path / "none.pth",
        "File name too long": tmp_path / ("x" * 300), "There is no such": tmp_path / "pipe.pth" / "b.pth",
        "cannot be read: Permission": tmp_path / "locked" / "b.pth",
    }  # fmt: skip
    with rights.ordinary():
        for says, path in cases.items():
            with pytest.raises(WeightsError, match=says):
                weights.adopt(path, SPEC)
        (tmp_path / "locked").chmod(0)
        with pytest.raises(WeightsError, match="cannot be read: Permission"):
            weights.adopt(tmp_path / "locked" / "b.pth", SPEC)
    (tmp_path / "locked").chmod(0o755)


def test_a_file_that_changes_while_it_is_read_is_not_trusted(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "b.pth", b"the one"), SPEC)
    os.utime(folder / "b.pth", (1, 1))

    def meanwhile(text: str, done: int, total: int) -> None:
        (folder / "b.pth").write_bytes(b"another")

    with pytest.raises(WeightsError, match="changed while it was read"):
        weights.weights_for(SPEC, on_progress=meanwhile)
    with pytest.raises(WeightsError, match="wrong checksum"):
        weights.weights_for(SPEC)
    with pytest.raises(WeightsError, match="changed while it was read"):
        weights.adopt(put(tmp_path / "mine.pth"), SPEC, on_progress=lambda *_: put(tmp_path / "mine.pth", b"more"))
    assert not (folder / "mine.pth").exists()


OTHER = InteractorSpec(id="other", name="Other", help="", weights=(Weights("b.pth"),))


def test_adding_destroys_no_file_that_is_in_use(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "b.pth", b"the one"), SPEC)
    another = put(tmp_path / "elsewhere" / "b.pth", b"another")
    with pytest.raises(WeightsError, match=r"Net has a file called b\.pth already") as failure:
        weights.adopt(another, SPEC)
    assert str(folder / "b.pth") in failure.value.detail
    for file in (another, tmp_path / "b.pth", folder / "b.pth"):
        with pytest.raises(WeightsError, match="is here already, and is net's"):
            weights.adopt(file, OTHER)
    weights.adopt(tmp_path / "b.pth", SPEC)  # the same again
    assert weights.weights_for(SPEC).read_bytes() == b"the one"


def test_adding_removes_what_a_killed_process_has_half_copied(tmp_path: Path, folder: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = put(folder / f".b.pth.{gone.pid}.0123abcd.tmp")
    elsewhere = put(folder / f".c.pth.{gone.pid}.0123abcd.tmp")
    mine, resumed = put(folder / f".d.pth.{os.getpid()}.0123abcd.tmp"), put(folder / ".e.pth.0123456789abcdef.part")
    with elsewhere.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as a process on another machine does that shares the folder
        weights.adopt(put(tmp_path / "a.pth"), SPEC)
    assert not left.exists()
    assert elsewhere.exists() and mine.exists() and resumed.exists()


def test_links_planted_for_the_programs_own_files_lead_nowhere(tmp_path: Path, folder: Path) -> None:
    precious = put(tmp_path / "precious", b"precious")
    for name in ("{}.part", "verified.{}.tmp", "{}.tmp", "part", "verified.json"):
        for pid in (os.getpid(), os.getpid() + 1, os.getpid() - 1):
            path = folder / f"b.pth.{name.format(pid)}"
            folder.mkdir(exist_ok=True)
            if not path.is_symlink():
                path.symlink_to(precious)
    weights.adopt(put(tmp_path / "b.pth", b"the one"), SPEC)
    weights.verify(weights.records()[0])
    assert precious.read_bytes() == b"precious"
    assert weights.weights_for(SPEC).read_bytes() == b"the one"
    choices = tmp_path / "config" / "termwand" / "models.yaml"
    choices.parent.mkdir(parents=True)
    choices.with_suffix(f".{os.getpid()}.tmp").symlink_to(precious)
    weights.choose(SPEC, "b.pth")
    assert precious.read_bytes() == b"precious" and weights.chosen(SPEC) == "b.pth"


def test_no_name_of_a_file_that_is_being_written_is_ever_seen_twice(tmp_path: Path, folder: Path) -> None:
    """What lies in the folder while it is written is new, private, and no two writers' the same."""
    seen: list[tuple[str, int]] = []
    watching = False

    def look(event: str, words: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(words[0], str | os.PathLike) and words[2] & os.O_CREAT:
            seen.append((os.path.basename(str(words[0])), words[2]))

    sys.addaudithook(look)
    try:
        for content in (b"one", b"two"):
            put(tmp_path / "b.pth", content)
            watching = True
            weights.adopt(tmp_path / "b.pth", SPEC)
            weights.choose(SPEC, "b.pth")
            watching = False
            (folder / "b.pth").unlink()
    finally:
        watching = False
    assert len({name for name, _ in seen}) == len(seen) == 6
    assert all(flags & os.O_EXCL and flags & os.O_NOFOLLOW for _, flags in seen)


@pytest.mark.parametrize("owner", [SPEC, OTHER])
def test_adding_replaces_what_is_gone_or_damaged(owner: InteractorSpec, tmp_path: Path, folder: Path) -> None:
    another = put(tmp_path / "elsewhere" / "b.pth", b"another")
    for content in (b"damaged by now", b""):
        weights.adopt(put(tmp_path / "b.pth", b"the one"), SPEC)
        put(folder / "b.pth", content) if content else (folder / "b.pth").unlink()
        weights.adopt(another, owner)
        assert weights.weights_for(owner).read_bytes() == b"another"
        (folder / "b.pth").unlink()


def test_adding_destroys_no_file_that_somebody_laid_there(tmp_path: Path, folder: Path) -> None:
    put(folder / "b.pth", b"laid here")
    with pytest.raises(WeightsError, match="lies in the folder of weights, not verified"):
        weights.adopt(put(tmp_path / "b.pth", b"another"), SPEC)
    assert (folder / "b.pth").read_bytes() == b"laid here"
    weights.adopt(put(tmp_path / "b.pth", b"laid here"), SPEC)
    assert weights.weights_for(SPEC) == folder / "b.pth"


def test_choosing_among_several(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "b.pth", b"b"), SPEC)
    assert weights.weights_for(SPEC) == folder / "b.pth"
    weights.adopt(put(tmp_path / "mine.pth", b"my own"), SPEC)
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    assert [here.name for here in weights.sets(SPEC)] == ["a.pth", "b.pth", "mine.pth"]
    assert weights.weights_for(SPEC, "mine.pth").read_bytes() == b"my own"
    with pytest.raises(WeightsError) as failure:
        weights.weights_for(SPEC, "mime.pth")
    assert "mine.pth" in failure.value.detail


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"file": "a.pth"}', '{"file": 3, "tool": "net", "sha256": "", "size": "1", "mtime_ns": 0}'],
)
def test_a_damaged_record_counts_as_none(damage: str, tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    (folder / "a.pth.verified.json").write_text(damage)
    assert weights.records() == [] and weights.in_use(SPEC) is None


def test_a_record_of_another_version_counts(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    path = folder / "a.pth.verified.json"
    record = json.loads(path.read_text())
    fewer = {key: value for key, value in record.items() if key not in ("variant", "licence", "published")}
    for data in (fewer, {**record, "companions": ["a.bin"]}):
        path.write_text(json.dumps(data))
        assert [found.file for found in weights.records()] == ["a.pth"]


def test_a_record_cannot_point_elsewhere(tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    put(tmp_path / "evil.pth", b"evil")
    path = folder / "a.pth.verified.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "file": "../evil.pth"}))
    assert weights.records() == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, b"a file where the folder should be")
    with pytest.raises(WeightsError):
        weights.adopt(put(tmp_path / "b.pth"), SPEC)


@pytest.mark.parametrize(
    ("licence", "non_commercial", "asks"),
    [
        ("Apache-2.0", False, False), ("MIT", False, False), ("BSD-3-Clause", False, False),
        ("Apache-2.0", True, True), ("GPL-3.0", False, True), ("AGPL-3.0", False, True), ("MPL-2.0", False, True),
        ("CC-BY-NC-4.0", False, True), ("S-Lab, non-commercial", False, True), ("", False, True),
        ("MIT code; nothing stated for the weights", False, True),
    ],
)  # fmt: skip
def test_which_terms_are_asked_about(licence: str, non_commercial: bool, asks: bool) -> None:
    found = weights.terms(Weights("x.pth", licence=licence, non_commercial=non_commercial))
    assert bool(found) is asks


def test_a_choice_is_kept_and_can_be_taken_back(tmp_path: Path, folder: Path) -> None:
    for name, content in (("a.pth", GOOD), ("b.pth", b"b"), ("mine.pth", b"my own")):
        weights.adopt(put(tmp_path / name, content), SPEC)
    weights.choose(SPEC, "mine.pth")
    assert weights.weights_for(SPEC) == folder / "mine.pth" == weights.in_use(SPEC)
    assert (tmp_path / "config" / "termwand" / "models.yaml").read_text() == "net: mine.pth\n"
    assert weights.weights_for(SPEC, "a.pth") == folder / "a.pth"
    with pytest.raises(WeightsError) as failure:
        weights.choose(SPEC, "mime.pth")
    assert 'did you mean "mine.pth"?' in failure.value.detail
    (folder / "mine.pth").unlink()
    assert weights.in_use(SPEC) is None
    with pytest.raises(WeightsError, match=r"mine\.pth, which is chosen for Net") as failure:
        weights.weights_for(SPEC)
    assert "models use net FILE takes another (a.pth, b.pth)" in failure.value.detail
    weights.choose(SPEC, "")
    assert weights.weights_for(SPEC) == folder / "a.pth"
    (folder / "b.pth").unlink()
    with pytest.raises(WeightsError, match="not here yet") as failure:
        weights.choose(SPEC, "b.pth")
    assert "termwand models get net" in failure.value.detail


@pytest.mark.parametrize("text", ["[", "- a", "net: 3", "3: a.pth", "\x00", "other: b.pth\nnet: 'a.pth"])
def test_a_damaged_file_of_choices_counts_as_none_and_is_kept(text: str, tmp_path: Path, folder: Path) -> None:
    weights.adopt(put(tmp_path / "a.pth"), SPEC)
    put(tmp_path / "config" / "termwand" / "models.yaml", text.encode())
    assert weights.chosen(SPEC) == "" and weights.weights_for(SPEC) == folder / "a.pth"
    with pytest.raises(WeightsError, match=r"choices is damaged: .*mend or delete it first"):
        weights.choose(SPEC, "a.pth")
    assert (tmp_path / "config" / "termwand" / "models.yaml").read_text() == text
    put(tmp_path / "config" / "termwand" / "models.yaml", b"")
    weights.choose(SPEC, "a.pth")
    assert weights.chosen(SPEC) == "a.pth"


@pytest.mark.parametrize(
    ("file", "others", "wanted"),
    [
        ("coco_lvis_h18s_itermask.pth", ["coco_lvis_h18_itermask.pth", "coco_lvis_h32_itermask.pth"], "h18s"),
        ("coco_lvis_h18_itermask.pth", ["coco_lvis_h18_baseline.pth"], "itermask"),
        ("sam_vit_b_01ec64.pth", ["mobile_sam.pt"], "sam_vit_b_01ec64"),
        ("sam_vit_b_01ec64.pth", ["sam_vit_l_0b3195.pth"], "b_01ec64"),
        ("net.pth", ["net.pt"], "net"),
        ("net.pth", [], "net"),
        ("net.pth", ["net_big.pth"], "net"),
    ],
)
def test_a_short_name_tells_files_apart(file: str, others: list[str], wanted: str) -> None:
    assert weights.short(file, [file, *others]) == wanted


def test_a_folder_that_cannot_be_searched_for_renamed_companions_is_a_sentence(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "mine.xml").write_bytes(b"x")
    closed.chmod(0o311)
    files = (WeightFile("a.xml", size=1, digest=f"sha256:{hashlib.sha256(b'x').hexdigest()}"), WeightFile("a.bin"))
    spec = DetectorSpec(id="a", name="A", help="", weights=(Weights("a", files=files),))
    try:
        with rights.ordinary(), pytest.raises(WeightsError, match=r"closed cannot be searched .* mine\.xml"):
            weights.gather(spec, closed / "mine.xml")
    finally:
        closed.chmod(0o700)
