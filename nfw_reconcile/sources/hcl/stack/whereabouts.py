"""Data sources that say where a provider works, as far as its configuration says it already.

``aws_region`` gives the provider's region, unless it is asked for another one; ``aws_partition`` the partition that
region is in; ``aws_caller_identity`` the account of the role that is assumed, or the only one that is allowed (the
provider's documentation of these data sources and of its own arguments). What comes from the environment is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.nodes import ONCE, result_of
from nfw_reconcile.sources.hcl.stack.providers import FOR_TAGS

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from nfw_reconcile.sources.hcl.cty.forms import Plain
    from nfw_reconcile.sources.hcl.stack.expressing import Expressing, Outcome
    from nfw_reconcile.sources.hcl.stack.nodes import Node, Repetition
    from nfw_reconcile.sources.hcl.stack.providers import Configured
    from nfw_reconcile.sources.hcl.syntax import Body
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

_REGION: Final = "aws_region"
_PARTITION: Final = "aws_partition"
_CALLER: Final = "aws_caller_identity"

TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    _REGION: ("id", "name", "region"),
    _PARTITION: ("id", "partition", "dns_suffix", "reverse_dns_prefix"),
    _CALLER: ("id", "account_id"),
}
"""The attributes, by the kind of data source, that may be known."""

_PARTITIONS: Final = (
    (re.compile(r"us-gov-[a-z]+-\d"), "aws-us-gov", "amazonaws.com", "com.amazonaws"),
    (re.compile(r"cn-[a-z]+-\d"), "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
    (re.compile(r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d"), "aws", "amazonaws.com", "com.amazonaws"),
)
"""By the names of regions (AWS General Reference, "Regions and Zones"); of others the partition is not known."""

_ROLES: Final = frozenset({"assume_role", "assume_role_with_web_identity"})
"""Blocks that name a role; with two of them, or with other endpoints, it is not said here whose account counts."""

_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):role/.+")
_ACCOUNT: Final = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One instance of a data source: its kind, its arguments, and the module instance and repetition that it is in."""

    kind: str
    body: Body
    at: ModulePath
    repetition: Repetition


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What one provider's configuration says of where it works."""

    expressing: Expressing
    provider: Configured

    def of(self, asked: Asked, attribute: str) -> Generator[Node, Outcome, Result | None]:
        """Give an attribute of a data source; ``None`` where only AWS, or the environment, could tell it."""
        if attribute not in TOLD.get(asked.kind, ()):
            return None
        given = {each.name for each in asked.body.attributes}
        if asked.body.blocks or not given <= ({"name", "region"} if asked.kind == _REGION else set()):
            return None
        match asked.kind:
            case "aws_region":
                return (yield from self._region(asked))
            case "aws_partition":
                return (yield from self._partition(attribute))
            case _:
                return (yield from self._account())

    def _region(self, asked: Asked) -> Generator[Node, Outcome, Result | None]:
        for each in asked.body.attributes:
            made = result_of(
                (yield from self.expressing.evaluated(each.expression, asked.at, asked.repetition))
            )
            if not values.is_null(made.value):
                return made if len(asked.body.attributes) == 1 and isinstance(_plain(made), str) else None
        return (yield from self._region_of_provider())

    def _region_of_provider(self) -> Generator[Node, Outcome, Result | None]:
        made = yield from self._argument(self.provider.block.body, "region")
        return made if made is not None and isinstance(_plain(made), str) else None

    def _partition(self, attribute: str) -> Generator[Node, Outcome, Result | None]:
        region = yield from self._region_of_provider()
        if region is None:
            return None
        for pattern, partition, suffix, prefix in _PARTITIONS:
            if pattern.fullmatch(str(_plain(region))):
                told = {"dns_suffix": suffix, "reverse_dns_prefix": prefix}.get(attribute, partition)
                return Result(values.marked(values.text(told), region.value.marks), attribute, (region,))
        return None

    def _account(self) -> Generator[Node, Outcome, Result | None]:
        """Give the account, where role and allowed accounts leave no other."""
        body = self.provider.block.body
        allowed = yield from self._argument(body, "allowed_account_ids")
        others = [each for each in body.blocks if each.type not in FOR_TAGS]
        single = len(others) == 1 and others[0].type in _ROLES
        role = (yield from self._argument(others[0].body, "role_arn")) if single else None
        accounts = {*_accounts(allowed), *_account_of(role)}
        if len(accounts) != 1:
            return None
        needs = tuple(each for each in (allowed, role) if each is not None)
        marks = frozenset(mark for each in needs for mark in values.marks(each.value))
        return Result(values.marked(values.text(accounts.pop()), marks), "account", needs)

    def _argument(self, body: Body, name: str) -> Generator[Node, Outcome, Result | None]:
        attribute = body.attribute(name)
        if attribute is None:
            return None
        return result_of((yield from self.expressing.evaluated(attribute.expression, self.provider.at, ONCE)))


def _plain(result: Result | None) -> Plain:
    if result is None or not values.is_wholly_known(result.value):
        return None
    return forms.to_plain(result.value)


def _accounts(allowed: Result | None) -> list[str]:
    """Give the accounts of a list; none of one that is not known."""
    listed = _plain(allowed)
    texts = [str(each) for each in listed] if isinstance(listed, list) else []
    return texts if all(map(_ACCOUNT.fullmatch, texts)) else []


def _account_of(role: Result | None) -> list[str]:
    match = _ROLE.fullmatch(str(_plain(role)))
    return [match["account"]] if match else []
