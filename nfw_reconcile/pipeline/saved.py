"""The saved files: sealed with a digest when written, checked byte for byte when read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from nfw_reconcile.errors import Location, StalePlan, UnsupportedInput, error
from nfw_reconcile.model.codec import canonical, from_json, sha256, to_json
from nfw_reconcile.model.documents import FORMAT_VERSION
from nfw_reconcile.model.plan_document import PLAN_KIND, PlanDocument
from nfw_reconcile.model.result_document import RESULT_KIND, ResultDocument
from nfw_reconcile.sources.jsonfile import json_of, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

Document = TypeVar("Document", PlanDocument, ResultDocument)


def sealed(document: Document) -> Document:
    """Give the document with the digest over everything else in it."""
    return replace(document, sha256=_digest(to_json(document)))


def _digest(data: dict[str, object]) -> str:
    return sha256({key: value for key, value in data.items() if key != "sha256"})


def document_bytes(document: PlanDocument | ResultDocument) -> bytes:
    """Give the bytes of a saved file: its canonical JSON."""
    return canonical(to_json(document))


def read_saved(path: Path) -> PlanDocument | ResultDocument:
    """Read a plan or result file; see :func:`saved_document`."""
    return saved_document(read_bytes(path), path.name)


def saved_document(content: bytes, source: str) -> PlanDocument | ResultDocument:
    """Read the bytes of a saved file; refuse what is not, to the byte, what this program wrote.

    Raises ``UnsupportedInput`` for a document of another kind or major format version, ``StalePlan`` for one that
    was changed, ``InputError`` for what is no JSON; ``source`` names it.
    """
    data = json_of(content, source)
    where = Location(source)
    if not isinstance(data, dict) or data.get("kind") not in (PLAN_KIND, RESULT_KIND):
        summary = "the file is neither a plan nor a result of this program."
        raise UnsupportedInput(error(summary, where, "Make a plan with: nfw-reconcile plan ... --out FILE"))
    version = str(data.get("format_version"))
    if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".")[0]:
        summary = f"format version {version} is not one that this version reads ({FORMAT_VERSION})."
        raise UnsupportedInput(error(summary, where, "Use the version of nfw-reconcile that wrote the file."))
    if content != canonical(data) or data.get("sha256") != _digest(data):
        summary = "the file was changed after it was written: its digest does not fit its content."
        raise StalePlan(error(summary, where, "Make the plan again; a plan file cannot be edited."))
    if data["kind"] == PLAN_KIND:
        return from_json(PlanDocument, data, source)
    return from_json(ResultDocument, data, source)
