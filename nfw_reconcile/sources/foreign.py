"""Files of neighbouring programs that hold no policy as they are: refused, with the command that writes one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, UnsupportedInput, error

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCRYPTED: Final = frozenset({"encrypted_data", "encryption_version"})
"""Members of a state or plan that OpenTofu encrypted (OpenTofu, "State and Plan Encryption")."""

_TERRAGRUNT: Final = frozenset(
    {
        "dependencies",
        "dependency",
        "download_dir",
        "generate",
        "iam_role",
        "inputs",
        "locals",
        "prevent_destroy",
        "remote_state",
        "skip",
        "terraform",
        "terraform_binary",
        "terragrunt_version_constraint",
    }
)
"""Members of a rendered Terragrunt configuration (Terragrunt, "Blocks" and "Attributes")."""

_LOGGED: Final = re.compile(
    rb"\s*(?:[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +(?:\S+ +){1,3}|time=\S+ +level=\S+ )[^\n]*[\n{]"
)


def refuse_foreign(document: Mapping[str, object], source: str) -> None:
    """Refuse an encrypted state or plan and a rendered Terragrunt configuration.

    Raises :class:`UnsupportedInput` for the former, which is right and cannot be read, and
    :class:`InputError` for the latter, which is something else.
    """
    where = Location(source)
    if set(document) >= _ENCRYPTED:
        summary = "this is a state or plan that OpenTofu has encrypted."
        remedy = "OpenTofu decrypts it with its own configuration: give the output of `tofu show -json`."
        raise UnsupportedInput(error(summary, where, remedy))
    if "format_version" not in document and len(_TERRAGRUNT & set(document)) > 1:
        summary = "this is a Terragrunt configuration (`terragrunt render`), which holds no resources."
        remedy = (
            "Plan and show the unit: `terragrunt plan -out plan.bin`, then "
            "`terragrunt show -json plan.bin`; of many units at once, "
            "`terragrunt run --all plan --json-out-dir DIR` writes one file each."
        )
        raise InputError(error(summary, where, remedy))


def refuse_logged(content: bytes, source: str) -> None:
    """Refuse a file into which Terragrunt wrote its log lines; raises :class:`InputError`."""
    if _LOGGED.match(content):
        summary = "there are log lines in the file, as Terragrunt writes them around what Terraform says."
        remedy = "Write it again with TG_LOG_DISABLE=true (TERRAGRUNT_LOG_DISABLE=true for older versions)."
        raise InputError(error(summary, Location(source, 1), remedy))
