"""What holds for every kind of trouble that is found, those that come later too."""

from __future__ import annotations

from pathlib import Path

import pytest
from immutables import Map

from engine.document import Document, MediaInfo
from engine.review.base import FindingSpec, findings, kinds
from engine.store import load
from tests.engine.formats.documents import everything

KINDS = sorted(kinds())
SAMPLE = Path(__file__).parents[3] / "samples" / "street.termwand.yaml"


def annotated() -> Document:
    """Return the sample's shapes, each drawn twice."""
    sample = load(SAMPLE)
    return Document(sample.media, sample.labels, Map({f: shapes * 2 for f, shapes in sample.frames.items()}),
                    sample.tracks)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_it_is(kind: str) -> None:
    spec = kinds()[kind].SPEC
    assert isinstance(spec, FindingSpec) and spec.id == kind and spec.name and spec.unit


@pytest.mark.parametrize(
    "document", [Document(MediaInfo("a.jpg")), everything(), annotated()], ids=["none", "all", "sample"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_findings_are_whole_and_in_order(kind: str, document: Document) -> None:
    spec = kinds()[kind].SPEC
    found = list(kinds()[kind].find(document, spec.threshold))
    for finding in found:
        assert finding.kind == kind and finding.score >= spec.threshold and finding.ids and finding.text
        assert 0 <= finding.first <= finding.worst <= finding.last < document.media.frames
    assert found == sorted(found, key=lambda finding: finding.first)


@pytest.mark.parametrize("kind", KINDS)
def test_a_higher_threshold_finds_no_more(kind: str) -> None:
    spec = kinds()[kind].SPEC
    all_of, fewer = (list(kinds()[kind].find(annotated(), spec.threshold + more)) for more in (0.0, 0.1))
    assert all(finding in all_of for finding in fewer)


def test_all_kinds_are_asked() -> None:
    asked = {finding.kind for finding in findings(annotated())}
    assert asked <= set(KINDS) and "duplicates" in asked
