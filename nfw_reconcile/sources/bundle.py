"""A policy with its groups as JSON and back: how a plan file carries the policies that it speaks of.

Two objects stand for the leaves that JSON does not have: ``{"$unresolved": REFERENCE}`` and
``{"$sensitive": VALUE}``. No AWS member begins with ``$``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, GroupRecord, PolicyBundle, PolicyRecord, Sensitive
from nfw_reconcile.model.policy import GroupName

_UNRESOLVED = "$unresolved"
_SENSITIVE = "$sensitive"


def body_to_json(body: Body) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Turn a body into plain JSON values."""
    match body:
        case Unresolved(reference=reference):
            return {_UNRESOLVED: reference}
        case Sensitive(value=value):
            return {_SENSITIVE: body_to_json(value)}
        case str():
            return body
        case Mapping():
            return {key: body_to_json(value) for key, value in body.items()}
        case Sequence():
            return [body_to_json(value) for value in body]
        case _:
            return body


def body_from_json(data: object) -> Body:
    """Turn plain JSON values back into a body."""
    match data:
        case {"$unresolved": str(reference)}:
            return Unresolved(reference)
        case {"$sensitive": value}:
            return Sensitive(body_from_json(value))
        case dict():
            return {str(key): body_from_json(value) for key, value in data.items()}
        case list():
            return [body_from_json(value) for value in data]
        case str() | int() | float() | None:
            return data
        case _:
            raise TypeError(type(data).__name__)


def bundle_to_json(bundle: PolicyBundle) -> dict[str, Any]:
    """Turn a policy with all that decides its verdicts into plain JSON values."""
    return {
        "policy": {"name": _name_to_json(bundle.policy.name), "body": body_to_json(bundle.policy.body)},
        "rule_groups": [
            {
                "name": _name_to_json(group.name),
                "stateful": group.stateful,
                "body": body_to_json(group.body),
            }
            for group in bundle.groups
        ],
        "prefix_lists": {key: body_to_json(value) for key, value in sorted(bundle.prefix_lists.items())},
        "home_net": body_to_json(bundle.home_net),
        "home_net_origin": bundle.home_net_origin,
    }


def bundle_from_json(data: object, source: str) -> PolicyBundle:
    """Turn plain JSON values back into a policy; raises ``InputError`` for anything that was not written so."""
    match data:
        case {
            "policy": {"name": policy_name, "body": policy_body},
            "rule_groups": list(groups),
            "prefix_lists": dict(prefix_lists),
            "home_net": home_net,
            "home_net_origin": str(origin),
        }:
            return PolicyBundle(
                PolicyRecord(_name_from_json(policy_name, source), body_from_json(policy_body)),
                tuple(_group_from_json(group, source) for group in groups),
                {str(key): body_from_json(value) for key, value in prefix_lists.items()},
                body_from_json(home_net),
                origin,
            )
        case _:
            raise _broken(source)


def _group_from_json(data: object, source: str) -> GroupRecord:
    match data:
        case {"name": name, "stateful": bool(stateful), "body": body}:
            return GroupRecord(_name_from_json(name, source), stateful, body_from_json(body))
        case _:
            raise _broken(source)


def _name_to_json(name: GroupName) -> dict[str, str | None]:
    return {"label": name.label, "name": name.name, "arn": name.arn, "address": name.address}


def _name_from_json(data: object, source: str) -> GroupName:
    match data:
        case {
            "label": str(label),
            "name": str() | None as name,
            "arn": str() | None as arn,
            "address": str() | None as address,
        }:
            return GroupName(label, name, arn, address)
        case _:
            raise _broken(source)


def _broken(source: str) -> InputError:
    summary = "a policy in this plan file is not in the form that this program writes."
    return InputError(error(summary, Location(source), "Make the plan again."))
