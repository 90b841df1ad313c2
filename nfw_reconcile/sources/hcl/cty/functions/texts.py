"""Functions on strings that are Terraform's own, and hashes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from nfw_reconcile.sources.hcl.cty.functions.encodings import base64_text
from nfw_reconcile.sources.hcl.cty.functions.signature import Function, about_texts, of_texts
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

_NAMESPACES: Final = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}

Digest = Callable[[bytes], bytes]

DIGESTS: Final[Mapping[str, Digest]] = {
    "md5": lambda content: hashlib.md5(content, usedforsecurity=False).digest(),
    "sha1": lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    "sha256": lambda content: hashlib.sha256(content).digest(),
    "sha512": lambda content: hashlib.sha512(content).digest(),
}


def _hexadecimal(digest: Digest) -> Function:
    return of_texts(lambda text: digest(text.encode("utf-8")).hex())


def _base64(digest: Digest) -> Function:
    return of_texts(lambda text: base64_text(digest(text.encode("utf-8"))))


def _uuid5(namespace: str, name: str) -> str:
    known = _NAMESPACES.get(namespace)
    try:
        return str(uuid.uuid5(known or uuid.UUID(namespace), name))
    except ValueError as problem:
        raise EvaluationError(
            f"{namespace!r} is no namespace: it is dns, url, oid, x500 or a UUID."
        ) from problem


TEXTS: Final[Mapping[str, Function]] = {
    "endswith": about_texts(lambda text, end: str(text).endswith(end)),
    "startswith": about_texts(lambda text, start: str(text).startswith(start)),
    "strcontains": about_texts(lambda text, part: part in text),
    "uuidv5": of_texts(_uuid5, 2),
    **{name: _hexadecimal(digest) for name, digest in DIGESTS.items()},
    **{f"base64{name}": _base64(DIGESTS[name]) for name in ("sha256", "sha512")},
}
