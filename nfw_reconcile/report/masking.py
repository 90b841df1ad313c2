"""Hide what Terraform marks sensitive, and what follows from it, in a document that is to be shown."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import (
    AddressName,
    CauseText,
    FilterText,
    FirewallIdentity,
    FlowRow,
    FlowText,
    Limits,
    PolicyIdentity,
    RuleText,
)
from nfw_reconcile.model.plan_document import Box, FirewallPlan, RegionPart, SettingChange
from nfw_reconcile.report.addresses import addresses_in, tells_nothing
from nfw_reconcile.report.rewrite import D, Rewriter, file_of, parts_of, without_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import DataclassInstance

SENSITIVE: Final = "(sensitive)"

_SHORTEST: Final = 4
"""A shorter piece of a sensitive value would be found, and hidden, in half of all words."""

_LITERAL: Final = (
    RuleText,
    SettingChange,
    FlowText,
    Box,
    FilterText,
    Limits,
    FirewallIdentity,
    PolicyIdentity,
)
"""Parts that say for themselves whether they are sensitive, or that no sensitive value flows into."""

_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BETWEEN_VALUES: Final = re.compile(r"[\s,;!\[\]\"'=]+")


def masked(document: D) -> D:
    """Give the document without sensitive values and without the policies themselves.

    Remarks, conditions and reasons are sentences that may quote a sensitive value: every piece of one
    that is found in them is hidden too.
    """
    return _Mask(_secrets(document)).apply(document)


def hide(texts: Iterable[str], sensitive: Iterable[str]) -> tuple[str, ...]:
    """Give the texts with every piece of the sensitive rule texts in them hidden."""
    mask = _Mask({secret for text in sensitive for secret in _of_rule(text)})
    return tuple(mask.scrub(text) for text in texts)


class _Mask(Rewriter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
        pattern = "|".join(re.escape(secret) for secret in longest_first)
        self._secrets = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if pattern else None

    def scrub(self, text: str) -> str:
        return self._secrets.sub(SENSITIVE, text) if self._secrets else text

    def text(self, value: str, owner: object, field: str) -> str:
        is_of_flow = isinstance(owner, AddressName) and field == "address"  # the flow itself is shown
        return value if is_of_flow or isinstance(owner, _LITERAL) else self.scrub(value)

    def node(self, value: DataclassInstance) -> DataclassInstance:
        if self.scrub(file_of(value)) != file_of(value):
            value = without_file(value)
        match value:
            case RuleText(sensitive=True):
                return dataclasses.replace(value, text=SENSITIVE)
            case SettingChange(sensitive=True):
                return dataclasses.replace(value, old=SENSITIVE, new=SENSITIVE)
            case FilterText(sensitive=True):
                return FilterText(SENSITIVE, SENSITIVE, SENSITIVE, SENSITIVE, (), sensitive=True)
            case RegionPart() if value.sensitive or _from_sensitive_rule(value.old, value.new):
                return _hidden_part(value)
            case FlowRow() if _from_sensitive_rule(value.old, value.new):
                return _hidden_words(value)
            case FirewallPlan():
                return dataclasses.replace(value, old_policy=None, new_policy={})
            case _:
                return value


def _from_sensitive_rule(*causes: CauseText) -> bool:
    return any(cause.rule is not None and cause.rule.sensitive for cause in causes)


def _hidden_part(part: RegionPart) -> RegionPart:
    return dataclasses.replace(
        part,
        witness=FlowText(0, SENSITIVE, 0, SENSITIVE, 0),
        boxes=(),
        tuples=SENSITIVE,
        conditions=_hidden(part.conditions),
        sensitive=True,
    )


def _hidden_words(row: FlowRow) -> FlowRow:
    return dataclasses.replace(row, conditions=_hidden(row.conditions), reasons=_hidden(row.reasons))


def _hidden(texts: tuple[str, ...]) -> tuple[str, ...]:
    return (SENSITIVE,) if texts else ()


def _secrets(document: DataclassInstance) -> set[str]:
    found: set[str] = set()
    for part in parts_of(document):
        match part:
            case RuleText(sensitive=True):
                found.update(_of_rule(part.text))
            case SettingChange(sensitive=True):
                found.update(_of_values(part.old, part.new))
            case FilterText(sensitive=True):
                found.update(_of_values(part.source, part.destination))
            case RegionPart() if part.sensitive or _from_sensitive_rule(part.old, part.new):
                found.update(_of_part(part))
            case _:
                pass
    return {secret for secret in found if len(secret) >= _SHORTEST and not tells_nothing(secret)}


def _of_rule(text: str) -> Iterator[str]:
    yield text
    yield from addresses_in(text)
    for match in _QUOTED.finditer(text):
        yield match[1]
        yield match[1].removeprefix(".")


def _of_values(*texts: str) -> Iterator[str]:
    for text in texts:
        yield text
        yield from _BETWEEN_VALUES.split(text)


def _of_part(part: RegionPart) -> Iterator[str]:
    yield from part.conditions
    yield from (part.witness.source, part.witness.destination)
    for box in part.boxes:
        yield from (*box.sources, *box.destinations)
