"""Edits of certificates."""

from __future__ import annotations

from msgspec.structs import replace

from engine import rules
from engine.document import Document
from engine.edit_types import Edit, PutCertificate
from engine.edits.common import must


def put_certificate(document: Document, edit: PutCertificate) -> tuple[Document, Edit]:
    """Insert, replace or remove a certificate."""
    certificates, old = document.certificates, document.certificates.get(edit.id)
    if edit.certificate is not None:
        must(rules.certificate_problem(edit.certificate), "The certificate")
        certificates = certificates.set(edit.id, replace(edit.certificate, id=edit.id))
    elif old is not None:
        certificates = certificates.delete(edit.id)
    return replace(document, certificates=certificates), PutCertificate(edit.id, old)
