"""Fetching from a publisher that is well-behaved, or not, in every way we know."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import importlib.util
import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import weights
from engine.errors import WeightsError
from engine.specs import InteractorSpec, WeightFile, Weights
from engine.weights import partial

_spec = importlib.util.spec_from_file_location("publisher", Path(__file__).parent / "publisher.py")
assert _spec and _spec.loader
_module = importlib.util.module_from_spec(_spec)
sys.modules["publisher"] = _module
_spec.loader.exec_module(_module)

CONTENT = b"\x80\x02" + bytes(range(256)) * 12000
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def publisher() -> Iterator[Any]:
    found = _module.Publisher(CONTENT)
    yield found
    found.close()


CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Of 127.0.0.1, signed by itself, good for a hundred years; its key protects nothing."""


@pytest.fixture
def encrypted(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The publisher with an encrypted address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    found = _module.Publisher(CONTENT, CERTIFICATE, publisher.url("good"))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "weights"


def spec(url: str, digest: str = SHA256, size: int = len(CONTENT)) -> tuple[InteractorSpec, Weights]:
    item = Weights("net.bin", url, digest, size, "MIT")
    return InteractorSpec(id="net", name="Net", help="", weights=(item,)), item


def part_of(folder: Path, content: bytes | None = None) -> Path:
    """Return where what has come is kept, with a content."""
    folder.mkdir(exist_ok=True)
    part = partial.path_of(folder / "net.bin")
    if content is not None:
        part.write_bytes(content)
    return part


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("path", ["good", "redirect", "norange", "chunked"])
def test_a_file_is_fetched_verified_and_usable(path: str, publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url(path))
    heard: list[tuple[int, int]] = []
    (record,) = weights.fetch(owner, item, lambda text, done, total: heard.append((done, total))).records
    assert weights.weights_for(owner).read_bytes() == CONTENT
    assert record.published == SHA256 and record.source == item.files[0].url
    assert (len(CONTENT), len(CONTENT)) in heard
    assert parts(folder) == ["net.bin", "net.bin.verified.json"]


@pytest.mark.parametrize("digest", ["md5:" + hashlib.md5(CONTENT).hexdigest(), "sha256:" + SHA256[7:].upper(), ""])
def test_checksums_in_the_publishers_form(digest: str, encrypted: Any) -> None:
    owner, item = spec(encrypted.url("good"), digest)
    (record,) = weights.fetch(owner, item).records
    assert record.published == digest and f"sha256:{record.sha256}" == SHA256


@pytest.mark.parametrize("path", ["good", "norange"])
def test_it_goes_on_from_where_it_was_cut(path: str, publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url(path))
    publisher.cuts = 1
    weights.fetch(owner, item)
    assert publisher.seen == [(f"/{path}", ""), (f"/{path}", f"bytes={len(CONTENT) // 2}-")]
    assert weights.weights_for(owner).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "broken",
    [OSError(errno.EHOSTUNREACH, "No route to host"), ssl.SSLError(1, "bad record mac"), http.client.LineTooLong("x")],
)
def test_it_goes_on_after_any_error_of_the_network(
    broken: Exception, publisher: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, read = http.client.HTTPResponse.read1, 0

    def read1(answer: http.client.HTTPResponse, size: int = -1) -> bytes:
        nonlocal read
        read += 1
        if read == 4:
            raise broken
        return real(answer, min(size, 100_000))

    monkeypatch.setattr(http.client.HTTPResponse, "read1", read1)
    owner, item = spec(publisher.url("good"))
    weights.fetch(owner, item)
    assert len(publisher.seen) == 2 and publisher.seen[1][1] > "bytes="
    assert weights.weights_for(owner).read_bytes() == CONTENT


def test_cut_for_good_keeps_what_came_and_a_later_call_goes_on(publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url("good"))
    publisher.cuts = 3
    with pytest.raises(WeightsError, match="cut") as failure:
        weights.fetch(owner, item)
    kept = part_of(folder).stat().st_size
    assert str(kept) in failure.value.detail and 0 < kept < len(CONTENT)
    assert not (folder / "net.bin").exists()
    weights.fetch(owner, item)
    assert publisher.seen[-1][1] == f"bytes={kept}-"
    assert weights.weights_for(owner).read_bytes() == CONTENT


def test_a_cut_without_a_length_is_noticed(publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url("chunked"), size=0)
    publisher.cuts = 9
    with pytest.raises(WeightsError, match="cut"):
        weights.fetch(owner, item)
    assert not (folder / "net.bin").exists()


def test_a_whole_part_is_only_checked(publisher: Any, folder: Path) -> None:
    part_of(folder, CONTENT)
    owner, item = spec(publisher.url("good"), size=0)
    weights.fetch(owner, item)
    assert publisher.seen == [("/good", f"bytes={len(CONTENT)}-")]
    assert weights.weights_for(owner).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "digest", "size", "says"),
    [
        ("good", "sha256:" + "0" * 64, len(CONTENT), "wrong checksum"),
        ("good", "md5:" + "0" * 32, len(CONTENT), "wrong checksum"),
        ("good", SHA256, len(CONTENT) + 1, "wrong size|cut"),
        ("good", SHA256, len(CONTENT) - 1, "too long"),
        ("page", "", 0, "web page"),
        ("disguised", "", 0, "web page"),
        ("missing", SHA256, len(CONTENT), "404"),
        ("byftp", SHA256, len(CONTENT), "not one of the web"),
        ("down", SHA256, len(CONTENT), "leads to an address that is not encrypted"),
        ("down", "", 0, "not encrypted"),
        ("endless", SHA256, len(CONTENT), "too long"),
        ("elsewhere", SHA256, len(CONTENT), "not to be had|address"),
        ("toolong", SHA256, len(CONTENT), "leads to an address that is none"),
        ("badport", SHA256, len(CONTENT), "leads to an address that is none"),
        ("bracket", SHA256, len(CONTENT), "leads to an address that is none"),
        ("good", "crc:12", len(CONTENT), "unknown kind"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_installed(
    path: str, digest: str, size: int, says: str, encrypted: Any, folder: Path
) -> None:
    owner, item = spec(encrypted.url(path), digest, size)
    with pytest.raises(WeightsError, match=says) as failure:
        weights.fetch(owner, item)
    assert "\n" not in str(failure.value)
    assert not (folder / "net.bin").exists() and not weights.in_use(owner)
    with pytest.raises(WeightsError, match="no weights"):
        weights.weights_for(owner)


@pytest.mark.parametrize("path", ["page", "disguised"])
def test_a_page_in_place_of_the_rest_costs_nothing(path: str, publisher: Any, folder: Path) -> None:
    part_of(folder, CONTENT[:5000])
    owner, item = spec(publisher.url(path))
    with pytest.raises(WeightsError, match="web page") as failure:
        weights.fetch(owner, item)
    assert "termwand models add net FILE" in failure.value.detail
    assert part_of(folder).read_bytes() == CONTENT[:5000]
    owner, item = spec(publisher.url("good"))
    weights.fetch(owner, item)
    assert publisher.seen[-1] == ("/good", "bytes=5000-")


@pytest.mark.parametrize("path", ["good", "bare", "norange"])
@pytest.mark.parametrize("size", [len(CONTENT), 0])
@pytest.mark.parametrize("digest", [SHA256, ""])
def test_more_is_kept_than_there_is(path: str, size: int, digest: str, encrypted: Any, folder: Path) -> None:
    part_of(folder, b"of another edition" + CONTENT)
    owner, item = spec(encrypted.url(path), digest, size)
    if path == "bare" and digest and not size:  # the publisher does not say whether it is whole: the checksum does
        with pytest.raises(WeightsError, match="wrong checksum"):
            weights.fetch(owner, item)
    weights.fetch(owner, item)
    assert weights.weights_for(owner).read_bytes() == CONTENT


def test_fetching_destroys_no_other_tools_file(publisher: Any, folder: Path, tmp_path: Path) -> None:
    owner, item = spec(publisher.url("good"))
    (tmp_path / "net.bin").write_bytes(b"another's")
    weights.adopt(tmp_path / "net.bin", InteractorSpec(id="other", name="Other", help="", weights=(Weights("x"),)))
    with pytest.raises(WeightsError, match=r"net\.bin is here already, and is other's"):
        weights.fetch(owner, item)
    assert (folder / "net.bin").read_bytes() == b"another's" and not publisher.seen
    (folder / "net.bin").unlink()
    weights.fetch(owner, item)
    assert weights.weights_for(owner).read_bytes() == CONTENT


def test_a_page_of_google_drive_says_what_to_do(publisher: Any) -> None:
    error = sys.modules["engine.weights.download"].page_error(WeightFile("x", "https://drive.google.com/uc?id=1"))
    assert "confirmation" in error.detail and "termwand models add" in error.detail


def test_a_full_disk(publisher: Any, folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    owner, item = spec(publisher.url("good"))
    download, full = sys.modules["engine.weights.download"], Path("/dev/full")
    disk, said = download._written(folder / "net.bin"), pytest.raises(WeightsError, match="The disk is full")
    with said, disk, full.open("ab", buffering=0) as file:
        download._fill(file, item.files[0], owner, lambda text, done, total: None)


@pytest.mark.parametrize("planted", ["a link", "a second name", "a pipe", "a link to nowhere"])
def test_what_was_planted_in_place_of_the_part_is_put_away(
    planted: str, publisher: Any, folder: Path, tmp_path: Path
) -> None:
    owner, item = spec(publisher.url("good"))
    part, precious = part_of(folder), tmp_path / "precious"
    precious.write_bytes(b"precious")
    if planted == "a pipe":
        os.mkfifo(part)
    elif planted == "a second name":
        os.link(precious, part)
    else:
        part.symlink_to(precious if planted == "a link" else tmp_path / "nowhere")
    weights.fetch(owner, item)
    assert precious.read_bytes() == b"precious" and not (tmp_path / "nowhere").exists()
    assert weights.weights_for(owner).read_bytes() == CONTENT and not (folder / "net.bin").is_symlink()


def test_a_folder_in_place_of_the_part_is_said(publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url("good"))
    part_of(folder).mkdir()
    with pytest.raises(WeightsError, match=r"net\.bin cannot be written"):
        weights.fetch(owner, item)


def test_nobody_can_tell_where_a_part_will_lie(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = part_of(folder)
    assert mine == part_of(folder) and mine.parent == folder
    assert (tmp_path / "state" / "termwand" / "secret").stat().st_mode & 0o77 == 0
    assert partial.path_of(tmp_path / "net.bin").name != mine.name
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another user's"))
    assert part_of(folder) != mine


def test_a_fetch_that_has_ended_meanwhile_is_not_written_over(folder: Path) -> None:
    """The other process may put the file in its place between the opening of the part and its locking."""
    part = part_of(folder, b"whole")
    real, target = partial._lock, folder / "net.bin"

    def ended(file: Any, place: Path) -> None:
        if part.exists() and not target.exists():
            part.rename(target)
        real(file, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partial, "_lock", ended)
        with partial.alone(target) as (_, file):
            file.write(b"another")
    assert target.read_bytes() == b"whole"


def test_plain_addresses_only_where_a_checksum_is_known(publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url("good"), "")
    with pytest.raises(WeightsError, match="The address is not encrypted") as failure:
        weights.fetch(owner, item)
    assert "fetch it yourself" in failure.value.detail and not publisher.seen
    weights.fetch(*spec(publisher.url("good")))


def test_a_file_without_a_size_stops_at_a_limit(publisher: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    download = sys.modules["engine.weights.download"]
    monkeypatch.setattr(download, "LARGEST", 20_000_000)
    with pytest.raises(WeightsError, match="is too long") as failure:
        weights.fetch(*spec(publisher.url("endless"), size=0))
    assert "no network has more than 20000000 bytes" in failure.value.detail
    assert not (folder / "net.bin").exists() and part_of(folder).stat().st_size == 0


def test_a_file_without_a_size_stops_before_the_disk_is_full(
    publisher: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = sys.modules["engine.weights.download"]
    monkeypatch.setattr(download, "LOOK", 5_000_000)

    def come(text: str, done: int, total: int) -> None:
        if done > 8_000_000:
            monkeypatch.setattr(download, "SPARE", 1 << 62)  # as if somebody had filled the disk

    with pytest.raises(WeightsError, match="no room") as failure:
        weights.fetch(*spec(publisher.url("endless"), size=0), come)
    assert "bytes are missing on the disk" in failure.value.detail
    assert 8_000_000 < part_of(folder).stat().st_size < 20_000_000


def test_no_room_is_said_before_anything_is_fetched(
    publisher: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, item = spec(publisher.url("good"))
    monkeypatch.setattr(sys.modules["engine.weights.download"], "LARGEST", 1 << 61)

    class Vast(bytes):
        def __len__(self) -> int:
            return 1 << 60

    publisher.content = Vast(CONTENT)
    with pytest.raises(WeightsError, match="no room"):
        weights.fetch(owner, Weights("net.bin", item.files[0].url, SHA256))


def test_nobody_answers(folder: Path) -> None:
    owner, item = spec("http://127.0.0.1:9/net.bin")
    with pytest.raises(WeightsError, match="cannot be reached"):
        weights.fetch(owner, item)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_only_the_web(url: str) -> None:
    owner, item = spec(url)
    with pytest.raises(WeightsError, match="not one of the web"):
        weights.fetch(owner, item)


def test_two_at_once(publisher: Any, folder: Path) -> None:
    with part_of(folder).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        owner, item = spec(publisher.url("good"))
        with pytest.raises(WeightsError, match="already"):
            weights.fetch(owner, item)


def test_stopping_keeps_what_came(publisher: Any, folder: Path) -> None:
    owner, item = spec(publisher.url("good"))

    def stop(text: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.fetch(owner, item, stop)
    assert part_of(folder).stat().st_size > 0
    weights.fetch(owner, item)
    assert publisher.seen[-1][1].startswith("bytes=")
