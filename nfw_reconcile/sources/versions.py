"""Format versions: a major version is understood or it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.remarks import Remarks

_VERSION: Final = re.compile(r"([0-9]+)\.[0-9]+")
_SUPPORTED: Final = "1"


def check_version(document: Mapping[str, object], remarks: Remarks, remedy: str) -> None:
    """Accept any 1.x: keys are added within a major version, and none is taken away or changes meaning."""
    version = document.get("format_version")
    if version is None:
        remarks.refuse("the document has no format_version, so that nobody can tell how to read it", remedy)
        return
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        remarks.problem("format_version", 'a version such as "1.0" is needed', remedy)
    elif match[1] != _SUPPORTED:
        remarks.refuse(
            f"format_version {match[0]} is not supported, only {_SUPPORTED}.x is",
            "Use a program version that writes it, or a newer nfw-reconcile.",
        )
