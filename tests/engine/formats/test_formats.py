"""What holds for every format that the registry finds, those that come later too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import StoreError, ToolError
from engine.formats.base import OWN, FormatSpec, find, format_of, formats
from engine.formats.loss import PARTS, counts
from tests.engine.formats.documents import everything

FORMATS = sorted(formats())


def written(format_id: str, folder: Path) -> Path:
    found = find(format_id)
    path = folder / f"it{found.SPEC.suffixes[0]}"
    found.write(path, everything())
    return path


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_format_says_what_it_is(format_id: str) -> None:
    spec = find(format_id).SPEC
    assert isinstance(spec, FormatSpec) and spec.id == format_id and spec.name and spec.suffixes and spec.source
    assert spec.carries <= PARTS.keys()


@pytest.mark.parametrize("format_id", FORMATS)
def test_what_is_carried_comes_back_and_nothing_else(format_id: str, tmp_path: Path) -> None:
    document, spec = everything(), find(format_id).SPEC
    read = find(format_id).read(written(format_id, tmp_path)).document
    carried = {part: number for part, number in counts(document).items() if part in spec.carries}
    assert {part: number for part, number in counts(read).items() if number} == carried
    assert format_id != OWN or read == document


@pytest.mark.parametrize("format_id", FORMATS)
def test_its_own_files_are_known_by_their_content(format_id: str, tmp_path: Path) -> None:
    path = written(format_id, tmp_path)
    assert format_of(path) is find(format_id)
    renamed = path.rename(tmp_path / "renamed.txt")
    assert format_of(renamed) is find(format_id)


@pytest.mark.parametrize("format_id", FORMATS)
@given(data=st.binary(max_size=200))
def test_looking_never_raises(format_id: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_bytes(data)
    assert find(format_id).sniff(path) in (True, False)


@pytest.mark.parametrize("format_id", FORMATS)
def test_what_is_no_annotation_file_is_not_taken_for_one(format_id: str, tmp_path: Path, street: Path) -> None:
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "keymap.yaml").write_text("main:\n  f: frames.step 1\n")
    others = [tmp_path, tmp_path / "none.yaml", tmp_path / "empty.yaml", tmp_path / "keymap.yaml", *street.iterdir()]
    assert not [path for path in others if find(format_id).sniff(path)]


@pytest.mark.parametrize("format_id", FORMATS)
def test_a_disk_that_refuses_is_said(format_id: str, tmp_path: Path) -> None:
    suffix = find(format_id).SPEC.suffixes[0]
    with pytest.raises(StoreError):
        find(format_id).read(tmp_path / f"none{suffix}")
    with pytest.raises(StoreError):
        find(format_id).write(tmp_path / "no folder" / f"it{suffix}", everything())


@pytest.mark.parametrize(
    "text",
    [
        "termwand: 1\n", "# mine\n\ntermwand : 1\n", "\ufefftermwand: 1\n", '{"termwand": 1}',
        "media: {}\r\ntermwand: 1", '"termwand": 1', "---\ntermwand: 1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_our_own_is_known_however_a_person_wrote_it(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(text.encode(encoding))
    assert format_of(tmp_path / "a.yml") is find(OWN)


def test_a_format_that_there_is_not_gets_the_nearest_name() -> None:
    with pytest.raises(ToolError, match='did you mean "termwand"'):
        find("termwnad")
