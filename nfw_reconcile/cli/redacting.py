"""What ``--redact`` says, and what a configuration file says where nobody gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.report.redaction import Redaction

NOTHING: Final = "none"
METAVAR: Final = "ip,tags,names|none"


def redaction(words: str | None) -> Redaction | None:
    """Read ``--redact``; ``None`` where it was not given. Raises ``UsageError``."""
    from nfw_reconcile.report.redaction import Redaction  # noqa: PLC0415 - not for --help

    if words is None:
        return None
    chosen = [] if words == NOTHING else [word.strip() for word in words.split(",")]
    known = Redaction.__dataclass_fields__
    if unknown := [word for word in chosen if word not in known]:
        summary = f"--redact {words}: {', '.join(unknown)} is none of {', '.join(known)}."
        raise UsageError(error(summary, None, f"For example: --redact ip,names, or --redact {NOTHING}"))
    return Redaction(**dict.fromkeys(chosen, True))


def redaction_of(settings: Settings) -> Redaction:
    """Give what a configuration file wants left out."""
    from nfw_reconcile.report.redaction import Redaction  # noqa: PLC0415 - not for --help

    return Redaction(**{word.value: True for word in settings.redact})
