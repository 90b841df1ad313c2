"""Resource groups: who is a member of one that an IP set reference names.

Network Firewall takes groups of EC2 instances and network interfaces, chosen by a query for tags in one account and
region (Resource Groups user guide, "Supported configuration types and parameters"; Network Firewall developer guide,
"Creating a resource group"). Of a group that is anything else nothing is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.aws.faults import Call
from nfw_reconcile.aws.members import Members, OpenMemberError, addresses_of_members, pages_of
from nfw_reconcile.errors import warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.aws.optional import Asker

Json = dict[str, Any]

SERVICE: Final = "resource-groups"
BY_TAGS: Final = "TAG_FILTERS_1_0"
PAGE: Final = 50
"""Members of a page, the most that ListGroupResources gives."""

_GROUP: Final = re.compile(r"arn:[^:]+:resource-groups:(?P<place>[^:]*:[^:]*):group/(?P<name>.+)")
_MEMBER: Final = re.compile(
    r"arn:[^:]+:ec2:(?P<place>[^:]*:[^:]*):(?P<kind>instance|network-interface)/(?P<id>[\w-]+)"
)
_REMEDY: Final = (
    "What depends on them is undecided: known is what a group stands for whose members are EC2 instances and network "
    "interfaces that tags choose."
)


def is_resource_group(arn: str) -> bool:
    """Say whether an ARN is one of a resource group."""
    return _GROUP.fullmatch(arn) is not None


@dataclass(frozen=True, slots=True)
class ResourceGroups:
    """Resource Groups, which knows members, and EC2, which knows their addresses."""

    clients: Clients
    asker: Asker

    def addresses(self, arn: str) -> list[str] | None:
        """Give the addresses of a group's members as CIDRs, sorted; ``None`` where they are not known, which is told.

        Raises ``UnreachableError`` and ``CredentialsError``.
        """
        try:
            members = self._members(arn)
            return None if members is None else addresses_of_members(members, self.clients.ec2, self.asker)
        except OpenMemberError as why:
            summary = f"the members of resource group {arn} are not known: {why}."
            self.asker.unread(warning(summary, None, _REMEDY))
            return None

    def _members(self, arn: str) -> Members | None:
        groups = self.clients.groups
        query = self.asker.ask(
            Call(SERVICE, "GetGroupQuery", arn), lambda: groups.get_group_query(Group=arn)["GroupQuery"]
        )
        if query is None:
            return None
        _check_query(query, arn)
        pages = self.asker.ask(
            Call(SERVICE, "ListGroupResources", arn),
            lambda: pages_of(groups, "ListGroupResources", Group=arn, PaginationConfig={"PageSize": PAGE}),
        )
        return None if pages is None else _read_members(pages, arn)


def _check_query(query: Json, arn: str) -> None:
    """Check that the answer is about this group, and that tags choose its members."""
    match = _GROUP.fullmatch(arn)
    name = match["name"] if match else ""
    told = query.get("GroupName")
    if told not in {name, name.partition("/")[0]}:
        message = f"AWS answered with the group {told!r:.100}"
        raise OpenMemberError(message)
    kind = (query.get("ResourceQuery") or {}).get("Type")
    if kind != BY_TAGS:
        message = f"its members are chosen by {kind!r:.100}, and not by tags"
        raise OpenMemberError(message)


def _read_members(pages: Iterable[Json], arn: str) -> Members:
    match = _GROUP.fullmatch(arn)
    found: dict[str, set[str]] = {"instance": set(), "network-interface": set()}
    for item in _items(pages):
        member = str((item.get("Identifier") or {}).get("ResourceArn"))
        read = _MEMBER.fullmatch(member)
        if read is None:
            message = f"{member:.200} is neither an EC2 instance nor a network interface"
            raise OpenMemberError(message)
        if match is None or read["place"] != match["place"]:
            message = f"{member} is not of the group's account and region"
            raise OpenMemberError(message)
        if item.get("Status"):
            message = f"{member} is only about to become a member"
            raise OpenMemberError(message)
        found[read["kind"]].add(read["id"])
    return Members(tuple(sorted(found["instance"])), tuple(sorted(found["network-interface"])))


def _items(pages: Iterable[Json]) -> Iterator[Json]:
    for page in pages:
        for problem in page.get("QueryErrors") or ():
            message = f"its query has a problem, {problem.get('ErrorCode')!r:.100}"
            raise OpenMemberError(message)
        if not isinstance(page.get("Resources"), list):
            message = "AWS answered without a list of them"
            raise OpenMemberError(message)
        yield from page["Resources"]
