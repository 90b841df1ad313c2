"""Policies as snapshot files, in the shapes of AWS's API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_ACCOUNT: Final = "arn:aws:network-firewall:eu-west-1:111122223333"
_RULES_OF_A_GROUP: Final = 3000
DEFAULT: Final = "aws:drop_established"


def write_snapshot(path: Path, lines: list[str], *, strict: bool = True) -> None:
    """Write a policy whose rule text is spread over rule groups, as the service's quotas ask for."""
    parts = [lines[n : n + _RULES_OF_A_GROUP] for n in range(0, len(lines), _RULES_OF_A_GROUP)]
    order = "STRICT_ORDER" if strict else "DEFAULT_ACTION_ORDER"
    groups = [_group(f"group-{number}", part, order) for number, part in enumerate(parts, 1)]
    references = [
        {"ResourceArn": group["RuleGroupResponse"]["RuleGroupArn"], **({"Priority": n} if strict else {})}
        for n, group in enumerate(groups, 1)
    ]
    policy: dict[str, Any] = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "StatefulRuleGroupReferences": references,
        "StatefulEngineOptions": {"RuleOrder": order},
        "PolicyVariables": {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
        **({"StatefulDefaultActions": [DEFAULT]} if strict else {}),
    }
    about = {"FirewallPolicyName": "edge", "FirewallPolicyArn": f"{_ACCOUNT}:firewall-policy/edge"}
    document = {
        "format_version": "1.0",
        "firewalls": [],
        "policies": [{"FirewallPolicyResponse": about, "FirewallPolicy": policy}],
        "rule_groups": groups,
    }
    path.write_text(json.dumps(document), encoding="utf-8")


def _group(name: str, lines: list[str], order: str) -> dict[str, Any]:
    return {
        "RuleGroupResponse": {
            "RuleGroupName": name,
            "RuleGroupArn": f"{_ACCOUNT}:stateful-rulegroup/{name}",
            "Type": "STATEFUL",
            "Capacity": _RULES_OF_A_GROUP,
        },
        "RuleGroup": {
            "RulesSource": {"RulesString": "\n".join(lines)},
            "StatefulRuleOptions": {"RuleOrder": order},
        },
    }
