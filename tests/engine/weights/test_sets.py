"""Sets of several files: fetched and taken in as one, whole or not used, told apart from their kin by name."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import weights
from engine.errors import WeightsError
from engine.specs import DetectorSpec, ToolSpec, TrackerSpec, WeightFile, Weights
from engine.tools.adopting import adopt

_spec = importlib.util.spec_from_file_location("publisher", Path(__file__).parent / "publisher.py")
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "weights"


XML, BIN = b"<net name='face'/>" * 50, bytes(range(256)) * 3000


def of(content: bytes, kind: str = "sha256") -> str:
    return f"{kind}:{hashlib.new(kind, content).hexdigest()}"


def pair(name: str, xml: bytes = XML, url: str = "", size: bool = False) -> Weights:
    files = (
        WeightFile("face.xml", url and f"{url}/xml", of(xml, "sha384"), len(xml) if size else 0),
        WeightFile("face.bin", url and f"{url}/bin", of(BIN), len(BIN) if size else 0),
    )
    return Weights(name, files=files, licence="Apache-2.0")


FACE = DetectorSpec(
    id="face", name="Faces", help="", weights=(pair("FP32"), pair("FP16", XML + b" "), Weights("f.onnx"))
)
YOLO = DetectorSpec(
    id="yolo", name="YOLO", help="",
    weights=(Weights("nano", files=(WeightFile("yolox_nano.onnx"), WeightFile("coco.names", optional=True))),),
)  # fmt: skip
NANO = TrackerSpec(
    id="nano", name="Nano", help="", licence="Apache-2.0",
    weights=(
        Weights(
            "nanotrack_v2", licence="Apache-2.0",
            files=(
                WeightFile(
                    "nanotrack_v2_backbone.onnx", size=1_056_849,
                    digest="sha256:530bdd0cd00f19afab79a863e71ba71e3312395a5dc9151af675082bdaaa2fc4",
                ),
                WeightFile(
                    "nanotrack_v2_head.onnx", size=726_198,
                    digest="sha256:0d8c0637be849f092cc7236cae02e55c8b9455ebe37ba50601d6115db4247cd9",
                ),
            ),
        ),
    ),
)  # fmt: skip


def put(folder: Path, **files: bytes) -> Path:
    """Write files, `face_xml` as face.xml; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def names(owner: ToolSpec) -> list[str]:
    return [here.name for here in weights.sets(owner)]


# what a declaration may say


def test_one_file_is_a_set_of_its_own_name() -> None:
    alone = Weights("net.pth", "https://x/net.pth", "md5:0", 5, "MIT", True)
    assert alone.files == (WeightFile("net.pth", "https://x/net.pth", "md5:0", 5),) and alone.alone
    assert (alone.size, alone.fetchable, alone.licence, alone.non_commercial) == (5, True, "MIT", True)
    assert not Weights("net", files=alone.files).alone


def test_a_sets_size_and_address_are_those_of_all_that_it_needs() -> None:
    assert pair("x", url="https://x", size=True).size == len(XML) + len(BIN)
    assert (pair("x").size, pair("x").fetchable) == (0, False)
    labels = WeightFile("coco.names", optional=True)
    assert Weights("y", files=(WeightFile("y.onnx", "https://x/y", size=7), labels)).size == 7
    assert Weights("y", files=(WeightFile("y.onnx", "https://x/y", size=7), labels)).fetchable
    with pytest.raises(ValueError, match="their own addresses"):
        Weights("y", "https://x/y", files=(labels,))
    with pytest.raises(ValueError, match="cannot be missing"):
        Weights("y", files=(labels,))


@pytest.mark.parametrize(
    ("more", "process"),
    [({}, "screen"), ({"weights": (Weights("a"),)}, "engine"), ({"packages": ("torch",)}, "engine"),
     ({"runs_in": "engine"}, "engine"), ({"weights": (Weights("a"),), "runs_in": "screen"}, "screen")],
)  # fmt: skip
def test_a_tool_runs_where_its_weights_ask_for_it(more: dict[str, Any], process: str) -> None:
    assert ToolSpec(id="t", name="T", help="", **more).process == process


# taking in


def test_real_files_are_taken_in_as_one_set(shared: Path, folder: Path) -> None:
    here = adopt(NANO, shared / "weights" / "nanotrack_v2_backbone.onnx")
    assert (here.name, here.size) == ("nanotrack_v2", 1_056_849 + 726_198) and here.published.count("sha256:") == 2
    first = weights.weights_for(NANO)
    assert first == folder / "sets" / "nano" / "nanotrack_v2" / "nanotrack_v2_backbone.onnx" == weights.in_use(NANO)
    (second,) = weights.companions(first)
    assert second == first.with_name("nanotrack_v2_head.onnx")
    assert second.read_bytes() == (shared / "weights" / second.name).read_bytes()
    assert weights.used(NANO).licence == "Apache-2.0" and weights.named(NANO) == ("nanotrack_v2", "")


def test_the_second_file_leads_to_the_first(shared: Path) -> None:
    assert adopt(NANO, shared / "weights" / "nanotrack_v2_head.onnx").path.name == "nanotrack_v2_backbone.onnx"
    assert names(NANO) == ["nanotrack_v2"]


def test_a_network_finds_its_labels_and_does_without_them(shared: Path, tmp_path: Path) -> None:
    own = put(tmp_path / "own", coco_names=b"person\nbicycle\n")
    (own / "yolox_nano.onnx").symlink_to(shared / "weights" / "yolox_nano.onnx")
    first = adopt(YOLO, own / "yolox_nano.onnx").path
    assert [path.read_text() for path in weights.companions(first)] == ["person\nbicycle\n"]
    mine = put(tmp_path / "mine", cats_names=b"cat\n")
    (mine / "cats.onnx").symlink_to(shared / "weights" / "yolox_nano.onnx")
    (mine / "bare.onnx").symlink_to(shared / "weights" / "yolox_nano.onnx")
    assert [path.name for path in weights.companions(adopt(YOLO, mine / "cats.onnx").path)] == ["cats.names"]
    assert weights.companions(adopt(YOLO, mine / "bare.onnx").path) == ()
    assert names(YOLO) == ["nano", "bare", "cats"]
    put(mine, bare_names=b"dog\n")
    assert [path.name for path in weights.companions(adopt(YOLO, mine / "bare.onnx").path)] == ["bare.names"]


def test_what_lies_beside_a_set_unverified_is_no_part_of_it(shared: Path, folder: Path) -> None:
    first = adopt(YOLO, shared / "weights" / "yolox_nano.onnx").path
    first.with_name("coco.names").write_text("intruder\n")
    assert weights.companions(first) == () and names(YOLO) == ["nano"]


@pytest.mark.parametrize(
    ("given", "lying", "says"),
    [
        ("face.xml", {"face_xml": XML}, r"face\.bin is missing beside face\.xml"),
        ("face.bin", {"face_bin": BIN}, r"face\.xml is missing beside face\.bin"),
        ("own.xml", {"own_xml": XML, "face_bin": BIN}, r"own\.bin is missing beside own\.xml"),
        ("own.bin", {"own_bin": BIN}, r"own\.xml is missing beside own\.bin"),
        ("own.txt", {"own_txt": XML}, r"own\.txt is no file of Faces.*face\.xml with face\.bin, or f\.onnx"),
    ],
)
def test_a_missing_companion_is_named(
    given: str, lying: dict[str, bytes], says: str, tmp_path: Path, folder: Path
) -> None:
    put(tmp_path / "own", **lying)
    with pytest.raises(WeightsError, match=says):
        adopt(FACE, tmp_path / "own" / given)
    assert not folder.exists()


def test_a_companion_that_has_come_before_need_not_come_again(tmp_path: Path) -> None:
    adopt(FACE, put(tmp_path / "own", face_xml=XML, face_bin=BIN) / "face.xml")
    (first,) = [here.path for here in weights.sets(FACE)]
    first.unlink()
    (tmp_path / "own" / "face.bin").unlink()
    assert names(FACE) == []
    here = adopt(FACE, tmp_path / "own" / "face.xml")
    assert names(FACE) == ["FP32"] and here.records[1].source == str(tmp_path / "own" / "face.bin")


def test_of_two_editions_the_checksum_tells_which_it_is(tmp_path: Path, folder: Path) -> None:
    half = put(tmp_path / "half", face_xml=XML + b" ", face_bin=BIN)
    assert adopt(FACE, half / "face.xml").name == "FP16" and weights.weights_for(FACE).parent.name == "FP16"
    whole = put(tmp_path / "whole", face_xml=XML, face_bin=BIN)
    assert [adopt(FACE, place / "face.bin").name for place in (whole, half)] == ["FP32", "FP16"]
    assert names(FACE) == ["FP32", "FP16"] and weights.named(FACE) == ("FP32", "FP32")
    with pytest.raises(WeightsError, match=r"face\.xml has the wrong checksum"):
        adopt(FACE, put(tmp_path / "other", face_xml=b"<other/>", face_bin=BIN) / "face.xml")
    with pytest.raises(WeightsError, match=r"face\.bin has the wrong checksum"):
        adopt(FACE, put(tmp_path / "other", face_xml=XML, face_bin=b"other") / "face.xml")


def test_a_set_of_ones_own_is_called_as_its_files(tmp_path: Path) -> None:
    adopt(FACE, put(tmp_path / "own", own_xml=b"<own/>", own_bin=b"own") / "own.bin")
    adopt(FACE, put(tmp_path / "own", f_onnx=b"f") / "f.onnx")
    assert names(FACE) == ["f.onnx", "own"] and weights.weights_for(FACE, "own").name == "own.xml"
    with pytest.raises(WeightsError, match=r"Faces has a file called own\.xml already, with another content"):
        adopt(FACE, put(tmp_path / "more", own_xml=b"<else/>", own_bin=b"own") / "own.xml")
    assert weights.weights_for(FACE, "own").read_bytes() == b"<own/>"


def test_taking_in_tells_of_all_files_as_one(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    own = put(tmp_path / "own", own_xml=XML, own_bin=BIN, f_onnx=b"f" * 5)
    adopt(FACE, own / "own.xml", lambda text, done, total: heard.append((done, total)))
    assert heard[-1] == (len(XML) + len(BIN),) * 2 and len({total for _, total in heard}) == 1
    adopt(FACE, own / "f.onnx", lambda text, done, total: heard.append((done, total)))
    assert heard[-1] == (5, 5)


def test_two_kinds_of_set_have_no_name_together(shared: Path, tmp_path: Path) -> None:
    both = DetectorSpec(id="both", name="Both", help="", weights=(pair("FP32"), *YOLO.weights))
    adopt(both, put(tmp_path / "own", own_xml=b"<own/>", own_bin=b"own") / "own.xml")
    (tmp_path / "own" / "own.onnx").symlink_to(shared / "weights" / "yolox_nano.onnx")
    with pytest.raises(WeightsError, match="Both has weights called own already, of other files"):
        adopt(both, tmp_path / "own" / "own.onnx")
    assert [path.name for path in weights.companions(weights.weights_for(both, "own"))] == ["own.bin"]


def test_two_tools_may_have_sets_of_one_name(tmp_path: Path) -> None:
    other = DetectorSpec(id="other", name="Other", help="", weights=(pair("FP32"),))
    for owner in (FACE, other):
        adopt(owner, put(tmp_path / "own", face_xml=XML, face_bin=BIN) / "face.xml")
    assert weights.weights_for(FACE) != weights.weights_for(other)


# trusting


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Take in FP32 and FP16; return the folder of FP32."""
    adopt(FACE, put(tmp_path / "half", face_xml=XML + b" ", face_bin=BIN) / "face.xml")
    return adopt(FACE, put(tmp_path / "whole", face_xml=XML, face_bin=BIN) / "face.xml").path.parent


def test_verifying_says_which_file_is_wrong(both: Path) -> None:
    heard: list[tuple[int, int]] = []
    weights.verify_set(weights.sets(FACE)[0], lambda text, done, total: heard.append((done, total)))
    assert heard[-1] == (len(XML) + len(BIN),) * 2 and heard == sorted(heard)
    (both / "face.bin").write_bytes(BIN[::-1])
    for ask in (lambda: weights.verify_set(weights.sets(FACE)[0]), lambda: weights.weights_for(FACE)):
        with pytest.raises(weights.MismatchError, match=r"face\.bin of FP32 has the wrong checksum"):
            ask()
    assert weights.weights_for(FACE, "FP16").parent.name == "FP16"


def test_a_set_that_lacks_a_file_is_not_used_and_says_which(both: Path) -> None:
    weights.choose(FACE, "FP32")
    (both / "face.bin").unlink()
    assert names(FACE) == ["FP16"] and weights.in_use(FACE) is None
    for ask in (
        lambda: weights.weights_for(FACE), lambda: weights.weights_for(FACE, "FP32"),
        lambda: weights.choose(FACE, "FP32"), lambda: weights.verify_set(weights.found(FACE)[0]),
    ):  # fmt: skip
        with pytest.raises(WeightsError, match=r"face\.bin.* missing"):
            ask()
    weights.choose(FACE, "")
    assert weights.weights_for(FACE).parent.name == "FP16"


def test_a_set_that_was_renamed_or_moved_by_hand_is_none(both: Path) -> None:
    both.rename(both.with_name("FP64"))
    assert names(FACE) == ["FP16"]
    both.parent.rename(both.parent.with_name("other"))
    assert names(FACE) == [] and weights.records() == []


@pytest.mark.parametrize(
    "forged", [{"set": "../FP16"}, {"files": ["../x", "face.xml"]}, {"files": ["face.bin"]}, {"files": 3}, {"set": 3},
               {"files": [3, "face.xml"]}, {"set": ".."}, {"files": ["..", "face.xml"]}, {"files": [".", "face.xml"]},
               {"set": "."}],
)  # fmt: skip
def test_a_record_of_a_set_cannot_point_elsewhere(forged: dict[str, Any], both: Path) -> None:
    path = both / "face.xml.verified.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **forged}))
    assert names(FACE) == ["FP16"]


@pytest.mark.parametrize(
    "forged", [{"tool": "../face"}, {"tool": "/face"}, {"tool": ".."}, {"files": ["other.onnx"]},
               {"files": ["one.onnx", "../other"]}],
    ids=str,
)  # fmt: skip
def test_a_record_of_a_file_by_itself_cannot_point_elsewhere(
    forged: dict[str, Any], tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "one.onnx").write_bytes(b"one")
    adopt(FACE, tmp_path / "one.onnx")
    path = folder / "one.onnx.verified.json"
    assert weights.record_of(folder / "one.onnx") is not None and len(weights.records()) == 1
    path.write_text(json.dumps({**json.loads(path.read_text()), **forged}))
    assert weights.record_of(folder / "one.onnx") is None and weights.records() == []


def test_what_changes_in_any_file_changes_the_digest(both: Path, tmp_path: Path) -> None:
    first = weights.weights_for(FACE)
    before = weights.digest_of(first)
    assert before != weights.digest_of(weights.weights_for(FACE, "FP16")) != weights.record_of(first).sha256
    (both / "face.bin").unlink()
    loose = DetectorSpec(id="face", name="Faces", help="", weights=(Weights("FP32", files=(
        WeightFile("face.xml"), WeightFile("face.bin"))),))  # fmt: skip
    adopt(loose, put(tmp_path / "own", face_xml=XML, face_bin=b"another") / "face.xml")
    assert weights.digest_of(first) != before
    own = tmp_path / "one.onnx"
    own.write_bytes(b"one")
    path = adopt(FACE, own).path
    assert weights.digest_of(path) == hashlib.sha256(b"one").hexdigest() and weights.digest_of(own) == ""


def test_the_files_of_before_are_where_they_were(tmp_path: Path, folder: Path) -> None:
    """A folder that an earlier version wrote, and one that it can read."""
    put(folder, f_onnx=b"f")
    old = {"file": "f.onnx", "tool": "face", "sha256": hashlib.sha256(b"f").hexdigest(), "size": 1,
           "mtime_ns": (folder / "f.onnx").stat().st_mtime_ns, "source": "", "published": "", "variant": "",
           "licence": ""}  # fmt: skip
    (folder / "f.onnx.verified.json").write_text(json.dumps(old))
    assert weights.weights_for(FACE) == folder / "f.onnx" and names(FACE) == ["f.onnx"]
    os.utime(folder / "f.onnx", (1, 1))
    weights.weights_for(FACE)
    new = json.loads((folder / "f.onnx.verified.json").read_text())
    assert {name: new[name] for name in old} == {**old, "mtime_ns": 10**9}
    assert sorted(path.name for path in folder.iterdir()) == ["f.onnx", "f.onnx.verified.json"]


def test_a_file_cannot_take_the_folders_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="rename it"):
        weights.adopt(put(tmp_path / "own", sets=b"x") / "sets", FACE)


# fetching


class Two:
    """A publisher of the two files, at addresses of their own."""

    def __init__(self) -> None:
        certificate = Path(__file__).with_name("localhost.pem")
        self.xml, self.bin = _module.Publisher(XML, certificate), _module.Publisher(BIN, certificate)

    def owner(self, xml: str = "good", bin: str = "good", *, size: bool = True) -> tuple[ToolSpec, Weights]:
        files = (
            WeightFile("face.xml", self.xml.url(xml), of(XML), len(XML) if size else 0),
            WeightFile("face.bin", self.bin.url(bin), of(BIN, "sha384"), len(BIN) if size else 0),
            WeightFile("face.names", optional=True),
        )
        item = Weights("FP32", files=files, licence="Apache-2.0")
        return DetectorSpec(id="face", name="Faces", help="", weights=(item,)), item


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).with_name("localhost.pem")))
    found = Two()
    yield found
    found.xml.close()
    found.bin.close()


def test_all_files_are_fetched_and_told_as_one(publisher: Two, folder: Path) -> None:
    owner, item = publisher.owner()
    heard: list[tuple[int, int]] = []
    here = weights.fetch(owner, item, lambda text, done, total: heard.append((done, total)))
    assert here.missing == () and here.published == f"{of(XML)}, {of(BIN, 'sha384')}"
    assert {total for _, total in heard} == {len(XML) + len(BIN)} and heard[-1][0] == len(XML) + len(BIN)
    first = weights.weights_for(owner)
    assert first.read_bytes() == XML and [path.read_bytes() for path in weights.companions(first)] == [BIN]
    assert weights.installed(owner, item) == here
    weights.fetch(owner, item)
    assert len(publisher.xml.seen) == len(publisher.bin.seen) == 1


def test_where_sizes_are_unknown_each_file_is_told_alone(publisher: Two) -> None:
    heard: list[tuple[int, int]] = []
    weights.fetch(*publisher.owner(size=False), lambda text, done, total: heard.append((done, total)))
    assert {(len(XML), len(XML)), (len(BIN), len(BIN))} <= set(heard)


@pytest.mark.parametrize("path", ["missing", "page"])
def test_one_files_failure_leaves_the_others(path: str, publisher: Two, folder: Path) -> None:
    owner, item = publisher.owner(bin=path)
    with pytest.raises(WeightsError, match=r"face\.bin"):
        weights.fetch(owner, item)
    (part,) = weights.found(owner)
    assert part.missing == ("face.bin",) and weights.sets(owner) == [] and weights.installed(owner, item) is None
    with pytest.raises(WeightsError, match=r"FP32 of Faces is not whole: face\.bin is missing") as failure:
        weights.weights_for(owner)
    assert "termwand models get face" in failure.value.detail
    owner, item = publisher.owner()
    weights.fetch(owner, item)
    assert weights.weights_for(owner).read_bytes() == XML and len(publisher.xml.seen) == 1


def test_a_set_goes_on_from_where_its_second_file_was_cut(publisher: Two) -> None:
    owner, item = publisher.owner()
    publisher.bin.cuts = 3
    with pytest.raises(WeightsError, match="cut"):
        weights.fetch(owner, item)
    weights.fetch(owner, item)
    assert publisher.bin.seen[-1][1].startswith("bytes=") and len(publisher.xml.seen) == 1
    assert weights.sets(owner)[0].missing == ()


def test_what_was_fetched_in_part_is_made_whole_by_hand(publisher: Two, tmp_path: Path) -> None:
    owner, item = publisher.owner(bin="page")
    with pytest.raises(WeightsError, match="web page"):
        weights.fetch(owner, item)
    here = adopt(owner, put(tmp_path / "downloads", face_bin=BIN) / "face.bin")
    assert here.missing == () and [record.source for record in here.records] == [
        item.files[0].url, str(tmp_path / "downloads" / "face.bin")
    ]  # fmt: skip


def test_a_set_with_a_file_that_has_no_address_is_not_begun(publisher: Two) -> None:
    item = Weights("x", files=(WeightFile("x.xml", publisher.xml.url("good")), WeightFile("x.bin")))
    with pytest.raises(WeightsError, match=r"x\.bin has no address"):
        weights.fetch(DetectorSpec(id="x", name="X", help="", weights=(item,)), item)
    assert not publisher.xml.seen


def test_a_set_under_other_names_is_told_by_its_content(tmp_path: Path, shared: Path, folder: Path) -> None:
    for part in ("backbone", "head"):
        (tmp_path / f"my_{part}.onnx").write_bytes((shared / "weights" / f"nanotrack_v2_{part}.onnx").read_bytes())
    here = adopt(NANO, tmp_path / "my_head.onnx")
    assert here.name == "nanotrack_v2" and here.published and not here.missing
    assert [record.file for record in here.records] == ["nanotrack_v2_backbone.onnx", "nanotrack_v2_head.onnx"]


def test_a_file_of_the_same_size_but_other_content_is_not_taken_for_it(tmp_path: Path, shared: Path) -> None:
    content = bytearray((shared / "weights" / "nanotrack_v2_backbone.onnx").read_bytes())
    content[-1] ^= 1
    (tmp_path / "my_backbone.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match="missing beside my_backbone"):
        adopt(NANO, tmp_path / "my_backbone.onnx")


def published(*names: str) -> DetectorSpec:
    """Declare a set of these files, each with its own name as its content, and checksums."""
    files = tuple(WeightFile(name, size=len(name), digest=f"sha256:{hashlib.sha256(name.encode()).hexdigest()}")
                  for name in names)  # fmt: skip
    return DetectorSpec(id="face", name="Faces", help="", weights=(Weights("face", files=files),))


@pytest.mark.parametrize("given", ["mine.xml", "mine.data"])
def test_the_files_of_a_renamed_set_may_have_several_endings(given: str, tmp_path: Path) -> None:
    for name, content in (("mine.xml", "face.xml"), ("mine.data", "face.data"), ("no.txt", "other")):
        (tmp_path / name).write_text(content)
    found = weights.gather(published("face.xml", "face.data"), tmp_path / given)
    assert found.name == "face" and [part.path.name for part in found.parts] == ["mine.xml", "mine.data"]
