"""A document as JSON for programs: everything that may be shown, and nothing that may not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nfw_reconcile.model.codec import to_json
from nfw_reconcile.report.masking import masked
from nfw_reconcile.report.redaction import NOTHING, Redaction, redacted

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument


def render_json(document: PlanDocument | ResultDocument, redaction: Redaction = NOTHING) -> str:
    """Render a document as one line of sorted JSON: equal documents are equal bytes.

    It is a report and no plan file: the policies themselves are left out, sensitive values are masked,
    and ``sha256`` is still that of the file. Pure ASCII without control characters, whatever the data.
    """
    data = to_json(redacted(masked(document), redaction))
    for firewall in data["firewalls"]:
        firewall.pop("old_policy", None)
        firewall.pop("new_policy", None)
    text = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{inert(text)}\n"


def inert(text: str) -> str:
    """Give JSON text with the two ASCII sequences escaped that a terminal or a CI log would act on."""
    return text.replace("\x7f", "\\u007f").replace("##", "\\u0023\\u0023")
